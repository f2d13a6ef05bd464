import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import type { ThoughtView } from '../../src/contract/thought-view.ts';
import { fakeProgram } from '../outputs/send/fake-program.ts';
import { type Receiver, startReceiver } from '../outputs/send/receiver.ts';
import { cli, createHome, type Home, show, startDaemon, thoughtsOf } from '../support/daemon.ts';

const PRELOAD = new URL('../torture/scenario-preload.ts', import.meta.url).href;

type Answer = Parameters<typeof startReceiver>[0];

interface World {
  home: Home;
  receiver: Receiver;
  /** How often the program ran that stands for `notify-send` and the command. */
  calls(): number;
  /** Variables of a daemon; with a point it is killed there. */
  env(point?: string, swaps?: string[]): Record<string, string>;
}

/** A home whose rule makes those outputs of each text, without a model. */
async function createWorld(
  t: TestContext,
  outputs: (world: { receiver: Receiver; home: Home }) => string,
  { answer, config = '' }: { answer?: Answer; config?: string } = {},
): Promise<World> {
  const receiver = await startReceiver(answer);
  t.after(() => receiver[Symbol.asyncDispose]());
  const program = fakeProgram(t, 'notify-send');
  const home = createHome(
    t,
    'http://127.0.0.1:9/v1',
    `webhooks: { house: { url: "${receiver.url}", allow_private: true, secret_env: HOUSE_KEY } }\ncommands: allow\n${config}`,
  );
  home.rule(
    'tell',
    `---\non: { file: { paths: ["${home.inbox}/**"], settle: 50ms } }\nmind: { models: [builtin/verbatim] }\noutputs:\n${outputs({ receiver, home })}\n---\n{{ file.text }}\n`,
  );
  const calls = join(program.folder, 'calls');
  return {
    home,
    receiver,
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split(' ').length : 0),
    env: (point, swaps = []) => ({
      PATH: `${program.path}:${process.env['PATH']}`,
      DISPLAY: ':7',
      HOUSE_KEY: 'a key of the house',
      ...(point === undefined && swaps.length === 0
        ? {}
        : {
            NODE_OPTIONS: `--import=${PRELOAD}`,
            CONSCIOUSNESS_TORTURE: JSON.stringify({ point: point ?? null, hit: 1, signal: 'SIGKILL', swaps }),
          }),
    }),
  };
}

const WEBHOOK = '  - webhook: house';
const COMMAND = '  - command: [notify-send, "as a command"]';
const NOTIFY = '  - notify: "{{ answer }}"';

/** Lets one daemon die at a point over one file, and another one go on; what became of the thought. */
async function dieAt(
  t: TestContext,
  world: World,
  point: string,
  swaps: string[] = [],
): Promise<ThoughtView> {
  const { home, env } = world;
  const first = await startDaemon(t, home, { killed: true, env: env(point, swaps) });
  writeFileSync(join(home.inbox, 'a.md'), 'a text');
  const isOver = () => first.process.signalCode !== null || first.process.exitCode !== null;
  await untilTrue(isOver, `it came by ${point}`);
  assert.match(first.stderr(), /^met /m, `it came by ${point}`);
  const second = await startDaemon(t, home, { killed: true, env: env(undefined, swaps) });
  const [row] = await processed(home);
  await second.end();
  assert.ok(row);
  return showAt(t, home, row.id, env());
}

async function showAt(
  t: TestContext,
  home: Home,
  id: string,
  env: Record<string, string>,
): Promise<ThoughtView> {
  const daemon = await startDaemon(t, home, { env });
  const view = await show(home, id);
  await daemon.end();
  return view;
}

/** Looks until every thought is processed. */
async function processed(home: Home) {
  for (let tries = 0; tries < 600; tries += 1) {
    const rows = await thoughtsOf(home).catch(() => []);
    if (rows.length > 0 && rows.every((row) => row.processed)) return rows;
    await systemClock.sleep(50);
  }
  throw new Error('it was never processed');
}

