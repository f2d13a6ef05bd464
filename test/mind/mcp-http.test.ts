import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { pinOf } from '../../src/mind/tools/mcp/pin.ts';
import { createMcpServer, type McpServer } from '../../src/mind/tools/mcp/server.ts';
import { serve, sessions, stateless } from '../fixtures/mcp/http.ts';
import { OFFER } from '../fixtures/mcp/offer.ts';

const PINS = Object.fromEntries(OFFER.map((tool) => [tool.name, pinOf(tool)]));
const signal = AbortSignal.timeout(60_000);

interface Reached extends McpServer, AsyncDisposable {}

function reach(url: string, headers: Record<string, string> = {}, timeoutMs = 20_000): Reached {
  const settings = { name: 'far', url, headers, tools: PINS, timeoutMs, outputLimit: 1000 };
  const server = createMcpServer(settings, {});
  return { ...server, [Symbol.asyncDispose]: server.close };
}

const say = (server: McpServer, text: string) => server.call('echo', { text }, signal);

/** The handshake as always; the first call of a tool goes to `answer`. */
function misbehaving(answer: RequestListener): RequestListener {
  const well = stateless();
  return (request, response) =>
    request.headers['mcp-method'] === 'tools/call' ? answer(request, response) : well(request, response);
}

describe('an MCP server over streamable HTTP', { concurrency: true, timeout: 30_000 }, () => {
  it('lists and is called, in the newest protocol, with the headers it asks for', async () => {
    await using http = await serve(stateless());
    await using server = reach(http.url, { 'x-api-key': 'hunter22' });
    const list = await server.list(signal);
    assert.deepEqual(
      list.map(({ name, state }) => [name, state]),
      OFFER.map(({ name }) => [name, 'allowed']),
    );
    assert.deepEqual(await say(server, 'Grüße'), { ok: true, text: 'Grüße' });
    assert.ok(http.seen.every(({ headers }) => headers['x-api-key'] === 'hunter22'));
    assert.equal(http.seen.at(-1)?.headers['mcp-protocol-version'], '2026-07-28');
  });

  it('of 2025 keeps a session, which is ended; when it has forgotten it, a new one begins', async () => {
    const first = await serve(sessions());
    const server = reach(first.url);
    assert.deepEqual(await say(server, 'one'), { ok: true, text: 'one' });
    await first[Symbol.asyncDispose]();
    await using second = await serve(sessions(), first.port);
    assert.deepEqual(await say(server, 'two'), { ok: true, text: 'two' });
    await server.close();
    assert.equal(second.seen.at(-1)?.method, 'DELETE');
    // no stream stays open while nothing is asked
    assert.ok([...first.seen, ...second.seen].every(({ method }) => method !== 'GET'));
  });

  it('is not called for a tool that has changed meanwhile, though it did not say so', async () => {
    await using http = await serve(stateless());
    await using server = reach(http.url);
    assert.equal((await say(server, 'x')).ok, true);
    assert.equal((await server.call('silent-change', {}, signal)).ok, true);
    assert.deepEqual(await say(server, 'x'), {
      ok: false,
      text: 'far: the tool echo is not what it was when it was allowed, and is not called',
    });
    assert.equal((await server.list(signal)).find(({ name }) => name === 'echo')?.state, 'changed');
  });

  it('that gives no answer in time is a result, and is called again', async () => {
    await using http = await serve(stateless());
    await using server = reach(http.url, {}, 1000);
    assert.deepEqual(await server.call('hang', {}, signal), {
      ok: false,
      text: 'far: the tool hang gave no answer within 1000 ms',
    });
    assert.deepEqual(await say(server, 'x'), { ok: true, text: 'x' });
  });

  it('is left by a caller who does not want to wait any longer', async () => {
    const leaving = new AbortController();
    await using http = await serve(stateless(undefined, () => leaving.abort(new Error('enough'))));
    await using server = reach(http.url);
    await assert.rejects(server.call('hang', {}, leaving.signal), { message: 'enough' });
    assert.deepEqual(await say(server, 'x'), { ok: true, text: 'x' });
  });

  it('that breaks off its answer is noticed at once', async () => {
    await using http = await serve(
      misbehaving((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': one moment\n\n', () => response.destroy());
      }),
    );
    await using server = reach(http.url);
    assert.deepEqual(await say(server, 'x'), { ok: false, text: 'far: the tool echo failed: terminated' });
    assert.equal((await server.list(signal)).length, OFFER.length);
  });

  it('that answers without end is cut off', async () => {
    await using http = await serve(
      misbehaving((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = () => {
          if (!response.destroyed) response.write(' '.repeat(2 ** 20), more);
        };
        more();
      }),
    );
    await using server = reach(http.url);
    assert.match(
      (await say(server, 'x')).text,
      /^far: the tool echo failed: an answer is longer than \d+ bytes$/,
    );
  });

  it('that refuses says why, without the secrets it was given', async () => {
    await using http = await serve(({ headers }, response) => {
      response.writeHead(402).end(`unknown token ${headers.authorization?.split(' ')[1]}\nask for another`);
    });
    await using server = reach(http.url, { Authorization: 'Token hunter22' });
    const { ok, text } = await say(server, 'x');
    assert.equal(ok, false);
    assert.match(text, /^far: it cannot be reached: .*unknown token \[secret\] ask for another/);
  });

  it('gets its headers only itself, wherever it sends us', async () => {
    await using other = await serve(stateless());
    await using http = await serve((_, response) => {
      response.writeHead(307, { location: other.url }).end();
    });
    await using server = reach(http.url, { 'x-api-key': 'hunter22' });
    assert.match((await say(server, 'x')).text, /^far: it cannot be reached: .*redirect/i);
    assert.deepEqual(other.seen, []);
  });

  it('that is not there is a result; for the list it is an error with a code', async () => {
    const http = await serve(stateless());
    await http[Symbol.asyncDispose]();
    await using server = reach(http.url);
    const { ok, text } = await say(server, 'x');
    assert.equal(ok, false);
    assert.match(text, /^far: it cannot be reached: .*ECONNREFUSED/);
    await assert.rejects(server.list(signal), { code: 'mcp-failed', retryable: true });
  });

  it('needs an address that is one', async () => {
    await using server = reach('nonsense');
    assert.deepEqual(await say(server, 'x'), { ok: false, text: 'far: it cannot be reached: Invalid URL' });
  });
});
