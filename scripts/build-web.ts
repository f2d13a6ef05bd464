import { join } from 'node:path';
import { must, root } from './tool.ts';

/** Builds the dashboard into `folder`, which is emptied before. */
export async function buildWeb(folder: string): Promise<void> {
  await must('vite', ['build', join(root, 'web'), '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']);
}

if (import.meta.main) {
  try {
    await buildWeb(join(root, 'dist', 'web'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
