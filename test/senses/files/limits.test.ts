import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const scenario = (name: string) => fileURLToPath(new URL(`./scenario-${name}.ts`, import.meta.url));

/** Runs a command; skips the test where `probe` says that this machine cannot. */
async function run(context: TestContext, command: string[], probe: string[]): Promise<void> {
  const [program = '', ...rest] = probe;
  const probed = spawnSync(program, rest);
  if (probed.status !== 0) return context.skip(`this machine cannot run ${probe.join(' ')}`);
  const [executable = '', ...args] = command;
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, errors);
}

const withLimit = (limit: string, value: number, then: string) => [
  'unshare',
  '-Ur',
  'sh',
  '-c',
  `echo ${value} > /proc/sys/user/${limit} && exec ${then}`,
];

describe('the files sense at the limits of the system', { concurrency: 3 }, () => {
  for (const [limit, value] of [
    ['max_inotify_watches', 4],
    ['max_inotify_instances', 0],
  ] as const) {
    it(`polls the folders it cannot watch, and says how to raise ${limit}`, (context) =>
      run(
        context,
        withLimit(limit, value, `${process.execPath} ${scenario('limit')}`),
        withLimit(limit, value, 'true'),
      ));
  }

  it('tries again what it could not read for want of descriptors, and says so meanwhile', (context) => {
    const few = (then: string) => ['sh', '-c', `ulimit -n 100 && exec ${then}`];
    return run(context, few(`${process.execPath} ${scenario('open-files')}`), few('true'));
  });

  it('says what it cannot read, loses none of it, and sees it again once it may', (context) => {
    const asNobody = ['setpriv', '--reuid', '65534', '--clear-groups'];
    const command = [process.execPath, scenario('unreadable')];
    const isRoot = process.getuid?.() === 0;
    const probe = isRoot ? [...asNobody, process.execPath, '--version'] : ['true'];
    return run(context, isRoot ? [...asNobody, ...command] : command, probe);
  });
});
