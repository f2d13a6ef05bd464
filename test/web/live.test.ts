import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/errors.ts';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { createLive } from '../../web/src/live.ts';
import { createTransport } from '../../web/src/transport.ts';
import { fakeDaemon } from './fake-daemon.ts';
import { until } from './until.ts';

async function following(t: TestContext, frame: (draw: () => void) => void = (draw) => setTimeout(draw, 0)) {
  const daemon = await fakeDaemon(t);
  const heard: FollowedEvent[][] = [];
  const stop = new AbortController();
  const ended = { isEnded: false };
  const live = createLive({
    transport: createTransport({
      ...{ base: daemon.base, fetch, token: () => 'csn_secret' },
      onRefused: () => stop.abort(),
    }),
    status: () => Promise.reject(new CodedError('daemon-away', 'not asked here')),
    ...{ clock: systemClock, random: { fraction: () => 0 }, frame },
  });
  live.onEvents((events) => heard.push([...events]));
  const running = live.run(stop.signal).then(() => {
    ended.isEnded = true;
  });
  t.after(async () => {
    stop.abort();
    await running;
  });
  return { daemon, live, heard, stop, ended, told: () => heard.flat() };
}

const perceived = (seq: number): FollowedEvent => ({
  ...{ type: 'perceived', at: '2026-11-22T12:00:00.000Z', seq, path: `/inbox/${seq}.md`, change: 'added' },
  rules: ['inbox'],
});

const seqs = (events: readonly FollowedEvent[]) =>
  events.map((event) => ('seq' in event ? event.seq : event.type));

describe('what the dashboard hears', () => {
  it('goes on where it stopped when the daemon is back, and says meanwhile that it is away', async (t) => {
    const { daemon, live, told } = await following(t);
    await until('it is live', () => live.connection.value.kind === 'live' && daemon.streams.size === 1);
    daemon.tell(perceived(1), '1-5');
    await until('it was told', () => told().length === 1);
    await daemon.goAway();
    await until('it is lost', () => live.connection.value.kind === 'lost');
    await daemon.comeBack();
    live.hurry();
    await until('it is live again', () => live.connection.value.kind === 'live' && daemon.streams.size === 1);
    const marks = daemon.asked
      .filter(({ path }) => path.startsWith('/v1/events'))
      .map(({ headers }) => headers['last-event-id']);
    assert.deepEqual([marks[0], marks.at(-1)], [undefined, '1-5']);
    daemon.tell(perceived(2), '2-5');
    await until('it was told the next', () => told().length === 2);
    assert.deepEqual(seqs(told()), [1, 2]);
  });

  it('says that something may be missing where it was lost before anything was told', async (t) => {
    const { daemon, live, told } = await following(t);
    await until('it is live', () => live.connection.value.kind === 'live' && daemon.streams.size === 1);
    await daemon.goAway();
    await until('it is lost', () => live.connection.value.kind === 'lost');
    await daemon.comeBack();
    live.hurry();
    await until('a gap is told', () => told().some(({ type }) => type === 'gap'));
  });

  it('waits longer after each try that fails, and tells when the next one is', async (t) => {
    const { daemon, live } = await following(t);
    await daemon.goAway();
    await until('it was tried twice', () => {
      const now = live.connection.value;
      return now.kind === 'lost' && now.attempt >= 2;
    });
    const now = live.connection.value;
    assert.ok(now.kind === 'lost' && now.retryAt > 0 && now.reason !== '');
  });

  it('tells in pieces what comes at once: no frame has more than some hundred events', async (t) => {
    const frames: (() => void)[] = [];
    const { daemon, live, heard, told } = await following(t, (draw) => frames.push(draw));
    await until('it is live', () => live.connection.value.kind === 'live' && daemon.streams.size === 1);
    for (let seq = 1; seq <= 3000; seq += 1) daemon.tell(perceived(seq), `${seq}-5`);
    await until('all was told, frame by frame', () => {
      frames.shift()?.();
      return told().length === 3000;
    });
    assert.ok(
      heard.every((events) => events.length <= 500),
      'a frame has too many',
    );
    assert.deepEqual(
      seqs(told()),
      Array.from({ length: 3000 }, (_, at) => at + 1),
    );
  });

  it('takes no more than it can hold while the page is not drawn', async (t) => {
    const frames: (() => void)[] = [];
    const { daemon, live, told } = await following(t, (draw) => frames.push(draw));
    await until('it is live', () => live.connection.value.kind === 'live' && daemon.streams.size === 1);
    for (let seq = 1; seq <= 12_000; seq += 1) daemon.tell(perceived(seq), `${seq}-5`);
    await until('a frame is waited for', () => frames.length > 0);
    await until('all was told once it is drawn', () => {
      frames.shift()?.();
      return told().length === 12_000;
    });
    assert.deepEqual(seqs(told()).at(-1), 12_000);
  });

  it('ends when nobody is let in any more', async (t) => {
    const { daemon, live, ended } = await following(t);
    await until('it is live', () => live.connection.value.kind === 'live');
    daemon.answer('/v1/events', (response) => {
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ code: 'token-refused', detail: 'nobody is let in with this token' }));
    });
    for (const stream of daemon.streams) stream.end();
    await until('it has ended', () => ended.isEnded);
    assert.equal(live.connection.value.kind, 'ended');
  });
});
