import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { must, root } from './tool.ts';

/** Compiles `src` into a fresh `dist`, swapped in whole, so that nobody runs a half-written one. */
export async function build(): Promise<void> {
  const dist = join(root, 'dist');
  const fresh = await mkdtemp(join(root, 'dist-'));
  try {
    await must('tsc', ['-p', 'tsconfig.build.json', '--outDir', fresh]);
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
