import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createServer as createSocketServer, type Server as SocketServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CodedError } from '../../src/base/errors.ts';
import { pinOf } from '../../src/mind/tools/mcp/pin.ts';
import { createMcpServer, type McpServer, type McpServerSettings } from '../../src/mind/tools/mcp/server.ts';
import { OFFER } from '../fixtures/mcp/offer.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/mcp/stdio.ts', import.meta.url));
const DAEMON = fileURLToPath(new URL('../fixtures/mcp/daemon.ts', import.meta.url));
const PINS = Object.fromEntries(OFFER.map((tool) => [tool.name, pinOf(tool)]));
const signal = AbortSignal.timeout(60_000);

/** Every process of the fixture connects to us and says who it is: when the connection closes, it has ended. */
interface Life {
  pid: number;
  role: string;
  hangs: boolean;
  ended: Promise<unknown>;
}

let watch: SocketServer;
let port = 0;
const lives: Life[] = [];
const news = new EventEmitter().setMaxListeners(0);

before(async () => {
  watch = createSocketServer((socket) => {
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    let life: Life | undefined;
    createInterface(socket).on('line', (line) => {
      const [word, role = ''] = line.split(' ');
      if (life === undefined) {
        life = { pid: Number(word), role, hangs: false, ended };
        lives.push(life);
      } else life.hangs ||= word === 'hangs';
      news.emit('line');
    });
  }).listen(0, '127.0.0.1');
  await once(watch, 'listening');
  const address = watch.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
});
after(() => void watch.close());

async function heardOf(role: string, isIt: (life: Life) => boolean = () => true): Promise<Life> {
  for (;;) {
    const life = lives.findLast((each) => each.role === role && isIt(each));
    if (life !== undefined) return life;
    await once(news, 'line');
  }
}

function settings(changes: Partial<McpServerSettings> = {}, ...modes: string[]): McpServerSettings {
  return {
    name: 'fixture',
    command: process.execPath,
    args: [FIXTURE, String(port), ...modes],
    tools: PINS,
    timeoutMs: 20_000,
    outputLimit: 1000,
    ...changes,
  };
}

