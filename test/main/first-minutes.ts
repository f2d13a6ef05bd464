import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startModelServer } from '../support/model-server.ts';
import { atTerminal, type Screen } from '../support/screen.ts';
import { temporaryFolder } from '../support/store.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/recipes/inbox/sample/', import.meta.url));
const SCREENS = fileURLToPath(new URL('./screens/', import.meta.url));
const LLAMA =
  process.env['CONSCIOUSNESS_TEST_LLAMA'] ??
  fileURLToPath(new URL('../../../shared/llm/start', import.meta.url));

/** A server that stands in for LM Studio. */
interface StandIn {
  hasTwoModels: boolean;
  prompts?: string[];
  port: number;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Plays the first five minutes of a new user, with the package as it is installed. */
export function testFirstMinutes(command: () => string): void {
  describe('the first five minutes', () => {
    it('with a model whose words are known: every screen is as it was looked at', async (t) => {
      const { prompts } = await play(t, command(), await knownServer(t), sameScreen);
      const meeting = prompts?.filter((prompt) => prompt.includes('Dropped later')) ?? [];
      assert.equal(meeting.length, 1, 'thought once');
    });

    const missing = existsSync(LLAMA) ? false : `no llama-server at ${LLAMA} (set CONSCIOUSNESS_TEST_LLAMA)`;
    it('with a real llama-server', { skip: missing }, async (t) => {
      await play(t, command(), await llamaServer(t), async () => {});
    });
  });
}

async function play(
  t: TestContext,
  command: string,
  server: StandIn,
  look: (name: string, screen: () => string) => Promise<void>,
): Promise<StandIn> {
  const home = temporaryFolder(t);
  const inbox = join(home, 'Inbox');
  const notes = () => readdirSync(join(home, 'Notes')).filter((name) => name !== 'index.md');
  mkdirSync(inbox);
  for (const [at, name] of [
    'pier-mast-meeting.md',
    'fernwaerme-brief.txt',
    'fennmoor-invoice.pdf',
  ].entries()) {
    copyFileSync(join(EXAMPLES, name), join(inbox, name));
    utimesSync(join(inbox, name), 1_700_000_000 + at, 1_700_000_000 + at);
  }
  const terminals: Screen[] = [];
  t.after(() => {
    for (const terminal of terminals) terminal.kill();
  });
  const open = (...args: string[]) => {
    const terminal = atTerminal([process.execPath, command, ...args], {
      env: { HOME: home, NODE_V8_COVERAGE: '' },
      cwd: home,
    });
    terminals.push(terminal);
    return terminal;
  };
  const shown = (terminal: Screen) => masked(terminal.text(), home, server.port);

  const main = open('init', '--ports', String(server.port));
  await main.shows(/What is it to do first/);
  main.type('\r');
  if (server.hasTwoModels) {
    await main.shows(/Which model is to think/);
    main.type('\r');
  }
  await main.shows(/Which folder/);
  main.type('/\r');
  // Until it asks anew, nobody hears what is typed.
  await main.shows(/everything there is[\s\S]*Which folder[^\n]*\n[^\n]*\n└\n$/);
  main.type('\r');
  await main.shows(/Where do notes go/);
  main.type('\r');
  await main.shows(/There is no folder ~\/Notes\. Create it/);
  main.type('y');
  await main.shows(/Write these 3 notes[\s\S]*└\n$/);
  assert.deepEqual(readdirSync(join(home, 'Notes')), [], 'a dry run writes nothing');
  await look('dry-run', () => shown(main));

  main.type('y');
  await main.shows(/Go on watching[\s\S]*└\n$/);
  await look('applied', () => shown(main).split('Write these 3 notes')[1] ?? '');
  assert.equal(notes().length, 3);

  main.type('y');
  const undo = open('undo', '--last');
  assert.equal(await undo.ended, 0, undo.text());
  // Which of the three was written last is up to chance.
  await look('undo', () => shown(undo).replace(/about-\S+\.md/, 'about-it.md'));
  assert.equal(notes().length, 2);

  await server.stop();
  writeFileSync(join(inbox, 'dropped.md'), '# Dropped later\n\nThe anemometer is back on the mast.\n');
  await main.shows(/1 thought held: \w+ is offline/);
  assert.equal(notes().length, 2);
  const status = open('status');
  assert.equal(await status.ended, 0, status.text());
  assert.match(status.text(), /Held\n +provider \w+ +1 thought/);

  await server.start();
  // The last line is gone, since there is nothing more to say.
  await main.shows(/proposed +dropped\.md[^\n]*\n$/);
  assert.equal(notes().length, 3);
  main.type('\x03');
  assert.equal(await main.ended, 0, main.text());
  // Whether a call or a probe meets the closed door first is up to chance.
  await look('held-and-done', () =>
    (shown(main).split('Go on watching')[1] ?? '').replaceAll(
      /^hh:mm:ss {2}(held|released|thinking) .*\n/gm,
      '',
    ),
  );
  return server;
}

/** What differs from run to run, as what it is. */
function masked(screen: string, home: string, port: number): string {
  return screen
    .replaceAll(home, '/home/you')
    .replaceAll(String(port), '1234')
    .replaceAll(/\b20\d\d-\d\d-\d\d\b/g, '2026-11-26')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'hh:mm:ss')
    .replaceAll(/\b\d+(\.\d)? (ms|s)\b/g, '… s')
    .replaceAll(/\b[0-9a-f]{10}\b/g, 'abcdef0123')
    .replaceAll(/consciousness [0-9a-f]{20}#/g, 'consciousness abcdef0123#')
    .replaceAll(/memory for \d+/g, 'memory for 8192');
}

/** What is written is drawn a moment later. */
const DRAWN_MS = 10_000;

/** Compares with the screen that was looked at; UPDATE_SCREENS=1 takes this one for it. */
async function sameScreen(name: string, screen: () => string): Promise<void> {
  const file = join(SCREENS, `${name}.txt`);
  if (process.env['UPDATE_SCREENS']) writeFileSync(file, screen());
  const wanted = readFileSync(file, 'utf8');
  const until = performance.now() + DRAWN_MS;
  while (screen() !== wanted && performance.now() < until) await sleep(20);
  assert.equal(screen(), wanted);
}

async function knownServer(t: TestContext): Promise<StandIn> {
  const server = await startModelServer((prompt) => {
    const name = /The document is (.*):/.exec(prompt)?.[1] ?? 'a document';
    return { title: `About ${name}`, tags: ['known'], summary: 'What the document says, in two sentences.' };
  });
  server.native = {
    models: [
      {
        type: 'llm',
        key: 'test-model',
        loaded_instances: [{ id: 'test-model', config: { context_length: 8192 } }],
      },
      { type: 'llm', key: 'other-model', loaded_instances: [] },
    ],
  };
  t.after(() => server.stop());
  return Object.assign(server, { hasTwoModels: true });
}

async function llamaServer(t: TestContext): Promise<StandIn> {
  const port = await freePort();
  let server: ChildProcess | null = null;
  const standIn = {
    hasTwoModels: false,
    port,
    async start() {
      server = spawn(LLAMA, [String(port), '-np', '2', '-c', '8192'], { stdio: 'ignore' });
      while (!(await isReady(port))) await sleep(20);
    },
    async stop() {
      if (server === null) return;
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      server = null;
    },
  };
  t.after(() => standIn.stop());
  await standIn.start();
  return standIn;
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}
