import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { begin } from '../command-line.ts';
import { running, temporaryFolder } from '../running.ts';

const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
};

describe('consciousness mcp', { concurrency: 4, timeout: 60_000 }, () => {
  it('prints nothing but messages, passes over lines that are none, and ends with its input', async (t) => {
    const { home } = await running(t);
    const { write, answer, child, printed, ended } = speak(home);
    write('this is no message\n\n{"jsonrpc":"1.0"}\n[]\n');
    write(request(1, 'initialize', HELLO));
    assert.match(JSON.stringify(await answer(1)), /"name":"consciousness"/);
    write('{"jsonrpc":"2.0","method":"notifications/initialized"}\nnor this\n');
    write(request(2, 'tools/call', { name: 'status', arguments: {} }));
    assert.match(JSON.stringify(await answer(2)), /The daemon runs/);
    child.stdin.end();
    assert.deepEqual(await ended, { code: 0, signal: null });
    for (const line of printed) assert.equal(JSON.parse(line).jsonrpc, '2.0');
  });

  it('ends with 0 at SIGTERM, also with a question under way', async (t) => {
    const { home, daemon } = await running(t);
    const { write, answer, child, ended } = speak(home, '--act');
    write(request(1, 'initialize', HELLO));
    await answer(1);
    write(request(2, 'tools/call', { name: 'think', arguments: { text: 'why?' } }));
    // Answered after think was read: both went the same way.
    write(request(3, 'tools/list', {}));
    await answer(3);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.ok(daemon.all.size <= 1);
  });

  it('refuses a message that is too long, and says so', async (t) => {
    const { child, ended, stderr } = speak(await temporaryFolder(t));
    child.stdin.write(Buffer.alloc(9 * 1024 * 1024, 'x'));
    assert.deepEqual(await ended, { code: 1, signal: null });
    assert.match(stderr(), /exceeded maximum size of 8388608 bytes/);
  });

  it('starts without a daemon, says so with each call, and finds each one that is started', async (t) => {
    const first = await running(t);
    await first.close();
    const { write, answer, child, ended } = speak(first.home);
    write(request(1, 'initialize', HELLO));
    await answer(1);
    const status = async (id: number) => {
      write(request(id, 'tools/call', { name: 'status', arguments: {} }));
      return JSON.stringify(await answer(id));
    };
    const missing = await status(2);
    assert.match(missing, /"isError":true/);
    assert.ok(missing.includes(`Next: consciousness start --home ${first.home}`), missing);
    const second = await running(t, first.home);
    assert.match(await status(3), /The daemon runs/);
    await second.close();
    assert.match(await status(4), /daemon-not-running/);
    await running(t, first.home);
    assert.match(await status(5), /The daemon runs/);
    child.stdin.end();
    await ended;
  });
});

function request(id: number, method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

/** The command as a client sees it that writes and reads lines by hand. */
function speak(home: string, ...args: string[]) {
  const child = begin(['mcp', '--home', home, ...args]);
  const printed: string[] = [];
  const heard = new Set<() => void>();
  const tell = () => {
    for (const hear of heard) hear();
  };
  let stderr = '';
  child.stderr.on('data', (part) => {
    stderr += String(part);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line);
    tell();
  });
  let isOver = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    isOver = true;
    tell();
    return { code, signal };
  });
  const answer = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const hear = () => {
        const found = printed.map((line) => JSON.parse(line)).find((message) => message.id === id);
        if (found === undefined && !isOver) return;
        heard.delete(hear);
        if (found === undefined) reject(new Error(`it ended without an answer to ${id}: ${stderr}`));
        else resolve(found);
      };
      heard.add(hear);
      hear();
    });
  return {
    child,
    printed,
    ended,
    answer,
    write: (text: string) => child.stdin.write(text),
    stderr: () => stderr,
  };
}
