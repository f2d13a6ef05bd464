import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createLog } from '../../src/base/log.ts';
import type { Program } from '../../src/surfaces/daemon.ts';
import { serve } from '../../src/surfaces/http/serve.ts';
import { appFor } from '../surfaces/app-for.ts';
import { here } from '../surfaces/command-line.ts';
import { MemoryDaemon } from '../surfaces/memory-daemon.ts';
import { temporaryFolder } from '../surfaces/running.ts';
import { HOSTILE, harmIn } from './control-bytes.ts';
import { hostile, poisoned } from './hostile-daemon.ts';

const ID = { done: 'd0'.repeat(32), dead: 'de'.repeat(32), ready: 'ea'.repeat(32) };
const AT = '2026-11-22T12:00:00.000Z';

/** A daemon that tells everything as a stranger would have it, on a home whose files are a stranger's, too. */
async function house(t: TestContext) {
  const home = await temporaryFolder(t);
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  const app = appFor(hostile(daemon), { signal: end.signal });
  const asked: string[] = [];
  let answered = () => {};
  const server = await serve({
    app: {
      async fetch(request, env) {
        const response = await app.fetch(request, env);
        asked.push(new URL(request.url).pathname);
        answered();
        return response;
      },
    },
    socket: join(home, 'state', 'daemon.sock'),
    graceMs: 100,
  });
  t.after(async () => {
    end.abort();
    await server.close();
  });
  const output = {
    position: 0,
    kind: 'write',
    mode: 'create',
    target: '/notes/a.md',
    source: null,
    reason: 'because',
    state: 'applied',
  } as const;
  const applied = {
    ...output,
    bytes: 4,
    sha256: 'aa',
    appliedAt: AT,
    undoneAt: null,
    content: 'text',
    before: null,
    after: 'text',
    note: '',
  };
  const context = { sense: 'files', subject: 'file:/inbox/a.md', event: 1 } as const;
  const about = { rule: 'file-the-inbox', context, prompt: 'asked' };
  daemon.add({ ...about, id: ID.done, state: 'done', answer: { title: 'said' }, outputs: [applied] });
  daemon.add({ ...about, id: ID.dead, state: 'dead', reason: 'gave up' });
  daemon.add({ ...about, id: ID.ready, state: 'ready' });
  const hold = { what: 'provider', name: 'lmstudio', reason: 'offline', since: AT, thoughts: 2 } as const;
  daemon.holds = [hold];
  daemon.propose({ thought: ID.ready });
  await strangers(home, (await modelServer(t)).url);
  return {
    home,
    daemon,
    /** Resolves once the daemon has begun to answer there. */
    async opened(path: string) {
      while (!asked.includes(path))
        await new Promise<void>((resolve) => {
          answered = resolve;
        });
    },
  };
}

const SERVER = join(import.meta.dirname, 'scenario-hostile-server.ts');

/** Settings, rules and a log whose names and texts are a stranger's. */
async function strangers(home: string, model: string): Promise<void> {
  const name = HOSTILE.replaceAll(/[\0/]/g, '').toWellFormed().slice(0, 60);
  const rules = join(home, 'rules');
  for (const each of [rules, join(home, 'inbox'), join(home, name)]) await mkdir(each, { recursive: true });
  await writeFile(join(rules, `${name}.md`), HOSTILE);
  await writeFile(
    join(rules, 'broken.md'),
    `---\non: { file: { paths: [${JSON.stringify(HOSTILE)}] } }\n${HOSTILE}: 1\n---\n${HOSTILE}{{ ${HOSTILE} }}`,
  );
  await writeFile(
    join(home, 'config.yaml'),
    `lm_studio: { base_url: "${model}" }\n` +
      `mcp_servers: ${JSON.stringify({ hostile: { command: process.execPath, args: [SERVER] } })}\n` +
      `file_watcher: { watch_paths: [${JSON.stringify(join(home, 'inbox'))}, ${JSON.stringify(`/nowhere/${name}`)}] }\n`,
  );
  const path = join(home, 'logs', 'consciousness.log');
  const log = createLog({ level: 'DEBUG', file: { path }, pretty: false, secrets: () => [] });
  log.error(HOSTILE, { [HOSTILE]: HOSTILE, error: new Error(HOSTILE) });
  log.close();
  await writeFile(path, `${HOSTILE}\n{"level":"INFO","time":"${AT}","event":"${HOSTILE}"}\n`, { flag: 'a' });
}

