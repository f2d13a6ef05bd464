import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.ts';
import { root, run } from './tool.ts';

// Coverage counts the processes of the tests, their worker threads (also terminated ones) and the Node
// processes they start, as far as those end by themselves: one killed by a signal writes no coverage, and
// one killed while writing it spoils the whole report, so tests start those with `NODE_V8_COVERAGE: ''`.
const LCOV = join('coverage', 'lcov.info');
const FLAGS = [
  '--test-timeout=120000',
  '--experimental-test-coverage',
  '--test-coverage-include=src/**',
  '--test-coverage-lines=90',
  '--test-coverage-branches=85',
  '--test-reporter=spec',
  '--test-reporter-destination=stdout',
  '--test-reporter=lcov',
  `--test-reporter-destination=${LCOV}`,
];
const files = process.argv.slice(2);

if (files.length > 0) {
  process.exitCode = (await run('node', ['--test', ...files], { show: true })).code;
} else {
  const failed = await check();
  await mkdir(join(root, 'coverage'), { recursive: true });
  await rm(join(root, LCOV), { force: true });
  const { code } = await run('node', ['--test', ...FLAGS, 'test/**/*.test.ts'], { show: true });
  if (code !== 0) failed.push('tests, or their coverage (90 % of lines, 85 % of branches)');
  // Node only warns when it could not read its own coverage files, and then no threshold is looked at
  else if (!(await readFile(join(root, LCOV), 'utf8')).includes('SF:'))
    failed.push('coverage was not measured');
  console.log(
    failed.length > 0 ? `failed: ${failed.join('; ')}` : 'all checks, tests and coverage thresholds passed',
  );
  process.exitCode = failed.length > 0 ? 1 : 0;
}
