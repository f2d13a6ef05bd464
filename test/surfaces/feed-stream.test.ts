import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { OWNER } from '../../src/contract/access.ts';
import type { FollowedEvent, LiveEvent } from '../../src/contract/live-event.ts';
import { createHub, type Hub } from '../../src/surfaces/http/hub.ts';
import { BACKLOG, type Told } from '../../src/surfaces/http/reader.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';

const perceived = (seq: number): LiveEvent => ({
  ...{ type: 'perceived', at: '2026-11-22T12:00:00.000Z', seq },
  ...{ path: `/inbox/${seq}`, change: 'added', rules: [] },
});

function following(t: TestContext, clock: Clock = systemClock) {
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  t.after(() => end.abort());
  const report = (error: unknown) => assert.fail(String(error));
  const hub = createHub(daemon, { clock, signal: end.signal, report });
  return { daemon, hub, end };
}

async function follow(hub: Hub, after: string | null, signal: AbortSignal) {
  const { events } = await hub.subscribe({ want: () => true, after }, signal);
  return withoutBegin(events);
}

async function* withoutBegin(events: AsyncIterable<Told>): AsyncGenerator<Told, void> {
  for await (const told of events) if (told.event.type !== 'begin') yield told;
}

async function take(events: AsyncIterator<Told, void>, count: number): Promise<Told[]> {
  const got: Told[] = [];
  while (got.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    got.push(value);
  }
  return got;
}