describe('a daemon that dies while something is being sent', () => {
  const AFTER: [string, 'applied' | 'unknown', number][] = [
    ['send:before', 'applied', 1],
    ['commit:markSent:before', 'applied', 1],
    ['commit:markSent:after', 'unknown', 0],
    ['send:marked', 'unknown', 0],
    ['send:sent', 'unknown', 1],
    ['commit:settleOutputs:before', 'unknown', 1],
    ['commit:settleOutputs:after', 'applied', 1],
    ['send:settled', 'applied', 1],
  ];
  for (const [point, state, times] of AFTER)
    it(`at ${point}: a webhook is ${state} and arrived ${times === 1 ? 'once' : 'never'}`, async (t) => {
      const world = await createWorld(t, () => WEBHOOK);
      const view = await dieAt(t, world, point);
      assert.equal(view.state, 'done');
      assert.equal(view.outputs[0]?.state, state);
      if (state === 'unknown')
        assert.match(
          view.outputs[0]?.reason ?? '',
          /while it was being sent .*look at the receiver of webhook:house/,
        );
      assert.equal(world.receiver.arrived.length, times);
    });

  for (const [kind, output] of [
    ['command', COMMAND],
    ['notification', NOTIFY],
  ] as const)
    it(`has not run a ${kind} twice, and says that it may have run`, async (t) => {
      const before = await createWorld(t, () => output);
      assert.equal((await dieAt(t, before, 'send:marked')).outputs[0]?.state, 'unknown');
      assert.equal(before.calls(), 0);
      const after = await createWorld(t, () => output);
      assert.equal((await dieAt(t, after, 'send:sent')).outputs[0]?.state, 'unknown');
      assert.equal(after.calls(), 1);
    });

  it('would send it twice without the mark that says so', async (t) => {
    const world = await createWorld(t, () => WEBHOOK);
    await dieAt(t, world, 'send:sent', ['sent mark off']);
    assert.equal(world.receiver.arrived.length, 2);
  });
});

describe('a receiver that does not take it', () => {
  it('holds the thought, keeps nothing else from being done, and gets it once when it does', async (t) => {
    let isThere = false;
    const world = await createWorld(
      t,
      ({ home }) =>
        `${WEBHOOK}\n  - write: "${home.notes}/{{ event.name }}"\n    body: "{{ answer }}"\n${COMMAND}`,
      { answer: (response) => void response.writeHead(isThere ? 200 : 503).end('closed') },
    );
    const { home, receiver } = world;
    const daemon = await startDaemon(t, home, { env: world.env() });
    writeFileSync(join(home.inbox, 'a.md'), 'a text');
    await daemon.saw((event) => event.type === 'hold' && event.what === 'output' && event.held, 'a hold');
    const { stdout } = await cli(home, 'status', '--json');
    const [hold] = JSON.parse(stdout).holds.filter((each: { what: string }) => each.what === 'output');
    assert.equal(hold.name, 'webhook:house');
    assert.match(hold.reason, /webhook house does not take it now \(503\): closed/);
    const shown = await cli(home, 'status');
    assert.match(shown.stdout, /webhook:house/);
    await untilTrue(() => home.noteNames().includes('a.md') && world.calls() === 1, 'the rest was done');
    const refused = receiver.arrived.length;
    isThere = true;
    await daemon.reached('done', 1);
    const [row] = await thoughtsOf(home);
    const view = await show(home, row?.id ?? '');
    assert.deepEqual(
      view.outputs.map(({ state }) => state),
      ['applied', 'applied', 'applied'],
    );
    await daemon.saw((event) => event.type === 'hold' && event.what === 'output' && !event.held, 'its end');
    const taken = receiver.arrived.slice(refused);
    assert.ok(refused >= 1);
    // One may have been refused between the look and the change.
    assert.equal(new Set(receiver.arrived.map(({ headers }) => headers['idempotency-key'])).size, 1);
    assert.ok(taken.length >= 1);
    assert.equal(world.calls(), 1);
    assert.match(String(receiver.arrived[0]?.headers['consciousness-signature']), /^t=\d+,v1=[0-9a-f]{64}$/);
    await daemon.end();
  });

  it('is asked by few at a time, and not before the time that it has named', async (t) => {
    const world = await createWorld(t, () => WEBHOOK, {
      answer: (response) => void response.writeHead(429, { 'retry-after': '600' }).end(),
    });
    const daemon = await startDaemon(t, world.home, { env: world.env() });
    for (let at = 0; at < 20; at += 1) writeFileSync(join(world.home.inbox, `${at}.md`), `text ${at}`);
    await daemon.reached('answered', 20);
    await daemon.saw((event) => event.type === 'hold' && event.what === 'output', 'a hold');
    const { stdout } = await cli(world.home, 'status', '--json');
    assert.equal(JSON.parse(stdout).queue.answered, 20);
    assert.ok(world.receiver.arrived.length <= 4, `${world.receiver.arrived.length} tried`);
    await daemon.end();
  });
});