/** Runs with a server and closes it, also when an assertion fails. */
async function using(
  given: McpServerSettings,
  use: (server: McpServer) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const server = createMcpServer(given, environment);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('an MCP server on standard input and output', { concurrency: 4 }, () => {
  it('lists its tools over all pages, each with its hash and whether it may be called', async () => {
    const tools = { echo: PINS['echo'] ?? '', repeat: 'sha256:another' };
    await using(settings({ tools }), async (server) => {
      const list = await server.list(signal);
      assert.deepEqual(
        list.map(({ name }) => name),
        OFFER.map(({ name }) => name),
      );
      assert.deepEqual(list[0], {
        name: 'echo',
        description: 'Says it back',
        parameters: OFFER[0]?.inputSchema,
        hash: PINS['echo'],
        state: 'allowed',
      });
      assert.deepEqual(
        list.slice(1, 3).map(({ state }) => state),
        ['changed', 'not-allowed'],
      );
    });
  });

  it('is called, also when it prints other things between its messages', async () => {
    await using(settings({}, 'noisy'), async (server) => {
      assert.deepEqual(await server.call('echo', { text: 'Grüße' }, signal), { ok: true, text: 'Grüße' });
    });
  });

  it('may speak only the protocol of 2026', async () => {
    await using(settings({}, 'modern'), async (server) => {
      assert.deepEqual(await server.call('echo', { text: 'new' }, signal), { ok: true, text: 'new' });
      assert.equal((await server.call('change', {}, signal)).ok, true);
      assert.match((await server.call('echo', { text: 'new' }, signal)).text, /is not what it was/);
    });
  });

  it('gives text; other parts are named', async () => {
    await using(settings(), async (server) => {
      assert.equal(
        (await server.call('parts', {}, signal)).text,
        'one\n(image left out)\n(resource link left out)\ntwo',
      );
      assert.equal((await server.call('structured', {}, signal)).text, '{"a":[1],"b":2}');
    });
  });

  it('gives no more than the limit, and says how much was cut; never half a character', async () => {
    await using(settings({ outputLimit: 9 }), async (server) => {
      const long = await server.call('repeat', { text: 'ab', times: 1000 }, signal);
      assert.deepEqual(long, { ok: true, text: 'ababababa\n(cut here: 1991 more characters)' });
      const wide = await server.call('repeat', { text: '😀', times: 5 }, signal);
      assert.equal(wide.text, '😀😀😀😀\n(cut here: 2 more characters)');
    });
  });

  it('says that a tool failed in its own words', async () => {
    await using(settings(), async (server) => {
      assert.deepEqual(await server.call('fail', {}, signal), { ok: false, text: 'there is\nno such city' });
    });
  });

  it('is not even started for a tool that is not allowed', async () => {
    await using(settings({ command: '/nowhere', tools: {} }), async (server) => {
      for (const tool of ['echo', 'constructor', '__proto__'])
        assert.deepEqual(await server.call(tool, {}, signal), {
          ok: false,
          text: `fixture: the tool ${tool} is not allowed`,
        });
    });
  });

  it('is not called for a tool that it does not have', async () => {
    await using(settings({ tools: { gone: 'sha256:0' } }), async (server) => {
      const { text } = await server.call('gone', {}, signal);
      assert.equal(text, 'fixture: it does not offer the tool gone');
    });
  });

  it('is not called for a tool that another run of it has changed', async () => {
    await using(settings({}, 'changed'), async (server) => {
      assert.deepEqual(await server.call('echo', { text: 'x' }, signal), {
        ok: false,
        text: 'fixture: the tool echo is not what it was when it was allowed, and is not called',
      });
      assert.equal((await server.call('repeat', { text: 'x', times: 1 }, signal)).ok, true);
    });
  });

  it('is asked for its tools anew when it says that they changed', async () => {
    await using(settings(), async (server) => {
      assert.equal((await server.call('change', {}, signal)).ok, true);
      assert.match((await server.call('echo', { text: 'x' }, signal)).text, /is not what it was/);
      assert.equal((await server.list(signal)).find(({ name }) => name === 'echo')?.state, 'changed');
    });
  });

  it('shows in the list what it changed without a word', async () => {
    await using(settings(), async (server) => {
      await server.call('silent-change', {}, signal);
      assert.equal((await server.list(signal)).find(({ name }) => name === 'echo')?.state, 'changed');
      assert.match((await server.call('echo', { text: 'x' }, signal)).text, /is not what it was/);
    });
  });

  it('sees PATH, HOME, LANG, TMPDIR and what it was given, and nothing else of ours', async () => {
    const passed = { PATH: '/usr/bin', HOME: '/home/me', LANG: 'C.UTF-8', TMPDIR: '/tmp' };
    const ours = { ...passed, OPENAI_API_KEY: 'sk-secret', SHELL: '/bin/sh', NODE_OPTIONS: '--bad' };
    const use = async (server: McpServer) => {
      const { text } = await server.call('environment', {}, signal);
      // Node itself hands this one on to every child of a process whose coverage is measured.
      const { NODE_V8_COVERAGE: _, ...seen } = JSON.parse(text);
      assert.deepEqual(seen, { ...passed, HOME: '/elsewhere', ROLE: 'guest' });
    };
    await using(settings({ env: { ROLE: 'guest', HOME: '/elsewhere' } }), use, ours);
  });

  it('says with which last words it ended, and is started anew for the next call', async () => {
    await using(settings(), async (server) => {
      assert.deepEqual(await server.call('crash', {}, signal), {
        ok: false,
        text: 'fixture: the tool crash failed: it ended with 3: out of luck',
      });
      assert.deepEqual(await server.call('echo', { text: 'again' }, signal), { ok: true, text: 'again' });
    });
  });

  it('is started anew when it gave no answer in time and none to the question after it', async () => {
    await using(settings({ timeoutMs: 2000, env: { ROLE: 'spinning' } }), async (server) => {
      assert.deepEqual(await server.call('spin', {}, signal), {
        ok: false,
        text: 'fixture: the tool spin gave no answer within 2000 ms',
      });
      const first = await heardOf('spinning');
      assert.deepEqual(await server.call('echo', { text: 'again' }, signal), { ok: true, text: 'again' });
      await first.ended;
    });
  });

  it('is started once for calls at the same time', async () => {
    await using(settings({ env: { ROLE: 'shared' } }), async (server) => {
      const texts = ['a', 'b', 'c'];
      const results = await Promise.all(texts.map((text) => server.call('echo', { text }, signal)));
      assert.deepEqual(
        results.map(({ text }) => text),
        texts,
      );
      await heardOf('shared');
      assert.equal(lives.filter(({ role }) => role === 'shared').length, 1);
    });
  });

  it('that cannot be started is a result; for the list it is an error with a code', async () => {
    await using(settings({ command: '/nowhere/server' }), async (server) => {
      const text = 'fixture: it cannot be reached: spawn /nowhere/server ENOENT';
      assert.deepEqual(await server.call('echo', {}, signal), { ok: false, text });
      await assert.rejects(server.list(signal), { code: 'mcp-failed', retryable: true });
    });
  });

  it('that ends at once says why, without the secrets it was given', async () => {
    const script = 'console.error("bad key " + process.env.API_KEY); process.exit(1)';
    const given = settings({ args: ['-e', script], env: { API_KEY: 'hunter22' } });
    await using(given, async (server) => {
      const { text } = await server.call('echo', {}, signal);
      assert.equal(text, 'fixture: it cannot be reached: it ended with 1: bad key [secret]');
    });
  });

  it('that never says anything is given up after the time limit', async () => {
    await using(settings({ args: ['-e', 'process.stdin.resume()'], timeoutMs: 100 }), async (server) => {
      const { text } = await server.call('echo', {}, signal);
      assert.equal(text, 'fixture: it cannot be reached: no answer within 100 ms');
    });
  });

  it('that floods its output is ended', async () => {
    const script =
      'const line = "x".repeat(2 ** 20); for (let i = 0; i < 12; i++) process.stdout.write(line)';
    await using(settings({ args: ['-e', script] }), async (server) => {
      const { text } = await server.call('echo', {}, signal);
      assert.match(text, /^fixture: it cannot be reached: ReadBuffer exceeded maximum size/);
    });
  });

  it('is left by a caller who does not want to wait any longer, and serves the others', async () => {
    await using(settings({ env: { ROLE: 'left' } }), async (server) => {
      const leaving = new AbortController();
      const hanging = server.call('hang', {}, leaving.signal);
      await heardOf('left', ({ hangs }) => hangs);
      leaving.abort(new Error('enough'));
      await assert.rejects(hanging, { message: 'enough' });
      await assert.rejects(server.call('echo', {}, leaving.signal), { message: 'enough' });
      assert.equal((await server.call('echo', { text: 'here' }, signal)).text, 'here');
      assert.equal(lives.filter(({ role }) => role === 'left').length, 1);
    });
  });
});

describe('closing an MCP server', { concurrency: 4 }, () => {
  it('leaves no process, answers the calls under way, and is for good', async () => {
    const server = createMcpServer(settings({ env: { ROLE: 'closed' } }), {});
    const hanging = server.call('hang', {}, signal);
    const { pid } = await heardOf('closed', ({ hangs }) => hangs);
    await Promise.all([server.close(), server.close()]);
    assert.equal(isAlive(pid), false);
    const closed = { ok: false, text: 'fixture: it was closed' };
    assert.deepEqual(await hanging, closed);
    assert.deepEqual(await server.call('echo', {}, signal), closed);
    await assert.rejects(server.list(signal), CodedError);
  });

  it('also ends one that ignores the end of its input and SIGTERM, behind a shell', async () => {
    const script = `"${process.execPath}" "${FIXTURE}" ${port} stubborn; true`;
    const server = createMcpServer(
      settings({ command: '/bin/sh', args: ['-c', script], env: { ROLE: 'stubborn' } }),
      {},
    );
    assert.equal((await server.call('echo', { text: 'x' }, signal)).text, 'x');
    const { ended } = await heardOf('stubborn');
    await server.close();
    await ended;
  });

  it('while it is being connected leaves no process either', async () => {
    const server = createMcpServer(settings({ args: ['-e', 'process.stdin.resume()'] }), {});
    const calling = server.call('echo', {}, signal);
    await server.close();
    assert.deepEqual(await calling, { ok: false, text: 'fixture: it was closed' });
  });

  it('before it was used does nothing', async () => {
    await createMcpServer(settings(), {}).close();
  });
});

describe('the client of MCP servers', () => {
  it('leaves no server behind when the daemon is killed', async () => {
    const daemon = spawn(process.execPath, [DAEMON, String(port)], { stdio: 'inherit' });
    const [, killed] = await once(daemon, 'exit');
    assert.equal(killed, 'SIGKILL');
    await (await heardOf('')).ended;
  });

  it('is not loaded before the first server is used', async () => {
    const script = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
      const { createMcpServer } = await import(${JSON.stringify(import.meta.resolve('../../src/mind/tools/mcp/server.ts'))});
      await createMcpServer({ name: 'x', command: 'x', tools: {}, timeoutMs: 1, outputLimit: 1 }, {}).close();
      console.log(seen.filter((name) => name.startsWith('@modelcontextprotocol')).length, seen.length > 5);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
    assert.equal(said, '0 true\n');
  });

  it('pins name, description and schema, whatever the order of keys', () => {
    const pin = pinOf({
      name: 'a',
      description: 'b',
      inputSchema: { type: 'object', properties: { x: {} } },
    });
    assert.match(pin, /^sha256:[0-9a-f]{64}$/);
    assert.equal(
      pinOf({ inputSchema: { properties: { x: {} }, type: 'object' }, description: 'b', name: 'a' }),
      pin,
    );
    const others = [
      { name: 'A', description: 'b', inputSchema: {} },
      { name: 'a', description: 'B', inputSchema: {} },
      { name: 'a', description: 'b', inputSchema: { type: 'object' } },
      { name: 'a', inputSchema: {} },
    ];
    assert.equal(new Set([pin, ...others.map(pinOf)]).size, 5);
    assert.equal(
      pinOf({ name: 'a', inputSchema: {} }),
      pinOf({ name: 'a', description: '', inputSchema: {} }),
    );
  });
});
