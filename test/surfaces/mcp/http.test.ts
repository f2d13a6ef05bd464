import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryDaemon } from '../memory-daemon.ts';
import { newest } from './callers.ts';
import { served, token } from './house.ts';
import { until } from './until.ts';

const JSON_ONLY = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('MCP over HTTP', { concurrency: true, timeout: 60_000 }, () => {
  it('a token that is revoked takes what it waits for with it, within a second', async (t) => {
    const revoked = new AbortController();
    const daemon = new MemoryDaemon();
    const url = await served(t, daemon, token(['act', 'read'], revoked.signal));
    const caller = await newest({ url });
    t.after(caller.close);
    const told: (string | undefined)[] = [];
    const asked = caller.call('think', { text: 'one' }, ({ message }) => told.push(message));
    const params = { name: 'think', arguments: { text: 'two' } };
    const older = await fetch(url, {
      ...{ method: 'POST', headers: JSON_ONLY },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    });
    await until(
      () => told.includes('ready') && daemon.all.size === 2,
      () => 'they do not wait',
    );
    const began = performance.now();
    revoked.abort();
    const ends = await Promise.all([asked.then(({ text }) => text), older.text()]);
    for (const end of ends) assert.match(end, /answered no more \(client-let-go\)/);
    assert.ok(performance.now() - began < 1000);
  });

  it('a token that is revoked ends its streams, also while the daemon does not answer', async (t) => {
    const revoked = new AbortController();
    const daemon = new MemoryDaemon();
    const asked = Promise.withResolvers<void>();
    daemon.status = () => {
      asked.resolve();
      return new Promise(() => {});
    };
    const url = await served(t, daemon, token(['read'], revoked.signal));
    const stream = await fetch(url, {
      ...{ method: 'POST', headers: JSON_ONLY },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'status' } }),
    });
    await asked.promise;
    const began = performance.now();
    revoked.abort();
    assert.equal(await stream.text(), '');
    assert.ok(performance.now() - began < 1000);
  });

  it('refuses what is no message of MCP, and what is too long', async (t) => {
    const url = await served(t, new MemoryDaemon());
    const post = (body: string, headers: Record<string, string> = JSON_ONLY) =>
      fetch(url, { method: 'POST', headers, body }).then(({ status }) => status);
    assert.equal((await fetch(url)).status, 405);
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 405);
    assert.equal(await post('{', JSON_ONLY), 400);
    assert.equal(await post('{}', { ...JSON_ONLY, 'content-type': 'text/plain' }), 415);
    assert.equal(await post(`"${'x'.repeat(5 * 1024 * 1024)}"`), 413);
  });

  it('tells a client nothing of a defect', async (t) => {
    const daemon = new MemoryDaemon();
    const caller = await newest({ url: await served(t, daemon) });
    t.after(caller.close);
    daemon.broken = new Error('secret-canary in a stack');
    const { text, isError } = await caller.call('status');
    assert.equal(isError, true);
    assert.doesNotMatch(text, /canary/);
    await assert.rejects(caller.read('consciousness://thoughts/abcdef12'), (error: Error) => {
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
  });
});