describe('what was sent', () => {
  it('cannot be taken back, and undo says so; what was written is', async (t) => {
    const world = await createWorld(
      t,
      ({ home }) => `${WEBHOOK}\n  - write: "${home.notes}/{{ event.name }}"\n    body: "{{ answer }}"`,
    );
    const { home } = world;
    const daemon = await startDaemon(t, home, { env: world.env() });
    writeFileSync(join(home.inbox, 'a.md'), 'a text');
    await daemon.reached('done', 1);
    const [row] = await thoughtsOf(home);
    const undone = await cli(home, 'undo', row?.id ?? '');
    assert.match(undone.stdout + undone.stderr, /what was sent cannot be taken back/);
    assert.deepEqual(home.noteNames(), []);
    await daemon.end();
  });

  it('keeps nobody from taking back what was done before it, by the last one or by its rule', async (t) => {
    const world = await createWorld(
      t,
      ({ home }) => `${WEBHOOK}\n  - write: "${home.notes}/{{ event.name }}"\n    body: "{{ answer }}"`,
    );
    const { home } = world;
    const daemon = await startDaemon(t, home, { env: world.env() });
    for (const [index, name] of ['a.md', 'b.md', 'c.md'].entries()) {
      writeFileSync(join(home.inbox, name), 'a text');
      await daemon.reached('done', index + 1);
    }
    for (const left of [['a.md', 'b.md'], ['a.md']]) {
      await cli(home, 'undo', '--last');
      assert.deepEqual(home.noteNames(), left);
    }
    const dry = await cli(home, 'undo', '--rule', 'tell', '--dry-run', '--json');
    const undoable: { kind: string }[] = JSON.parse(dry.stdout);
    assert.deepEqual(
      undoable.map(({ kind }) => kind),
      ['write'],
    );
    const all = await cli(home, 'undo', '--rule', 'tell', '--yes');
    assert.match(all.stdout, /what was sent cannot be taken back/);
    assert.deepEqual(home.noteNames(), []);
    for (const which of [['--last'], ['--rule', 'tell', '--yes']])
      assert.match((await cli(home, 'undo', ...which)).stderr, /there is nothing to take back/);
    await daemon.end();
  });

  it('is shown by try, and not sent', async (t) => {
    const world = await createWorld(t, () => `${WEBHOOK}\n${NOTIFY}\n${COMMAND}`);
    const file = join(world.home.inbox, 'a.md');
    writeFileSync(file, 'a text');
    const { stdout, stderr, code } = await cli(world.home, 'try', 'tell', file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /would send to webhook:house/);
    assert.match(stdout, /"answer":"a text"/);
    assert.match(stdout, /would send to desktop/);
    assert.match(stdout, /would send to command: notify-send/);
    assert.equal(world.receiver.arrived.length + world.calls(), 0);
  });

  it('is nothing of a folder that says cloud: never, but to this machine', async (t) => {
    const world = await createWorld(t, () => `${WEBHOOK}\n  - webhook: away`);
    const { home } = world;
    home.config(
      `file_watcher: { watch_paths: [{ path: "${home.inbox}", cloud: never }], debounce_seconds: 0.1 }\nwebhooks: { house: { url: "${world.receiver.url}", allow_private: true }, away: { url: "http://8.8.8.8:9/" } }\n`,
    );
    const daemon = await startDaemon(t, home, { env: world.env() });
    writeFileSync(join(home.inbox, 'a.md'), 'a text');
    await daemon.reached('done', 1);
    const [row] = await thoughtsOf(home);
    const view = await show(home, row?.id ?? '');
    assert.deepEqual(
      view.outputs.map(({ state }) => state),
      ['applied', 'denied'],
    );
    assert.equal(
      view.outputs[1]?.reason,
      `webhook away is not on this machine, and ${home.inbox} says cloud: never`,
    );
    assert.equal(row?.reason, `output 2 is denied: ${view.outputs[1]?.reason}`);
    await daemon.end();
  });
});

async function untilTrue(is: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600 && !is(); tries += 1) await systemClock.sleep(50);
  assert.ok(is(), what);
}
