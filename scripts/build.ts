import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildWeb } from './build-web.ts';
import { bundleLibraries } from './libraries.ts';
import { must, root } from './tool.ts';

/** Compiles `src` into a folder, with the libraries that are packed together. */
export async function compile(folder: string): Promise<void> {
  await must('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder]);
  await bundleLibraries(folder);
}

/** Compiles `src` and builds the dashboard into a fresh `dist`, swapped in whole, so that nobody runs a half-written one. */
export async function build(): Promise<void> {
  const dist = join(root, 'dist');
  const fresh = await mkdtemp(join(root, 'dist-'));
  try {
    await Promise.all([compile(fresh), buildWeb(join(fresh, 'web'))]);
    await rm(dist, { recursive: true, force: true });
    await rename(fresh, dist);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
