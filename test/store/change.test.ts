import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replayedAs, replayedReason } from '../../src/contract/replayed.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

async function oneDead(t: Parameters<typeof temporaryStore>[0]) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'aa'));
  await captureAll(store);
  const [thought] = await claimAll(store, 'me');
  assert.ok(thought);
  const hold = { id: thought.id, owner: 'me', attempt: 1 };
  const how = {
    outcome: 'final' as const,
    reason: 'no',
    availableAt: 0,
    maxRetries: 0,
    call: NO_CALL,
    now: 1,
  };
  assert.equal(await store.write('giveBack', { ...hold, ...how }), 'dead');
  return { store, root, id: thought.id };
}

describe('retry', () => {
  it('puts a dead thought back with fresh attempts and the text it has', async (t) => {
    const { store, id } = await oneDead(t);
    const [result] = await store.write('retry', { ids: 'dead', now: 5 });
    assert.deepEqual([result?.id, result?.ok, result?.state], [id, true, 'ready']);
    const [claimed] = await claimAll(store, 'me');
    assert.deepEqual([claimed?.captured, claimed?.failures, claimed?.fresh], ['hello', 0, true]);
  });

  it('refuses an older revision, so that notes never go back in time', async (t) => {
    const { store, root, id } = await oneDead(t);
    await observe(store, root, observation('a.md', 'bb'));
    const [result] = await store.write('retry', { ids: [id], now: 5 });
    assert.deepEqual([result?.ok, result?.reason], [false, 'superseded: the file has a newer revision']);
  });

  it('refuses what is gone, what is not over, and what never was', async (t) => {
    const { store, root, id } = await oneDead(t);
    await observe(store, root, observation('b.md', 'bb'));
    const waiting = (await allThoughts(store)).find((each) => each.state === 'waiting');
    const results = await store.write('retry', { ids: [waiting?.id ?? '', 'feedfeed'], now: 5 });
    assert.deepEqual(
      results.map((each) => each.ok),
      [false, false],
    );
    await observe(store, root, observation('a.md', '', { change: 'deleted', matches: [] }));
    const [gone] = await store.write('retry', { ids: [id], now: 5 });
    assert.match(gone?.reason ?? '', /superseded/);
  });

  it('makes a new thought of the same event where the rule has a newer version', async (t) => {
    const { store, id } = await oneDead(t);
    const newer = { name: 'notes', version: 'v2', file: '/rules/notes.md', text: '{"v":2}' };
    await store.write('saveRules', { rules: [newer], now: 6 });
    const [result] = await store.write('retry', { ids: [id], now: 7 });
    assert.deepEqual([result?.id, result?.ok, result?.state], [id, true, 'cancelled']);
    assert.equal((await claimAll(store, 'me', 1, 10_000, 'v2'))[0]?.id, result?.replayedAs);
    const old = await store.read('thoughtRow', { id });
    assert.equal(old && replayedAs(old), result?.replayedAs, 'it says as which');
    assert.deepEqual(await store.write('retry', { ids: 'dead', now: 8 }), [], 'it is replayed once');
  });
});

describe('a thought that was replayed as another one', () => {
  it('is told by its reason, and by no other', () => {
    const of = (state: 'cancelled' | 'dead', reason: string) => replayedAs({ state, reason });
    assert.equal(of('cancelled', replayedReason('4af0')), '4af0');
    for (const reason of ['cancelled by a person', 'replayed as it was', `${replayedReason('4af0')}!`])
      assert.equal(of('cancelled', reason), null);
    assert.equal(of('dead', replayedReason('4af0')), null);
  });
});

describe('cancel', () => {
  it('takes a running thought from its worker, and leaves finished ones alone', async (t) => {
    const { store, root, id } = await oneDead(t);
    await observe(store, root, observation('b.md', 'bb'));
    await captureAll(store);
    const [running] = await claimAll(store, 'me');
    const results = await store.write('cancel', { ids: [running?.id ?? '', id], now: 9 });
    assert.deepEqual(
      results.map((each) => [each.ok, each.state]),
      [
        [true, 'cancelled'],
        [false, 'dead'],
      ],
    );
    const record = {
      id: running?.id ?? '',
      owner: 'me',
      attempt: 1,
      answer: 'late',
      outputs: [],
      call: NO_CALL,
      reusedFrom: null,
      reason: '',
      now: 9,
    };
    assert.equal(await store.write('record', record), false);
  });
});

describe('thoughts under a rule version that is not in force', () => {
  it('are found, and replaced', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    assert.equal(await store.write('hasOutdated', undefined), false);
    const newer = { name: 'notes', version: 'v2', file: '/rules/notes.md', text: '{"v":2}' };
    await store.write('saveRules', { rules: [newer], now: 6 });
    assert.equal(await store.write('hasOutdated', undefined), true);
    const [old] = await store.write('unclaimedThoughts', undefined);
    await store.write('replaceThoughts', {
      replacements: [{ id: old?.id ?? '', version: 'v2', reason: 'newer' }],
      now: 7,
    });
    assert.equal(await store.write('hasOutdated', undefined), false);
  });
});
