import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MatchedObservation } from '../../src/contract/match.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  matching,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

describe('observing files', () => {
  it('makes one thought of one change, however often it is observed', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await observe(store, root, observation('a.md', 'aa'));
    await observe(store, root, observation('a.md', 'aa', { change: 'modified' }));
    assert.equal((await allThoughts(store)).length, 1);
  });

  it('takes A, then B, then A again for three changes', async (t) => {
    const { store, root } = await temporaryStore(t);
    const news = [];
    for (const hash of ['aa', 'bb', 'aa'])
      news.push(...(await observe(store, root, observation('a.md', hash))));
    assert.deepEqual(
      news.map((each) => each.change),
      ['added', 'modified', 'modified'],
    );
  });

  it('supersedes a thought that nobody has claimed with the newer revision', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await observe(store, root, observation('a.md', 'bb'));
    const thoughts = await allThoughts(store);
    assert.deepEqual(
      thoughts.map((each) => [each.state, each.reason]),
      [
        ['cancelled', 'superseded by a newer revision'],
        ['waiting', ''],
      ],
    );
  });

  it('leaves a thought alone that is being thought already', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    await claimAll(store, 'me');
    await observe(store, root, observation('a.md', 'bb'));
    assert.deepEqual(
      (await allThoughts(store)).map((each) => each.state),
      ['running', 'waiting'],
    );
  });

  it('cancels what was to be thought of a file that is deleted, and revives it with a new revision', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    const [gone] = await observe(store, root, observation('a.md', '', { change: 'deleted', matches: [] }));
    assert.equal(gone?.change, 'deleted');
    await observe(store, root, observation('a.md', 'aa'));
    assert.deepEqual(
      (await allThoughts(store)).map((each) => each.state),
      ['cancelled', 'waiting'],
    );
  });

  it('does not report the deletion of a file it never saw', async (t) => {
    const { store, root } = await temporaryStore(t);
    assert.deepEqual(await observe(store, root, observation('a.md', '', { change: 'deleted' })), []);
  });

  it('carries an unclaimed thought over to the new name when its rule does not ask for moves', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('draft.tmp.md', 'aa'));
    const carried = matching({ seenAs: 'added', carried: true });
    await observe(
      store,
      root,
      observation('final.md', 'aa', { change: 'moved', from: 'draft.tmp.md', matches: carried }),
    );
    const thoughts = await allThoughts(store);
    assert.deepEqual(
      thoughts.map((each) => [each.context.path, each.state]),
      [
        ['/inbox/draft.tmp.md', 'cancelled'],
        ['/inbox/final.md', 'waiting'],
      ],
    );
  });

  it('makes no thought of a move for a rule that does not ask for it and had nothing waiting', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa', { matches: [] }));
    const carried = matching({ carried: true });
    const [moved] = await observe(
      store,
      root,
      observation('b.md', 'aa', { change: 'moved', from: 'a.md', matches: carried }),
    );
    assert.equal(moved?.change, 'moved');
    assert.deepEqual(await allThoughts(store), []);
  });

  it('cancels what waits under the old name also where the new one is no news', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('final.md', 'aa', { matches: [] }));
    await observe(store, root, observation('draft.md', 'aa'));
    const news = await observe(
      store,
      root,
      observation('final.md', 'aa', { change: 'moved', from: 'draft.md' }),
    );
    assert.deepEqual(news, []);
    assert.deepEqual(
      (await allThoughts(store)).map((each) => [each.state, each.reason]),
      [['cancelled', 'superseded: the file was moved']],
    );
  });

  it('leaves an unchanged file that has no row to be perceived as added', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa', { matches: [] }));
    await observe(store, root, observation('a.md', '', { change: 'deleted', matches: [] }));
    const touched = observation('a.md', 'aa', { change: 'unchanged', matches: [] });
    assert.deepEqual(await observe(store, root, touched), []);
    assert.equal((await store.read('indexColumns', { root: root.path })).paths, '');
    const [added] = await observe(store, root, observation('a.md', 'aa'));
    assert.equal(added?.change, 'added');
    assert.equal(added?.thoughts.length, 1);
  });

  it('sets the files of a replaced folder aside: no deletion, and no news where they come back', async (t) => {
    const { store, root } = await temporaryStore(t);
    const known = observation('old.md', 'aa', { change: 'existing', hash: null, matches: [] });
    await observe(store, root, known, observation('a.md', 'aa'));
    await observe(store, root, observation('b.md', 'bb', { matches: [] }));
    const identity = { dev: 1, ino: 9, birth: 9 };
    const met = { identity, aside: true };
    const swap = (...observations: MatchedObservation[]) =>
      store.write('observe', { root, observations, baselined: false, met, now: 3000 });
    assert.deepEqual(await swap(), []);
    const columns = await store.read('indexColumns', { root: root.path });
    assert.equal(columns.paths, '');
    assert.deepEqual(columns.identity, identity);
    assert.equal((await allThoughts(store))[0]?.state, 'waiting', 'its file may come back');
    const news = await swap(
      observation('a.md', 'aa'),
      observation('b.md', 'cc'),
      observation('c.md', 'cc'),
      observation('old.md', 'aa'),
    );
    assert.deepEqual(
      news.map(({ path, change }) => `${change} ${path}`),
      ['modified /inbox/b.md', 'added /inbox/c.md'],
    );
    assert.equal((await store.read('indexColumns', { root: root.path })).paths.split('\0').length, 4);
  });

  it('counts thoughts by state as they move', async (t) => {
    const { store, root } = await temporaryStore(t);
    const facts = async () => {
      const { queue, readyByVersion } = await store.read('queueFacts', undefined);
      return [queue.waiting, queue.ready, queue.running, queue.cancelled, readyByVersion['v1'] ?? 0];
    };
    assert.deepEqual(await facts(), [0, 0, 0, 0, 0]);
    await observe(store, root, observation('a.md', 'aa'), observation('b.md', 'bb'));
    assert.deepEqual(await facts(), [2, 0, 0, 0, 0]);
    await observe(store, root, observation('a.md', 'cc'));
    assert.deepEqual(await facts(), [2, 0, 0, 1, 0]);
    await captureAll(store);
    assert.deepEqual(await facts(), [0, 2, 0, 1, 2]);
    await claimAll(store, 'me');
    assert.deepEqual(await facts(), [0, 0, 2, 1, 0]);
  });

  it('indexes existing files and touches without an event', async (t) => {
    const { store, root } = await temporaryStore(t);
    const quiet = [
      ...(await observe(store, root, observation('old.md', 'aa', { change: 'existing', hash: null }))),
      ...(await observe(store, root, observation('old.md', '0123456789abcdef', { change: 'unchanged' }))),
      ...(await observe(store, root, observation('old.md', '0123456789abcdef', { change: 'modified' }))),
    ];
    assert.deepEqual(quiet, []);
    const columns = await store.read('indexColumns', { root: root.path });
    assert.equal(columns.paths, 'old.md');
    assert.equal(columns.hashes[0], 0x0123456789abcdefn);
    assert.equal(columns.baselined, true);
  });

  it('counts a stat change of a file that was never hashed as a change', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('old.md', 'aa', { change: 'existing', hash: null }));
    const [changed] = await observe(store, root, observation('old.md', 'bb', { change: 'modified' }));
    assert.equal(changed?.change, 'modified');
  });

  it('tells a rule that comes later of existing files as added, whatever became of them before', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa', { matches: [] }));
    await observe(store, root, observation('a.md', 'bb', { matches: [] }));
    await observe(store, root, observation('b.md', 'aa', { matches: [] }));
    await observe(store, root, observation('b.md', 'bb'));
    const ask = { root, rule: 'notes', version: 'v1', settleMs: 0, paths: ['a.md', 'b.md'], now: 3000 };
    assert.equal(
      await store.write('queueExisting', ask),
      1,
      'the change of b.md was told to the rule already',
    );
    assert.equal(await store.write('queueExisting', ask), 0);
    const late = (await allThoughts(store)).find((each) => each.context.path === '/inbox/a.md');
    assert.equal(late?.context.change, 'added');
    // Nor is what another rule is told a newer revision to this one.
    const rule = { name: 'late', version: 'v9', file: '/rules/late.md', text: '{}' };
    const notes = { name: 'notes', version: 'v1', file: '/rules/notes.md', text: '{}' };
    await store.write('saveRules', { rules: [notes, rule], now: 3500 });
    assert.equal(await store.write('queueExisting', { ...ask, rule: 'late', version: 'v9' }), 2);
    await store.write('cancel', { ids: (await allThoughts(store)).map((each) => each.id), now: 4000 });
    const again = await store.write('retry', {
      ids: (await allThoughts(store)).map((each) => each.id),
      now: 5000,
    });
    assert.deepEqual(
      again.map((each) => each.ok),
      [true, true, true, true],
    );
  });

  it('queues existing files once, also when it is asked again after a crash', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('old.md', 'aa', { change: 'existing' }));
    const ask = { root, rule: 'notes', version: 'v1', settleMs: 0, paths: ['old.md', 'gone.md'], now: 3000 };
    assert.equal(await store.write('queueExisting', ask), 1);
    assert.equal(await store.write('queueExisting', ask), 0);
    assert.equal(await store.read('hasMet', { rule: 'notes', root: root.id }), false);
    await store.write('decideExisting', { rule: 'notes', root: root.id, existing: 'process', now: 3000 });
    assert.equal(await store.read('hasMet', { rule: 'notes', root: root.id }), true);
  });
});
