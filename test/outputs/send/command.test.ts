import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { createCommand } from '../../../src/outputs/send/command.ts';
import { contextOf, planned } from './drafts.ts';
import { fakeProgram } from './fake-program.ts';

function world(t: TestContext, then = '', options: { allowed?: boolean; ms?: number } = {}) {
  const program = fakeProgram(t, 'do-it', then);
  const { allowed = true, ...rest } = options;
  const command = createCommand({
    environment: { PATH: program.path, HOME: program.folder, LANG: 'C', VAULT_TOKEN: 'secret' },
    clock: systemClock,
    allowed: () => allowed,
    ...rest,
  });
  const run = (argv: string[] = ['do-it'], answer: unknown = 'an answer') =>
    command.send(planned('command', { argv }, answer), contextOf());
  return { program, command, run, file: (name: string) => join(program.folder, name) };
}

/** Whether a process of this id runs; one that nobody has buried yet does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(is: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600 && !is(); tries += 1) await systemClock.sleep(50);
  assert.ok(is(), what);
}

describe('a command', () => {
  it('gets its arguments as the rule has them, and the answer as JSON on its input', async (t) => {
    const { program, run, file } = world(t, `cat > "$HOME/input"; pwd > "$HOME/where"`);
    const argv = ['do-it', '--', '$(id)', '{{ answer }}', '*', '', 'a b'];
    const answer = { title: '`rm -rf /`', more: ['$HOME'] };
    assert.deepEqual(await run(argv, answer), { state: 'applied', reason: '' });
    assert.deepEqual(program.argv(), argv.slice(1));
    assert.deepEqual(JSON.parse(readFileSync(file('input'), 'utf8')), {
      thought: 'abcd',
      rule: 'tell',
      at: '2026-11-01T00:00:00.000Z',
      event: { path: '/in/a.md', root: '/in', change: 'added' },
      answer,
    });
    assert.equal(readFileSync(file('where'), 'utf8').trim(), program.folder);
    assert.equal(planned('command', { argv }).target, 'command: do-it');
  });

  it('sees five variables', async (t) => {
    const { program, run } = world(t);
    await run();
    const variables = program.variables();
    // The shell's own, and what Node itself adds while it measures coverage.
    for (const name of ['PWD', 'OLDPWD', 'SHLVL', '_', 'NODE_V8_COVERAGE']) delete variables[name];
    assert.deepEqual(variables, {
      PATH: program.path,
      HOME: program.folder,
      LANG: 'C',
      CONSCIOUSNESS_THOUGHT: 'abcd',
      CONSCIOUSNESS_RULE: 'tell',
    });
  });

  it('is not run where the configuration does not allow it', async (t) => {
    const { program, run } = world(t, '', { allowed: false });
    const sent = await run();
    assert.equal(sent.state, 'denied');
    assert.match(sent.reason, /commands: allow/);
    assert.equal(program.argv(), null);
  });

  it('need not read its input, however long', async (t) => {
    const { run } = world(t, 'exit 0');
    assert.equal((await run(['do-it'], 'x'.repeat(3_000_000))).state, 'applied');
  });

  it('that ends otherwise than with 0 has failed, with the end of what it said', async (t) => {
    const { run } = world(
      t,
      `for n in 1 2 3 4 5 6 7 8; do echo "line $n" >&2; done; printf '\\033[2Jred\\n' >&2; exit 3`,
    );
    assert.deepEqual(await run(), {
      state: 'failed',
      reason: 'do-it ended with 3: line 5 / line 6 / line 7 / line 8 / [2Jred',
    });
    const loud = world(t, 'yes wrong | head -c 3000000; kill -SEGV $$');
    const { state, reason } = await loud.run();
    assert.equal(state, 'failed');
    assert.match(reason, /^do-it ended with SIGSEGV: .*wrong/);
    assert.ok(reason.length < 400);
  });

  it('that is not there is held: nothing has run', async (t) => {
    const { run, file } = world(t);
    const missing = await run(['no-such-program']);
    assert.equal(missing.state, 'held');
    assert.match(missing.reason, /no no-such-program in the daemon's PATH/);
    writeFileSync(file('closed'), 'x', { mode: 0o600 });
    assert.equal((await run([file('closed')])).state, 'held');
  });

  it('that takes too long is ended with all that it has started', async (t) => {
    const then = `sh -c 'echo $$ > "$HOME/child"; trap "" TERM; sleep 600' & trap "" TERM; sleep 600; sleep 600`;
    const { run, file } = world(t, then, { ms: 1000 });
    const sent = await run();
    assert.equal(sent.state, 'failed');
    assert.match(sent.reason, /took longer than 1 s and was ended/);
    const child = Number(readFileSync(file('child'), 'utf8'));
    await until(() => !isAlive(child), 'its child has ended, too');
  });

  it('that leaves a program running is over when it is, and leaves it running', async (t) => {
    const { run, file } = world(t, `sleep 600 & echo $! > "$HOME/child"; exit 0`);
    assert.equal((await run()).state, 'applied');
    const child = Number(readFileSync(file('child'), 'utf8'));
    assert.ok(isAlive(child));
    process.kill(child, 'SIGKILL');
  });
});