function numbersOf(told: readonly Told[]): number[] {
  return told.flatMap(({ event }) => (event.type === 'perceived' ? [event.seq] : []));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('following the feed', () => {
  it('goes on after the event that a reader was told last: nothing is left out, and nothing comes twice', async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.record({ do: fc.constant('tell' as const), count: fc.integer({ min: 1, max: 700 }) }),
            fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 400 }) }),
            fc.record({ do: fc.constant('come again' as const) }),
            fc.record({ do: fc.constant('turn' as const) }),
          ),
          { maxLength: 25 },
        ),
        async (acts) => {
          const { daemon, hub, end } = following(t);
          let [leave, events] = [new AbortController(), await follow(hub, null, end.signal)];
          let told = 0;
          let last: string | null = null;
          const got: Told[] = [];
          const takeSome = async (count: number) => {
            const some = await take(events, Math.min(count, told - got.length));
            got.push(...some);
            last = some.at(-1)?.id ?? last;
          };
          for (const act of acts) {
            if (act.do === 'tell')
              for (let n = 0; n < act.count; n += 1) {
                told += 1;
                daemon.tell(perceived(told));
              }
            else if (act.do === 'take') await takeSome(act.count);
            else if (act.do === 'turn') await turn();
            else if (last !== null) {
              leave.abort();
              leave = new AbortController();
              events = await follow(hub, last, leave.signal);
            }
          }
          await takeSome(told);
          assert.deepEqual(
            numbersOf(got),
            Array.from({ length: told }, (_, index) => index + 1),
          );
          end.abort();
          leave.abort();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps tokens and holds in their place between what is in the feed', async (t) => {
    const { daemon, hub, end } = following(t);
    const events = await follow(hub, null, end.signal);
    const { id } = daemon.add();
    daemon.send(id);
    daemon.say(id, 'It ');
    daemon.become(id, 'answered');
    daemon.say(id, 'late');
    const got = await take(events, 5);
    assert.deepEqual(
      got.map(({ id: mark, event }) => [mark !== null, event.type]),
      [
        [true, 'state'],
        [false, 'sent'],
        [false, 'token'],
        [true, 'state'],
        [false, 'token'],
      ],
    );
  });

  it('costs a slow reader what is not in the feed, and nobody else anything', async (t) => {
    const { daemon, hub, end } = following(t);
    const slow = await follow(hub, null, end.signal);
    const quick = await follow(hub, null, end.signal);
    const many = BACKLOG * 3;
    const holds = 10;
    for (let n = 1; n <= holds; n += 1)
      daemon.tell({ ...{ type: 'hold', at: '', what: 'rule', name: 'x', held: true }, reason: String(n) });
    for (let seq = 1; seq <= many; seq += 1) daemon.tell(perceived(seq));
    const quickly = await take(quick, many + holds);
    assert.equal(numbersOf(quickly).length, many);
    const slowly = await take(slow, many + 1);
    assert.deepEqual(numbersOf(slowly), numbersOf(quickly));
    assert.deepEqual(
      slowly.map(({ event }) => event).filter(({ type }) => type === 'dropped'),
      [{ type: 'dropped', count: holds }],
    );
  });

  it('joins the tokens that wait, so that a slow reader still gets the whole answer', async (t) => {
    const { daemon, hub, end } = following(t);
    const slow = await follow(hub, null, end.signal);
    for (let word = 0; word < BACKLOG / 2; word += 1) daemon.say('abcd', 'x');
    await turn();
    const [told] = await take(slow, 1);
    assert.deepEqual(told?.event, {
      ...{ type: 'token', thought: 'abcd', text: 'x'.repeat(BACKLOG / 2), reasoning: false, from: 0 },
    });
  });

  it('tells of a row that no live event told', async (t) => {
    const ticks: (() => void)[] = [];
    const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => ticks.push(resolve)) };
    const { daemon, hub, end } = following(t, clock);
    const events = await follow(hub, null, end.signal);
    daemon.rows.push({ seq: 1, at: 5, event: perceived(1) });
    for (const tick of ticks.splice(0)) tick();
    assert.deepEqual(await take(events, 1), [{ id: '1-5', event: perceived(1) }]);
  });

  for (const [mark, what] of [
    ['3-77', 'another database'],
    ['900-1', 'a row that is not there'],
    ['x', 'no mark at all'],
  ] as const) {
    it(`says that there is a gap where its reader comes with ${what}, and begins now`, async (t) => {
      const { daemon, hub, end } = following(t);
      for (let seq = 1; seq <= 5; seq += 1) daemon.tell(perceived(seq));
      const events = await follow(hub, mark, end.signal);
      assert.equal((await take(events, 1))[0]?.event.type, 'gap');
      daemon.tell(perceived(6));
      assert.deepEqual(numbersOf(await take(events, 1)), [6]);
    });
  }

  it('begins with the oldest that is kept where its reader was away for longer, and says that there is a gap', async (t) => {
    const { daemon, hub, end } = following(t);
    for (let seq = 1; seq <= 5; seq += 1) daemon.tell(perceived(seq));
    daemon.first = 4;
    const got = await take(await follow(hub, `2-${daemon.now}`, end.signal), 3);
    assert.equal(got[0]?.event.type, 'gap');
    assert.deepEqual(numbersOf(got), [4, 5]);
  });
});

describe('a feed that is hard to read', () => {
  it('ends those who are told, and nobody who comes after: they go on where they stopped', async (t) => {
    const daemon = new MemoryDaemon();
    const end = new AbortController();
    t.after(() => end.abort());
    const reported: unknown[] = [];
    const hub = createHub(daemon, {
      ...{ clock: systemClock, signal: end.signal },
      report: (error) => reported.push(error),
    });
    const first = await follow(hub, null, end.signal);
    daemon.tell(perceived(1));
    const [told] = await take(first, 1);
    const read = daemon.feed.bind(daemon);
    daemon.feed = async () => {
      daemon.feed = read;
      throw new Error('the disk is tired');
    };
    daemon.tell(perceived(2));
    assert.deepEqual(await take(first, 1), []);
    assert.equal(reported.length, 1);
    const second = await follow(hub, told?.id ?? '', end.signal);
    daemon.tell(perceived(3));
    assert.deepEqual(numbersOf(await take(second, 2)), [2, 3]);
  });

  it('leaves nothing out where the last one who is told goes while it is read, and another comes', async (t) => {
    const { daemon, hub, end } = following(t);
    for (let seq = 1; seq <= 10; seq += 1) daemon.tell(perceived(seq));
    const gone = new AbortController();
    const quick = await follow(hub, null, gone.signal);
    for (let seq = 11; seq <= 50; seq += 1) daemon.tell(perceived(seq));
    await take(quick, 40);
    const read = daemon.feed.bind(daemon);
    const slowly = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    daemon.feed = async (after, limit) => {
      daemon.feed = read;
      begun.resolve();
      await slowly.promise;
      return read(after, limit);
    };
    daemon.tell(perceived(51));
    await begun.promise;
    gone.abort();
    const other = await follow(hub, `5-${daemon.now}`, end.signal);
    const some = take(other, 46);
    await turn();
    slowly.resolve();
    assert.deepEqual(
      numbersOf(await some),
      Array.from({ length: 46 }, (_, index) => index + 6),
    );
  });
});

