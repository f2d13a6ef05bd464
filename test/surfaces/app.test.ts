import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import { OWNER } from '../../src/contract/access.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';

function open(t: TestContext) {
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  t.after(() => end.abort());
  const reported: unknown[] = [];
  const app = appFor(daemon, { signal: end.signal, report: (error) => reported.push(error) });
  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(
      path,
      {
        method,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      },
      { access: OWNER },
    );
  return { daemon, app, reported, send, get: (path: string) => app.request(path, {}, { access: OWNER }) };
}

async function json(response: Response | Promise<Response>) {
  return JSON.parse(await (await response).text());
}

describe('the HTTP API', () => {
  it('says how the daemon is', async (t) => {
    const { get } = open(t);
    const response = await get('/v1/status');
    assert.equal(response.status, 200);
    assert.equal((await json(response)).instance, 'memory');
  });

  it('lists the thoughts that were asked for', async (t) => {
    const { daemon, get } = open(t);
    const dead = daemon.add({ state: 'dead' });
    daemon.add({ state: 'ready' });
    daemon.add({ state: 'dead', rule: 'file-the-inbox' });
    daemon.add({ state: 'dead', timestamp: '2020-01-01T00:00:00.000Z' });
    const rows = await json(get('/v1/thoughts?state=dead&rule=request&since=2026-01-01T00:00:00Z'));
    assert.deepEqual(
      rows.items.map((row: { id: string }) => row.id),
      [dead.id],
    );
    assert.equal((await json(get('/v1/thoughts?unprocessed=true'))).items.length, 1);
    assert.equal((await json(get('/v1/thoughts?limit=2'))).items.length, 2);
  });

  it('gives at most 50 thoughts where no limit is asked for', async (t) => {
    const { daemon, get } = open(t);
    for (let number = 0; number < 60; number += 1) daemon.add();
    assert.equal((await json(get('/v1/thoughts'))).items.length, 50);
  });

  for (const [query, wrong] of [
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=many', 'limit'],
    ['state=asleep', 'state'],
    ['since=yesterday', 'since'],
    ['unprocessed=maybe', 'unprocessed'],
    ['stat=dead', 'stat'],
  ] as const) {
    it(`refuses thoughts?${query} and names ${wrong}`, async (t) => {
      const { get, reported } = open(t);
      const response = await get(`/v1/thoughts?${query}`);
      assert.equal(response.status, 400);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      const problem = await json(response);
      assert.equal(problem.code, 'request-invalid');
      assert.equal(problem.status, 400);
      assert.match(problem.detail, new RegExp(wrong));
      assert.deepEqual(reported, []);
    });
  }

  it('shows one thought by a prefix of its id', async (t) => {
    const { daemon, get } = open(t);
    const { id } = daemon.add();
    assert.equal((await json(get(`/v1/thoughts/${id.slice(0, 6)}`))).id, id);
  });

  it('answers 404 for an unknown thought and 400 for what is no id', async (t) => {
    const { get } = open(t);
    const unknown = await get('/v1/thoughts/ffffffff');
    assert.equal(unknown.status, 404);
    const problem = await json(unknown);
    assert.equal(problem.code, 'thought-unknown');
    assert.equal(problem.value, 'ffffffff');
    assert.equal((await get('/v1/thoughts/nothex')).status, 400);
    assert.equal((await get('/v1/thoughts/abc')).status, 400);
  });

  it('accepts a request with 202, its row and where to find it', async (t) => {
    const { send } = open(t);
    const response = await send('POST', '/v1/thoughts', { text: 'why?' });
    assert.equal(response.status, 202);
    const row = await json(response);
    assert.equal(row.content, 'why?');
    assert.equal(row.state, 'ready');
    assert.equal(response.headers.get('location'), `/v1/thoughts/${row.id}`);
  });

  it('makes one thought of one Idempotency-Key, and two of two', async (t) => {
    const { daemon, send } = open(t);
    const ids = [];
    for (const key of ['a', 'a', 'b']) {
      ids.push((await json(send('POST', '/v1/thoughts', { text: 'x' }, { 'idempotency-key': key }))).id);
    }
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
    assert.equal(daemon.all.size, 2);
  });

  it('refuses requests that cannot be thought about', async (t) => {
    const { daemon, send } = open(t);
    assert.equal((await send('POST', '/v1/thoughts', { text: '   ' })).status, 400);
    assert.equal((await send('POST', '/v1/thoughts', {})).status, 400);
    assert.equal((await send('POST', '/v1/thoughts', { text: 'x', rul: 'y' })).status, 400);
    assert.equal(
      (await send('POST', '/v1/thoughts', { text: 'x' }, { 'idempotency-key': 'k'.repeat(256) })).status,
      400,
    );
    const unknown = await send('POST', '/v1/thoughts', { text: 'x', rule: 'nope' });
    assert.equal(unknown.status, 422);
    assert.equal((await json(unknown)).allowed, 'request, file-the-inbox');
    assert.equal(daemon.all.size, 0);
  });

  it('takes JSON only, so that a web page cannot post a form to it', async (t) => {
    const { daemon, app, send } = open(t);
    const plain = await app.request(
      '/v1/thoughts',
      { method: 'POST', body: '{"text":"x"}' },
      { access: OWNER },
    );
    assert.equal(plain.status, 415);
    const broken = await send('POST', '/v1/thoughts', '{"text":');
    assert.equal(broken.status, 400);
    assert.equal((await json(broken)).code, 'body-not-json');
    assert.equal(daemon.all.size, 0);
  });

  it('refuses a body that is too large', async (t) => {
    const { send } = open(t);
    const response = await send('POST', '/v1/thoughts', { text: 'x'.repeat(4 * 1024 * 1024) });
    assert.equal(response.status, 413);
    assert.equal((await json(response)).code, 'body-too-large');
  });

  it('retries the ids that were named, or all that are dead, and says of each what happened', async (t) => {
    const { daemon, send } = open(t);
    const dead = daemon.add({ state: 'dead' });
    const done = daemon.add({ state: 'done' });
    const results = await json(send('POST', '/v1/thoughts/retry', { ids: [dead.id, done.id] }));
    assert.deepEqual(
      results.map((result: { ok: boolean; reason: string }) => [result.ok, result.reason]),
      [
        [true, ''],
        [false, 'it is done'],
      ],
    );
    daemon.become(dead.id, 'dead');
    assert.equal((await json(send('POST', '/v1/thoughts/retry', { dead: true }))).length, 1);
    assert.equal((await send('POST', '/v1/thoughts/retry', { dead: false })).status, 400);
    assert.equal((await send('POST', '/v1/thoughts/retry', { ids: [] })).status, 400);
  });

  it('cancels', async (t) => {
    const { daemon, send } = open(t);
    const { id } = daemon.add();
    const response = await send('POST', '/v1/thoughts/cancel', { ids: [id] });
    assert.equal(response.status, 200);
    assert.equal((await daemon.thought(id)).state, 'cancelled');
  });

  it('tells the vitals since a time, in as many spans as are asked for', async (t) => {
    const { get } = open(t);
    const response = await get('/v1/vitals?since=2026-11-22T08:00:00Z&spans=3');
    const text = await response.text();
    assert.match(text, /"from":"2026-11-22T08:00:00.000Z"/);
    assert.match(text, /"values":\[0,1,2\]/);
    assert.equal((await get('/v1/vitals')).status, 400);
    assert.equal((await get('/v1/vitals?since=2026-11-22T08:00:00Z&spans=0')).status, 400);
  });

  it('explains an absolute path and refuses a relative one', async (t) => {
    const { daemon, get } = open(t);
    const response = await get(`/v1/explain?path=${encodeURIComponent('/inbox/a \\xff.md')}`);
    assert.equal((await json(response)).root, '/inbox');
    assert.deepEqual(daemon.explained, ['/inbox/a \\xff.md']);
    assert.equal((await get('/v1/explain?path=inbox/a.md')).status, 400);
    assert.equal((await get('/v1/explain')).status, 400);
  });

  it('changes the log level, in any case, and refuses an unknown one', async (t) => {
    const { daemon, send } = open(t);
    assert.deepEqual(await json(send('PUT', '/v1/log-level', { level: 'debug' })), { level: 'DEBUG' });
    assert.equal(daemon.logLevel, 'DEBUG');
    assert.equal((await send('PUT', '/v1/log-level', { level: 'loud' })).status, 400);
    assert.equal(daemon.logLevel, 'DEBUG');
  });

  it('begins a stop and answers at once', async (t) => {
    const { daemon, send } = open(t);
    assert.equal((await send('POST', '/v1/stop', {})).status, 202);
    assert.equal(daemon.stopping, true);
  });

  it('answers unknown paths with a problem', async (t) => {
    const { get } = open(t);
    const response = await get('/v1/nothing');
    assert.equal(response.status, 404);
    assert.equal((await json(response)).code, 'not-found');
  });

  it('says nothing of a defect to the client, and all of it to the log', async (t) => {
    const { daemon, get, reported } = open(t);
    daemon.broken = new Error('secret prompt text');
    const response = await get('/v1/status');
    assert.equal(response.status, 500);
    const body = await response.text();
    assert.equal(JSON.parse(body).code, 'internal');
    assert.doesNotMatch(body, /secret|prompt text|\.ts|stack/);
    assert.deepEqual(reported, [daemon.broken]);
  });

  it('keeps the code of errors that may be retried, as 503', async (t) => {
    const { daemon, get } = open(t);
    daemon.broken = new CodedError('store-busy', 'the store is busy', { retryable: true, next: 'wait' });
    const response = await get('/v1/status');
    assert.equal(response.status, 503);
    assert.equal((await json(response)).next, 'wait');
  });

  it('lets a person save a rule, and no program, whatever its token may do', async (t) => {
    const { app } = open(t);
    const access = { kind: 'token' as const, id: 'a1', scopes: ['read', 'act'] as const };
    const { signal } = new AbortController();
    const save = (name: string) =>
      app.request(
        '/v1/rules/file-the-inbox',
        {
          method: 'PUT',
          headers: { 'content-type': 'application/json', 'if-none-match': '*' },
          body: '{"text":"x"}',
        },
        { access: { ...access, name, signal } },
      );
    const refused = await save('script');
    assert.equal(refused.status, 403);
    assert.equal((await json(refused)).code, 'scope-missing');
    assert.notEqual((await save('dashboard')).status, 403);
  });
});
