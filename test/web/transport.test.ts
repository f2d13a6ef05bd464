import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { createTransport } from '../../web/src/transport.ts';
import { type FakeDaemon, fakeDaemon, json } from './fake-daemon.ts';
import { until } from './until.ts';

async function house(t: TestContext, silenceMs?: number) {
  const daemon = await fakeDaemon(t);
  const refused: string[] = [];
  const session = { token: 'csn_secret' as string | null };
  const transport = createTransport({
    base: daemon.base,
    fetch,
    token: () => session.token,
    onRefused: () => refused.push('refused'),
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  return { daemon, transport, session, refused };
}

describe("the dashboard's transport", () => {
  it('sends the token in its header and in no address, and JSON as JSON', async (t) => {
    const { daemon, transport } = await house(t);
    daemon.answer('/v1/pause', (response) => json(response, 200, { all: true, rules: [] }));
    const view = await transport.ask({ method: 'POST', path: '/v1/pause', body: {} });
    assert.deepEqual(view, { all: true, rules: [] });
    const [request] = daemon.asked;
    assert.equal(request?.headers.authorization, 'Bearer csn_secret');
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.deepEqual([request?.path, request?.body], ['/v1/pause', '{}']);
  });

  it('throws what the daemon says is wrong, with what is allowed and what to do next', async (t) => {
    const { daemon, transport, refused } = await house(t);
    daemon.answer('/v1/run', (response) =>
      json(response, 422, {
        ...{ code: 'rule-unknown', detail: 'there is no rule inbux', value: 'inbux', allowed: 'inbox' },
        next: 'consciousness rules',
      }),
    );
    const error = await transport
      .ask({ method: 'POST', path: '/v1/run', body: {} })
      .catch((thrown) => thrown);
    assert.ok(error instanceof CodedError);
    assert.deepEqual(
      [error.code, error.message, error.value, error.allowed, error.next],
      ['rule-unknown', 'there is no rule inbux', 'inbux', 'inbox', 'consciousness rules'],
    );
    assert.deepEqual(refused, []);
  });

  it('says that the session has ended where its token is refused, and not where there was none', async (t) => {
    const { daemon, transport, session, refused } = await house(t);
    daemon.answer('/v1/status', (response) => json(response, 401, { code: 'token-refused', detail: 'no' }));
    const ask = () => transport.ask({ method: 'GET', path: '/v1/status' });
    session.token = null;
    await assert.rejects(ask, { code: 'token-refused' });
    assert.deepEqual(refused, []);
    session.token = 'csn_secret';
    await assert.rejects(ask, { code: 'token-refused' });
    assert.deepEqual(refused, ['refused']);
  });

  it('says that the daemon does not answer where nobody does', async (t) => {
    const { daemon, transport } = await house(t);
    await daemon.goAway();
    await assert.rejects(transport.ask({ method: 'GET', path: '/v1/status' }), { code: 'daemon-away' });
  });

  it('follows a stream with the ids to go on from, and goes on from one', async (t) => {
    const { daemon, transport } = await house(t);
    const stream = await transport.open<FollowedEvent>('/v1/events', { after: '6-1' });
    assert.equal(daemon.asked[0]?.headers['last-event-id'], '6-1');
    daemon.tell({ type: 'perceived' }, '7-1');
    daemon.tell({ type: 'token' });
    const told = [];
    for await (const { id, event } of stream) {
      told.push([id, event.type]);
      if (told.length === 2) await daemon.goAway();
    }
    assert.deepEqual(told, [
      ['7-1', 'perceived'],
      [null, 'token'],
    ]);
  });

  it('lets go of a stream at once when somebody leaves it, though nothing comes', async (t) => {
    const { daemon, transport } = await house(t);
    const stream = await transport.follow('/v1/events');
    const reading = stream[Symbol.asyncIterator]();
    const next = reading.next();
    await reading.return?.();
    assert.equal((await next).done, true);
    await until('the daemon has no reader any more', () => daemon.streams.size === 0);
  });

  it('takes a stream that says nothing, not even that it is alive, for dead', async (t) => {
    const { transport } = await house(t, 50);
    const stream = await transport.open('/v1/events');
    await assert.rejects(async () => {
      for await (const _ of stream) assert.fail('nothing was told');
    }, /nothing was heard/);
  });

  it('ends what it waits for when it is told to', async (t: TestContext) => {
    const { daemon, transport } = await house(t);
    hang(daemon);
    const stop = new AbortController();
    const opening = transport.open('/v1/thoughts/1/stream', { signal: stop.signal });
    stop.abort(new Error('the page is left'));
    await assert.rejects(opening, /the page is left/);
  });
});

/** Takes requests and never answers them. */
function hang(daemon: FakeDaemon): void {
  daemon.answer('/v1/thoughts/1/stream', () => undefined);
}
