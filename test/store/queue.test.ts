import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { PRIORITY, rankOf } from '../../src/contract/thought.ts';
import { createPauses } from '../../src/queue/pauses.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import {
  captureAll,
  claimAll,
  matching,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

const HOUR = 3_600_000;
const RATE = { rule: 'notes', count: 2, perMs: HOUR };

async function withReady(t: TestContext, count: number) {
  const made = await temporaryStore(t);
  for (let n = 0; n < count; n += 1)
    await observe(made.store, made.root, observation(`${n}.md`, `${n}`.padStart(16, '0')));
  await captureAll(made.store);
  return made;
}

function claimRated(store: Store, now: number, slots = 10) {
  return store.write('claim', {
    owner: 'me',
    lanes: [{ versions: ['v1'], slots }],
    rates: new Map([['v1', RATE]]),
    leaseMs: 30_000,
    now,
  });
}

describe('a rule with a rate', () => {
  it('claims so many in a time, says when the next one may be, and goes on then', async (t) => {
    const { store } = await withReady(t, 4);
    const first = await claimRated(store, 10_000);
    assert.equal(first.claimed.length, 2);
    const second = await claimRated(store, 20_000);
    assert.deepEqual(
      [second.claimed.length, second.limited, second.nextAt],
      [0, [{ rule: 'notes', version: 'v1', until: 10_000 + HOUR }], 10_000 + HOUR],
    );
    assert.equal((await claimRated(store, 10_000 + HOUR)).claimed.length, 2);
  });

  it('is not given a new one by a restart', async (t) => {
    const { store, file } = await withReady(t, 4);
    await claimRated(store, 10_000);
    await store.close();
    const again = await openStore(file, () => undefined);
    t.after(() => again.close());
    assert.equal((await claimRated(again, 20_000)).claimed.length, 0);
  });

  it('does not pay for an attempt that was held, and pays for one that failed', async (t) => {
    const { store } = await withReady(t, 4);
    const [held, failed] = (await claimRated(store, 10_000)).claimed;
    assert.ok(held && failed);
    const back = { owner: 'me', reason: 'r', availableAt: 10_000, maxRetries: 3, call: NO_CALL, now: 10_000 };
    await store.write('giveBack', { ...back, id: held.id, attempt: held.attempt, outcome: 'held' });
    await store.write('giveBack', { ...back, id: failed.id, attempt: failed.attempt, outcome: 'failed' });
    assert.equal((await claimRated(store, 10_001)).claimed.length, 1);
  });

  it('is not kept waiting by a clock that was set back', async (t) => {
    const { store } = await withReady(t, 4);
    await claimRated(store, 10_000 + 24 * HOUR);
    await claimRated(store, 10_000);
    assert.equal((await claimRated(store, 10_000 + HOUR)).claimed.length, 2);
  });
});