/** A model server that says nothing as it should. */
async function modelServer(t: TestContext) {
  const server = http.createServer((request, response) => {
    const models = { data: [{ id: `model ${HOSTILE}`, object: 'model' }] };
    const isList = request.url === '/v1/models';
    response.writeHead(isList ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isList ? models : { error: { message: `broken ${HOSTILE}` } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1` };
}

const program: Partial<Program> = {
  async lookAtProcesses() {
    const row = { pid: 1, parent: 0, started: AT, cpu: 1, memoryMb: 1, threads: 1, depth: 0 };
    const texts = { name: HOSTILE, command: HOSTILE, status: 'sleeping' as const };
    const connections = [{ protocol: 'tcp' as const, local: HOSTILE, remote: HOSTILE, state: HOSTILE }];
    return {
      processes: [{ ...row, ...texts, connections }],
      matched: 1,
      total: { cpu: 1, memoryMb: 1, threads: 1, children: 0 },
    };
  },
  async rehearse({ onStep }) {
    onStep({ kind: 'waiting', reason: HOSTILE });
    onStep({ kind: 'asked', provider: HOSTILE, model: HOSTILE });
    onStep({ kind: 'token', text: HOSTILE, reasoning: false });
    const tried = await new MemoryDaemon().tryRule({ rule: 'x', path: '/inbox/a.md' });
    const output = {
      kind: 'write',
      mode: 'replace',
      target: '/a',
      before: 'one',
      after: 'two',
      reason: 'why',
    };
    const view = poisoned({ ...tried, notes: ['note'], reason: 'cut', outputs: [output] });
    return { view, given: { answer: HOSTILE } } as Awaited<ReturnType<Program['rehearse']>>;
  },
};

/** At a terminal without colours, so that every escape there is somebody else's; through a pipe; and as JSON. */
const WAYS = [
  { how: ['--no-color'], tty: true },
  { how: [], tty: false },
  { how: ['--json'], tty: false },
];

/** As an argument can be. */
const TYPED = HOSTILE.replaceAll('\0', '').toWellFormed();

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['thoughts'],
  ['show', ID.done],
  ['show', ID.dead],
  ['show', TYPED],
  ['explain', `/inbox/${TYPED}`],
  ['rules'],
  ['rules', 'check'],
  ['inbox'],
  ['inbox', 'show', ID.ready],
  ['inbox', 'approve', TYPED],
  ['undo', ID.done],
  ['undo', '--last'],
  ['undo', '--rule', 'file-the-inbox', '--since', '2h', '--dry-run'],
  ['retry', ID.dead],
  ['cancel', ID.dead],
  ['run', 'file-the-inbox', '/elsewhere/a.md'],
  ['pause', TYPED],
  ['ps', '--tree', '--connections'],
  ['vitals'],
  ['logs'],
  ['doctor'],
  ['providers'],
  ['tools'],
  ['token', 'revoke', TYPED],
  ['try', 'x', '/inbox/a.md'],
  ['log-level', TYPED],
  [TYPED],
  ['status', `--${TYPED}`],
];

describe('a command whose every word comes from a stranger', () => {
  it('lets no control byte through, neither to a terminal nor into a pipe, nor in JSON', async (t) => {
    const { home } = await house(t);
    for (const args of COMMANDS)
      for (const { how, tty } of WAYS) {
        const { out, err } = await here([...args, ...how, '--home', home], { tty, columns: 250, program });
        const what = `${JSON.stringify(args).slice(0, 60)} ${how}`;
        assert.match(out + err, /\\(?:x|u00)1b/, `${what} shows nothing of it`);
        assert.equal(harmIn(out), null, what);
        assert.equal(harmIn(err), null, what);
      }
  });

  it('lets none through while it follows what happens, or what a model says', async (t) => {
    for (const { how, tty } of WAYS) {
      const { home, daemon, opened } = await house(t);
      const tailed = here(['tail', '--verbose', ...how, '--home', home], { tty, columns: 250 });
      await opened('/v1/events');
      const thought = ID.ready;
      daemon.tell({ type: 'perceived', at: AT, seq: 1, path: '/inbox/a.md', change: 'added', rules: ['x'] });
      daemon.send(thought);
      daemon.say(thought, 'a word');
      const output = { type: 'output', at: AT, thought, kind: 'write', target: '/notes/a.md' } as const;
      daemon.tell({ ...output, state: 'applied', reason: '' });
      daemon.tell({ ...output, state: 'failed', reason: 'no room' });
      daemon.tell({ type: 'root', at: AT, path: '/inbox', state: 'offline', detail: 'it is gone' });
      daemon.tell({ type: 'reloaded', at: AT, rules: 2, problems: ['a.md:3: odd'] });
      daemon.tell({ type: 'problem', at: AT, message: 'bad news' });
      daemon.become(thought, 'dead', { reason: 'gave up' });
      daemon.endLive();
      const { out, err } = await tailed;
      assert.ok(out.length > 1000, out);
      assert.deepEqual([harmIn(out), harmIn(err)], [null, null]);
    }
  });
});
