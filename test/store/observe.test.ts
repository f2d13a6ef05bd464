import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

  it('indexes existing files and touches without an event', async (t) => {
    const { store, root } = await temporaryStore(t);
    const quiet = [
      ...(await observe(store, root, observation('old.md', 'aa', { change: 'existing', hash: null }))),
      ...(await observe(store, root, observation('old.md', '0123456789abcdef', { change: 'unchanged' }))),
      ...(await observe(store, root, observation('old.md', '0123456789abcdef', { change: 'modified' }))),
    ];
    assert.deepEqual(quiet, []);
    const columns = await store.read('indexColumns', { root: root.id });
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