describe('a rule that is held by its manners', () => {
  const polite = (store: Store, askedOnly: string[]) =>
    store.write('claim', {
      owner: 'me',
      lanes: [{ versions: ['v1'], slots: 10 }],
      askedOnly,
      leaseMs: 30_000,
      now: 10_000,
    });

  it('thinks only what a person asked for, and the rest once it is over', async (t) => {
    const { store } = await withReady(t, 3);
    await store.write('acceptRequest', { key: 'k', text: 'now!', rule: 'notes', version: 'v1', now: 5000 });
    const held = await polite(store, ['v1']);
    assert.deepEqual(
      held.claimed.map(({ sense }) => sense),
      ['requests'],
    );
    assert.deepEqual(held.waiting, ['v1']);
    assert.equal((await polite(store, [])).claimed.length, 3);
  });

  it('finds that without passing all that waits', async (t) => {
    const { file, store } = await withReady(t, 1);
    await store.close();
    const database = new DatabaseSync(file);
    t.after(() => database.close());
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT seq FROM thoughts WHERE state = 'ready' AND version = 'v1' AND priority = 0
           AND crashes = 0 ORDER BY rank, seq LIMIT 1`,
      )
      .all()
      .map(({ detail }) => detail);
    assert.match(String(plan[0]), /USING INDEX thoughts_asked/);
  });
});

describe('the order of claiming', () => {
  it('is a request, a reaction, background; and each class by its age', async (t) => {
    const { store, root } = await temporaryStore(t);
    const make = (name: string, priority: number) =>
      observe(store, root, observation(name, name.padStart(16, '0'), { matches: matching({ priority }) }));
    await make('background', PRIORITY.background);
    await make('reaction', PRIORITY.reaction);
    await make('second', PRIORITY.reaction);
    await make('request', PRIORITY.request);
    await captureAll(store);
    const order = [];
    for (let n = 0; n < 4; n += 1) order.push((await claimAll(store, 'me', 1))[0]?.subject);
    assert.deepEqual(
      order,
      ['request', 'reaction', 'second', 'background'].map((name) => `file:/inbox/${name}`),
    );
  });

  it('lets background work go before reactions that came an hour after it, so nothing starves', async (t) => {
    const { store, root } = await temporaryStore(t);
    const make = (name: string, priority: number, now: number) =>
      store.write('observe', {
        root,
        observations: [observation(name, name.padStart(16, '0'), { matches: matching({ priority }) })],
        baselined: true,
        now,
      });
    await make('old-background', PRIORITY.background, 2000);
    for (let n = 0; n < 20; n += 1) await make(`young-${n}`, PRIORITY.reaction, 2001 + HOUR + n);
    await captureAll(store);
    assert.equal((await claimAll(store, 'me', 1))[0]?.subject, 'file:/inbox/old-background');
    assert.ok(rankOf(PRIORITY.request, 29 * 24 * HOUR) < rankOf(PRIORITY.reaction, 0));
    assert.ok(rankOf(PRIORITY.request, 31 * 24 * HOUR) > rankOf(PRIORITY.reaction, 0));
  });

  it('puts a thought under whose call the server went away behind everything that waits by then', async (t) => {
    const { store } = await withReady(t, 3);
    const [bad] = await claimAll(store, 'me', 1);
    assert.ok(bad);
    const { id, attempt } = bad;
    const back = { owner: 'me', reason: 'r', availableAt: 10_001, maxRetries: 3, call: NO_CALL, now: 10_001 };
    await store.write('giveBack', { ...back, id, attempt, outcome: 'held', behind: true });
    const order = (await claimAll(store, 'me', 3, 20_000)).map((each) => each.subject);
    assert.deepEqual(order, ['file:/inbox/1.md', 'file:/inbox/2.md', 'file:/inbox/0.md']);
  });

  it('is read from an index: with 20,000 ready a claim looks at a handful', async (t) => {
    const { store, root } = await temporaryStore(t);
    const moreReady = async (batch: number, count: number) => {
      const names = Array.from({ length: count }, (_, n) => `${batch}-${n}`);
      await observe(store, root, ...names.map((name) => observation(name, name.padStart(16, '0'))));
      const { jobs } = await store.write('captureDue', { now: 10_000, limit: count, but: [] });
      await Promise.all(jobs.map(({ id }) => store.write('captured', { id, now: 10_000, kind: 'nothing' })));
    };
    const quickestClaim = async () => {
      let quickest = Infinity;
      for (let n = 0; n < 20; n += 1) {
        const began = performance.now();
        assert.equal((await claimAll(store, 'me', 4)).length, 4);
        quickest = Math.min(quickest, performance.now() - began);
      }
      return quickest;
    };
    await moreReady(0, 200);
    const few = await quickestClaim();
    for (let batch = 1; batch <= 20; batch += 1) await moreReady(batch, 1000);
    const many = await quickestClaim();
    // A sort or a scan of them all takes a hundred times as long.
    assert.ok(many < few * 10, `${many} ms with 20,000 ready, ${few} ms with 200`);
  });
});

describe('thoughts that were under way when a process died', () => {
  it('are claimed one at a time, beside all that were not', async (t) => {
    const { store } = await withReady(t, 3);
    assert.equal((await claimAll(store, 'first', 3)).length, 3);
    await store.write('sweep', { owner: 'second', everyone: true, now: 20_000 });
    const [alone, ...others] = await claimAll(store, 'second', 3, 20_000);
    assert.ok(alone);
    assert.equal(others.length, 0);
    assert.equal((await claimAll(store, 'second', 3, 20_000)).length, 0);
    const { id, attempt } = alone;
    const answer = { answer: 'said', outputs: [], call: NO_CALL, reusedFrom: null, reason: '' };
    await store.write('record', { id, attempt, owner: 'second', now: 20_001, ...answer });
    assert.equal((await claimAll(store, 'second', 3, 20_001)).length, 1);
  });

  it('do not hold up those that come later', async (t) => {
    const { store, root } = await withReady(t, 3);
    await claimAll(store, 'first', 3);
    await store.write('sweep', { owner: 'second', everyone: true, now: 20_000 });
    for (let n = 10; n < 13; n += 1)
      await observe(store, root, observation(`${n}.md`, `${n}`.padStart(16, '0')));
    await captureAll(store);
    const claimed = await claimAll(store, 'second', 4, 20_000);
    assert.deepEqual(
      claimed.map(({ subject }) => subject),
      ['0', '10', '11', '12'].map((name) => `file:/inbox/${name}.md`),
    );
  });
});

describe('a pause', () => {
  it('is known from the call on, and survives a restart', async (t) => {
    const { store, file } = await temporaryStore(t);
    const line = (command: string) => `csn ${command}`;
    const pauses = await createPauses({ store, now: () => 5, line });
    const asked = pauses.pause('notes');
    assert.match(pauses.why('notes') ?? '', /paused/);
    assert.deepEqual(await asked, { all: false, rules: ['notes'] });
    await pauses.pause(null);
    await store.close();
    const again = await openStore(file, () => undefined);
    t.after(() => again.close());
    const later = await createPauses({ store: again, now: () => 6, line });
    assert.match(later.why('other') ?? '', /everything is paused/);
    assert.deepEqual(await later.resume(null), { all: false, rules: ['notes'] });
    assert.equal(later.why('other'), null);
    assert.match(later.why('notes') ?? '', /csn resume notes/);
    assert.deepEqual(await later.resume('notes'), { all: false, rules: [] });
  });
});
