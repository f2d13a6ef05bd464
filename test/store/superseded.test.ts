import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MatchedObservation } from '../../src/contract/match.ts';
import type { Store } from '../../src/store/store.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

async function runningAndOutrun(t: Parameters<typeof temporaryStore>[0]) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'aa'));
  await captureAll(store);
  const [older] = await claimAll(store, 'first');
  assert.ok(older);
  await observe(store, root, observation('a.md', 'bb', { change: 'modified' }));
  await captureAll(store);
  return { store, older };
}

const OUTRUN = ['cancelled', 'superseded by a newer revision'];

async function olderState(store: Store): Promise<unknown[]> {
  const [older] = await allThoughts(store);
  return [older?.state, older?.reason];
}

describe('a thought that was running when its file got a newer revision', () => {
  it('is superseded where its attempt fails: tried again later, it would undo what the newer one wrote', async (t) => {
    const { store, older } = await runningAndOutrun(t);
    const state = await store.write('giveBack', {
      id: older.id,
      owner: 'first',
      attempt: older.attempt,
      outcome: 'failed',
      reason: 'no answer',
      availableAt: 60_000,
      maxRetries: 3,
      call: NO_CALL,
      now: 11_000,
    });
    assert.equal(state, 'cancelled');
    assert.deepEqual(await olderState(store), OUTRUN);
    assert.equal((await claimAll(store, 'first')).length, 1, 'the newer one');
  });

  it('is superseded where its daemon dies', async (t) => {
    const { store } = await runningAndOutrun(t);
    await store.write('sweep', { owner: 'second', everyone: true, now: 11_000 });
    assert.deepEqual(await olderState(store), OUTRUN);
  });
});

describe('a thought whose rule does not ask for the newer revision', () => {
  const comesBack = async (store: Store, then: Partial<MatchedObservation>) => {
    const [root] = await store.write('registerRoots', { paths: ['/inbox'], now: 1 });
    assert.ok(root);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    assert.equal((await claimAll(store, 'first')).length, 1);
    await observe(store, root, observation('a.md', 'bb', then));
    await store.write('sweep', { owner: 'second', everyone: true, now: 11_000 });
    return olderState(store);
  };

  it('is thought again when it comes back: nobody else would think about that file', async (t) => {
    const { store } = await temporaryStore(t);
    const [state] = await comesBack(store, { change: 'modified', matches: [] });
    assert.equal(state, 'ready');
  });

  it('is superseded where the file is gone', async (t) => {
    const { store } = await temporaryStore(t);
    const [state] = await comesBack(store, { change: 'deleted', matches: [] });
    assert.equal(state, 'cancelled');
  });
});

describe('what a rule wrote before', () => {
  it('is what it wrote last, also where the clock was set back in between', async (t) => {
    const { store, root } = await temporaryStore(t);
    const apply = async (hash: string, now: number) => {
      await observe(store, root, observation('a.md', hash, { change: 'modified' }));
      await captureAll(store);
      const [thought] = await claimAll(store, 'me');
      assert.ok(thought);
      const hold = { id: thought.id, owner: 'me', attempt: thought.attempt };
      const sending = { provider: 'p', model: 'm', prompt: '', promptKey: hash, mayReuse: false };
      const sent = await store.write('send', { ...hold, ...sending, now });
      const target = '/notes/a.md';
      const planned = { position: 0, kind: 'write', mode: 'create', wanted: target, target } as const;
      const output = { ...planned, content: hash, before: null, reason: '' };
      await store.write('record', {
        ...hold,
        answer: hash,
        outputs: [output],
        call: NO_CALL,
        reusedFrom: null,
        reason: '',
        now,
      });
      const entry = { ino: 1, size: 2, mtime: 3, hash, sha256: `sha of ${hash}` };
      await store.write('ledger', { ...hold, position: 0, target, entry, replaced: null });
      const outputs = [{ position: 0, state: 'applied' as const, reason: '', target }];
      await store.write('finish', { ...hold, outputs, now });
      return sent?.former.map(({ sha256 }) => sha256);
    };
    await apply('aa', 50_000);
    await apply('bb', 20_000);
    assert.deepEqual(await apply('cc', 20_001), ['sha of bb', 'sha of aa']);
  });
});
