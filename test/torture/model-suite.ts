import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Suite } from './suite.ts';

const TESTS = fileURLToPath(new URL('../mind/model-faults.test.ts', import.meta.url));

/** Model servers that misbehave: a table of tests, each with the state and the deadline that it expects. */
export const modelFaults: Suite = {
  name: 'model-faults',
  share: 1,
  async run({ seed, until, say }) {
    let [runs, lost] = [0, 0];
    const violations: string[] = [];
    const began = performance.now();
    do {
      const said = await outputOf(['--test', '--test-reporter=tap', TESTS]);
      const failed = said.match(/^ *not ok \d+ - .*$/gm) ?? [];
      runs += Number(/^# tests (\d+)$/m.exec(said)?.[1] ?? 0);
      lost += Number(/^# fail (\d+)$/m.exec(said)?.[1] ?? 1);
      violations.push(...failed.map((line) => line.trim()));
      say(`${runs} tries, ${lost} not as expected`);
    } while (performance.now() + (performance.now() - began) < until);
    const name = 'model servers: refusals, silence, cuts, garbage, storms of 500 and 429, flapping';
    return [{ name, runs, lost, doubled: 0, slowest: 0, seed, violations }];
  },
};

function outputOf(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    // A test that fails is an exit code, and is in what was printed.
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout));
  });
}
