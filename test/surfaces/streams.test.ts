import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createParser } from 'eventsource-parser';
import { OWNER } from '../../src/contract/access.ts';
import type { LiveEvent, StreamEvent } from '../../src/contract/live-event.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';
import { all } from './running.ts';

function open(t: TestContext) {
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  t.after(() => end.abort());
  const reported: unknown[] = [];
  const app = appFor(daemon, { signal: end.signal, report: (error) => reported.push(error) });
  return { daemon, app, end, reported };
}

/** The events of an SSE response; each comes when it is asked for. */
async function* eventsOf<T>(response: Response): AsyncGenerator<T, void> {
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.ok(response.body);
  const arrived: T[] = [];
  const parser = createParser({
    onEvent(message) {
      const value = JSON.parse(message.data);
      assert.equal(message.event, value.type);
      if (value.type !== 'begin') arrived.push(value);
    },
  });
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(part);
    yield* arrived.splice(0);
  }
}

async function next<T>(events: AsyncGenerator<T, void>): Promise<T> {
  const { value, done } = await events.next();
  assert.ok(done !== true && value !== undefined, 'the stream has ended');
  return value;
}

const perceived = (seq: number): LiveEvent => ({
  type: 'perceived',
  at: '2026-11-22T12:00:00.000Z',
  seq,
  path: `/inbox/${seq}`,
  change: 'added',
  rules: [],
});

describe('live events', () => {
  it('reach every reader from the moment it is subscribed, and end with the daemon', async (t) => {
    const { daemon, app } = open(t);
    const first = eventsOf<LiveEvent>(await app.request('/v1/events', {}, { access: OWNER }));
    daemon.tell(perceived(1));
    assert.deepEqual(await next(first), perceived(1));
    const second = eventsOf<LiveEvent>(await app.request('/v1/events', {}, { access: OWNER }));
    daemon.tell(perceived(2));
    daemon.endLive();
    assert.deepEqual(await all(first), [perceived(2)]);
    assert.deepEqual(await all(second), [perceived(2)]);
  });

  it('come without tokens where they are not wanted', async (t) => {
    const { daemon, app } = open(t);
    const all = eventsOf<LiveEvent>(await app.request('/v1/events', {}, { access: OWNER }));
    const some = eventsOf<LiveEvent>(await app.request('/v1/events?tokens=false', {}, { access: OWNER }));
    daemon.say('abcd', 'Hello');
    daemon.tell(perceived(1));
    assert.equal((await next(all)).type, 'token');
    assert.equal((await next(some)).type, 'perceived');
  });

  it('end when the surface ends', async (t) => {
    const { app, end } = open(t);
    const events = eventsOf<LiveEvent>(await app.request('/v1/events', {}, { access: OWNER }));
    end.abort();
    assert.deepEqual(await all(events), []);
  });
});

describe('the stream of one thought', () => {
  it('begins with how it stands, tells tokens and states, and ends with the whole thought', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add();
    const other = daemon.add();
    const events = eventsOf<StreamEvent>(
      await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER }),
    );
    const begin = await next(events);
    assert.ok(begin.type === 'thought' && begin.thought.state === 'ready' && begin.text === '');
    daemon.send(id);
    daemon.say(other.id, 'not ours');
    daemon.say(id, 'It scatters.');
    daemon.become(id, 'answered');
    daemon.become(id, 'done', { answer: 'It scatters.' });
    const rest = await all(events);
    assert.deepEqual(
      rest.map((event) =>
        event.type === 'state' ? event.state : event.type === 'token' ? event.text : event.type,
      ),
      ['running', 'sent', 'It scatters.', 'answered', 'done', 'end'],
    );
    const last = rest.at(-1);
    assert.ok(last?.type === 'end' && last.thought.answer === 'It scatters.');
  });

  it('gives a reader who comes late what was said before', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add();
    daemon.send(id);
    daemon.say(id, 'thinking…', true);
    daemon.say(id, 'It ');
    // The app has to have taken these in before the reader comes.
    await new Promise((resolve) => setImmediate(resolve));
    const events = eventsOf<StreamEvent>(
      await app.request(`/v1/thoughts/${id.slice(0, 8)}/stream`, {}, { access: OWNER }),
    );
    const begin = await next(events);
    assert.ok(begin.type === 'thought');
    assert.equal(begin.text, 'It ');
    daemon.say(id, 'scatters.');
    const token = await next(events);
    assert.ok(token.type === 'token' && token.text === 'scatters.');
  });

  it('forgets what an attempt said that came to nothing', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add();
    daemon.send(id);
    daemon.say(id, 'half an ans');
    daemon.become(id, 'ready', { reason: 'the server went away' });
    await new Promise((resolve) => setImmediate(resolve));
    const begin = await next(
      eventsOf<StreamEvent>(await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER })),
    );
    assert.ok(begin.type === 'thought' && begin.text === '');
  });

  it('misses nothing that happens while it is being opened', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add();
    const read = daemon.thought.bind(daemon);
    // Reading takes a while; in the middle of it the answer begins.
    daemon.thought = async (asked) => {
      const before = await read(asked);
      daemon.thought = read;
      daemon.send(id);
      daemon.say(id, 'first word');
      await new Promise((resolve) => setImmediate(resolve));
      return before;
    };
    const events = eventsOf<StreamEvent>(
      await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER }),
    );
    const kinds = [(await next(events)).type, (await next(events)).type, (await next(events)).type];
    const token = await next(events);
    assert.deepEqual(kinds, ['thought', 'state', 'sent']);
    assert.ok(token.type === 'token' && token.text === 'first word');
  });

  it('is over at once for a thought that is processed', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add({ state: 'dead', reason: 'gave up' });
    const events = await all(
      eventsOf<StreamEvent>(await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER })),
    );
    assert.deepEqual(
      events.map((event) => event.type),
      ['thought', 'end'],
    );
  });

  it('answers 404 before it begins where there is no such thought', async (t) => {
    const { app } = open(t);
    assert.equal((await app.request('/v1/thoughts/ffffffff/stream', {}, { access: OWNER })).status, 404);
  });

  it('says why the thought is held, and when it is not any more', async (t) => {
    const { daemon, app } = open(t);
    const { id } = daemon.add();
    const events = eventsOf<StreamEvent>(
      await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER }),
    );
    assert.equal((await next(events)).type, 'thought');
    const hold = (held: boolean): LiveEvent => {
      const reason = held ? 'lmstudio is offline' : '';
      daemon.holds = held ? [{ what: 'provider', name: 'lmstudio', reason, since: '', thoughts: 1 }] : [];
      return { type: 'hold', at: '', what: 'provider', name: 'lmstudio', held, reason };
    };
    daemon.tell(hold(true));
    assert.deepEqual(await next(events), { type: 'held', thought: id, reason: 'lmstudio is offline' });
    daemon.tell(hold(false));
    assert.deepEqual(await next(events), { type: 'held', thought: id, reason: '' });
  });

  it('ends without an end, and tells the log, where the daemon cannot be read any more', async (t) => {
    const { daemon, app, reported } = open(t);
    const { id } = daemon.add();
    const events = eventsOf<StreamEvent>(
      await app.request(`/v1/thoughts/${id}/stream`, {}, { access: OWNER }),
    );
    await next(events);
    daemon.broken = new Error('the store is gone');
    daemon.become(id, 'done');
    const rest = await all(events);
    assert.ok(rest.every((event) => event.type !== 'end'));
    assert.deepEqual(reported, [daemon.broken]);
  });
});
