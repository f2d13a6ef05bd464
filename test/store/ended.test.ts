import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Happening } from '../../src/contract/happening.ts';
import { CRASH_LIMIT } from '../../src/contract/thought.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

async function oneWaiting(t: TestContext) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'aa'));
  return store;
}

async function oneClaimed(t: TestContext) {
  const store = await oneWaiting(t);
  await captureAll(store, 'Dear Sir');
  const [thought] = await claimAll(store, 'me');
  assert.ok(thought);
  return { store, held: { id: thought.id, attempt: thought.attempt, owner: 'me' } };
}

const ended = async (store: Awaited<ReturnType<typeof oneWaiting>>, after = 0) =>
  (await store.read('endedThoughts', { after, limit: 10 })).ended;

describe('a thought that is given up is journaled as such', () => {
  it('where its last attempt failed', async (t) => {
    const { store, held } = await oneClaimed(t);
    const back = { ...held, availableAt: 0, maxRetries: 3, call: NO_CALL, now: 12_000 };
    await store.write('giveBack', { ...back, outcome: 'final', reason: 'it fits no shape' });
    const [told, ...others] = await ended(store);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [told?.kind, told?.thought, told?.rule, told?.reason, told?.content, told?.sense],
      ['thought.dead', held.id, 'notes', 'it fits no shape', 'Dear Sir', 'files'],
    );
  });

  it('where it could not be read', async (t) => {
    const store = await oneWaiting(t);
    const [thought] = await allThoughts(store);
    const id = thought?.id ?? '';
    await store.write('captured', { id, now: 12_000, kind: 'unreadable', reason: 'damaged' });
    assert.deepEqual(
      (await ended(store)).map(({ reason }) => reason),
      ['damaged'],
    );
  });

  it('where its process died too often', async (t) => {
    const { store } = await oneClaimed(t);
    for (let crash = 1; crash <= CRASH_LIMIT; crash += 1) {
      await store.write('sweep', { owner: `o${crash}`, everyone: true, now: 20_000 });
      await claimAll(store, `o${crash}`, 1, 20_000);
    }
    assert.match((await ended(store))[0]?.reason ?? '', /gave up after 5 crashes/);
  });

  it('and told again where it was asked for again and given up again', async (t) => {
    const { store, held } = await oneClaimed(t);
    const back = {
      owner: 'me',
      outcome: 'final',
      reason: 'no',
      availableAt: 0,
      maxRetries: 3,
      call: NO_CALL,
    } as const;
    await store.write('giveBack', { ...back, ...held, now: 12_000 });
    const upTo = await store.read('newestEvent', undefined);
    await store.write('retry', { ids: [held.id], now: 13_000 });
    const [again] = await claimAll(store, 'me', 1, 13_000);
    await store.write('giveBack', { ...back, id: held.id, attempt: again?.attempt ?? 0, now: 14_000 });
    assert.equal((await ended(store, upTo)).length, 1);
    assert.equal((await ended(store)).length, 2);
  });
});

describe('a happening that is journaled already', () => {
  const watch = { name: 'watch', version: 'w1', file: '/rules/watch.md', text: '{}' };
  const notes = { name: 'notes', version: 'v1', file: '/rules/notes.md', text: '{}' };

  it('gets its thoughts once, and no second event', async (t) => {
    const { store, held } = await oneClaimed(t);
    await store.write('saveRules', { rules: [watch, notes], now: 1 });
    const back = { ...held, availableAt: 0, maxRetries: 0, call: NO_CALL, now: 12_000 };
    await store.write('giveBack', { ...back, outcome: 'final', reason: 'no' });
    const [told] = await ended(store);
    assert.ok(told);
    const newest = await store.read('newestEvent', undefined);
    const happening: Happening = {
      ...{ dedup: told.dedup, journaled: true, sense: 'daemon', subject: `thought:${held.id}` },
      ...{ kind: told.kind, at: told.at, data: {}, text: 'It was given up.' },
    };
    const matches = [{ rule: 'watch', version: 'w1', settleMs: 0, priority: 1 }];
    for (const expected of [1, 0]) {
      const input = { happenings: [{ ...happening, matches }], cursors: [], now: 13_000 };
      const news = await store.write('perceive', input);
      assert.equal(news.flatMap(({ thoughts }) => thoughts).length, expected);
    }
    assert.equal(await store.read('newestEvent', undefined), newest);
    const [claimed] = await claimAll(store, 'me', 1, 13_000, 'w1');
    assert.equal(claimed?.captured, 'It was given up.');
    assert.deepEqual(
      (await allThoughts(store)).map(({ rule }) => rule),
      ['notes', 'watch'],
    );
  });

  it('that nobody journaled is nothing', async (t) => {
    const { store } = await oneClaimed(t);
    const matches = [{ rule: 'notes', version: 'v1', settleMs: 0, priority: 1 }];
    const unknown = {
      dedup: 'x',
      journaled: true,
      sense: 'daemon',
      subject: 's',
      kind: 'thought.dead',
    } as const;
    const happenings = [{ ...unknown, at: 1, data: {}, text: '', matches }];
    assert.deepEqual(await store.write('perceive', { happenings, cursors: [], now: 1 }), []);
  });
});