describe('a stream of events', () => {
  it('says first where it begins, so that who is cut off at once misses nothing', async (t) => {
    const { daemon, hub, end } = following(t);
    const leave = new AbortController();
    const { events } = await hub.subscribe({ want: () => true, after: null }, leave.signal);
    const [open] = await take(events[Symbol.asyncIterator](), 1);
    assert.deepEqual(open?.event, { type: 'begin' });
    leave.abort();
    daemon.tell(perceived(1));
    const again = await follow(hub, open?.id ?? '', end.signal);
    assert.deepEqual(numbersOf(await take(again, 1)), [1]);
  });

  function serving(t: TestContext) {
    const daemon = new MemoryDaemon();
    const end = new AbortController();
    t.after(() => end.abort());
    const ticks: (() => void)[] = [];
    const sleep = (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (ms === 15_000) ticks.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    const report = (error: unknown) => assert.fail(String(error));
    const app = appFor(daemon, { clock: { ...systemClock, sleep }, signal: end.signal, report });
    const beat = async () => {
      for (const tick of ticks.splice(0)) tick();
      await turn();
    };
    return { daemon, app, beat };
  }

  it('says that it is alive while nothing happens', async (t) => {
    const { app, beat } = serving(t);
    const response = await app.request('/v1/events', {}, { access: OWNER });
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await body?.read())?.value, ': open\n\n');
    assert.match((await body?.read())?.value ?? '', /event: begin/);
    const next = body?.read();
    await beat();
    assert.equal((await next)?.value, ': alive\n\n');
    await body?.cancel();
  });

  it('is cut off where its client takes nothing for half a minute', async (t) => {
    const { daemon, app, beat } = serving(t);
    const response = await app.request('/v1/events', {}, { access: OWNER });
    for (let seq = 1; seq <= 10; seq += 1) daemon.tell(perceived(seq));
    await turn();
    await beat();
    await beat();
    await beat();
    await assert.rejects(async () => {
      for await (const _ of response.body ?? []);
    }, /takes nothing/);
  });

  it('carries what a client resumes from', async (t) => {
    const { daemon, app } = serving(t);
    for (let seq = 1; seq <= 3; seq += 1) daemon.tell(perceived(seq));
    const headers = { 'last-event-id': `1-${daemon.now}` };
    const response = await app.request('/v1/events', { headers }, { access: OWNER });
    const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('/inbox/3')) text += (await body?.read())?.value ?? '';
    await body?.cancel();
    assert.deepEqual(
      text.match(/^id: .*$/gm),
      [1, 2, 3].map((seq) => `id: ${seq}-${daemon.now}`),
    );
    const events: FollowedEvent[] = (text.match(/^data: .*$/gm) ?? []).map((line) =>
      JSON.parse(line.slice(6)),
    );
    assert.deepEqual(events, [{ type: 'begin' }, perceived(2), perceived(3)]);
  });
});
