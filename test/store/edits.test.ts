import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { captureAll, claimAll, NO_CALL, observation, observe, temporaryStore } from '../support/store.ts';

const TARGET = '/inbox/a.md';
/** What the index has of the note: a person's content, which a thought was about. */
const KNOWN = 'known';

/** A note that was perceived once, and a thought that edits it so often. */
async function noteBeingEdited(t: TestContext, edits: number) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', KNOWN));
  await captureAll(store);
  const [thought] = await claimAll(store, 'me');
  assert.ok(thought);
  const hold = { id: thought.id, owner: 'me', attempt: thought.attempt };
  const sending = { provider: 'p', model: 'm', prompt: '', promptKey: 'k', mayReuse: false };
  await store.write('send', { ...hold, ...sending, now: 1 });
  const outputs = Array.from({ length: edits }, (_, position) => ({
    ...{ position, kind: 'insert' as const, mode: 'edit' as const, wanted: TARGET, target: TARGET },
    ...{ content: '[]', before: null, reason: '' },
  }));
  const answer = { answer: '', outputs, call: NO_CALL, reusedFrom: null, reason: '', now: 1 };
  await store.write('record', { ...hold, ...answer });
  return {
    store,
    /** One edit makes a file with one hash of one with another. */
    edit: (position: number, from: string | undefined, hash: string) => {
      const entry = { ino: 50 + position, size: hash.length, mtime: 2.5, hash, sha256: hash };
      const row = { position, target: TARGET, entry, replaced: null };
      return store.write('ledger', { ...hold, ...row, ...(from === undefined ? {} : { from }) });
    },
    /** What a person, or the sense, sees of the file that an edit left. */
    perceive: async (position: number, hash: string) => {
      const stat = { dev: 1, ino: 50 + position, birth: 1, size: hash.length, mtime: 2.5, ctime: 3 };
      const news = await observe(store, root, observation('a.md', hash, { stat, change: 'modified' }));
      return news.map(({ change }) => change);
    },
    hold,
  };
}

describe('an edit of ours that is perceived', () => {
  it('is no news where what it was made from had been perceived', async (t) => {
    const { edit, perceive } = await noteBeingEdited(t, 1);
    await edit(0, KNOWN, 'edited');
    assert.deepEqual(await perceive(0, 'edited'), []);
  });

  it('is no news either when several came before anybody looked', async (t) => {
    const { edit, perceive } = await noteBeingEdited(t, 300);
    let last = KNOWN;
    for (let n = 0; n < 300; n += 1) {
      await edit(n, last, `edit ${n}`);
      last = `edit ${n}`;
    }
    assert.deepEqual(await perceive(299, last), []);
  });

  it('is news where a person had saved the file and nobody had perceived that yet', async (t) => {
    const { edit, perceive } = await noteBeingEdited(t, 2);
    await edit(0, 'saved by a person', 'edited');
    await edit(1, 'edited', 'edited twice');
    assert.deepEqual(await perceive(1, 'edited twice'), ['modified']);
    assert.deepEqual(await perceive(1, 'edited twice'), [], 'but once');
  });

  it('is news where a person saved between two of our edits', async (t) => {
    const { edit, perceive } = await noteBeingEdited(t, 2);
    await edit(0, KNOWN, 'edited');
    await edit(1, 'saved by a person', 'edited twice');
    assert.deepEqual(await perceive(1, 'edited twice'), ['modified']);
  });

  it('taken back is no news, unless a person has saved the file meanwhile', async (t) => {
    for (const [from, expected] of [
      ['edited', []],
      ['saved by a person', ['modified']],
    ] as const) {
      const { store, edit, perceive, hold } = await noteBeingEdited(t, 1);
      await edit(0, KNOWN, 'edited');
      assert.deepEqual(await perceive(0, 'edited'), []);
      const outputs = [{ position: 0, state: 'applied' as const, reason: '', target: TARGET }];
      await store.write('finish', { ...hold, outputs, now: 2 });
      await store.write('askUndo', { id: hold.id, since: null, now: 3 });
      const entry = { ino: 51, size: 6, mtime: 2.5, hash: 'undone', sha256: 'undone' };
      assert.equal(await store.write('restored', { ...hold, position: 0, entry, from }), true);
      assert.deepEqual(await perceive(1, 'undone'), expected);
    }
  });
});
