import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.ts';
import { must } from './tool.ts';

type Step = [name: string, run: () => Promise<unknown>];

const STEPS: Step[] = [
  ['types (tsc)', () => must('tsc', ['-p', '.'])],
  ['types of the dashboard (tsc)', () => must('tsc', ['-p', 'web'])],
  ['lint and format (biome)', () => must('biome', ['check', '--error-on-warnings', '.'])],
  ['unused code and dependencies (knip)', () => must('knip', [])],
  ['package (build, publint, attw)', checkPackage],
];

/** What a commit waits for: the quick ones, over what is staged where the tool can. */
const STAGED_STEPS: Step[] = [
  ['types (tsc)', () => must('tsc', ['-p', '.'])],
  ['types of the dashboard (tsc)', () => must('tsc', ['-p', 'web'])],
  ['types of the dashboard (tsc)', () => must('tsc', ['-p', 'web'])],
  [
    'lint and format (biome)',
    () => must('biome', ['check', '--staged', '--error-on-warnings', '--no-errors-on-unmatched']),
  ],
  [
    'architecture',
    () => must('node', ['--test', 'test/engineering/{architecture,dashboard,dependencies}.test.ts']),
  ],
];

/** Runs every step, also after one has failed, prints each with its time, and returns the names of those that failed. */
export async function check(steps: Step[] = STEPS): Promise<string[]> {
  const failed: string[] = [];
  await Promise.all(
    steps.map(async ([name, run]) => {
      const started = performance.now();
      const problem = await run().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${problem === undefined ? 'ok    ' : 'FAILED'} ${name}, ${seconds} s`);
      if (problem === undefined) return;
      console.log(problem);
      failed.push(name);
    }),
  );
  return failed;
}

async function checkPackage(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'check-package-'));
  try {
    const tarball = await pack(folder);
    await must('publint', ['run', '--strict', tarball]);
    await must('attw', ['--profile', 'esm-only', '--no-definitely-typed', tarball]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const failed = await check(process.argv.includes('--staged') ? STAGED_STEPS : STEPS);
  if (failed.length > 0) {
    console.log(`check failed: ${failed.join('; ')}`);
    process.exitCode = 1;
  }
}
