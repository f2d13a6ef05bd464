import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { LedgerEntry } from '../../src/contract/output.ts';
import { captureAll, claimAll, NO_CALL, observation, observe, temporaryStore } from '../support/store.ts';

const HERE = '/inbox/a.md';
const THERE = '/inbox/filed/a.md';

/** A file as a hash and an inode tell of it. */
function looks(hash: string, ino: number): LedgerEntry {
  return { ino, size: hash.length, mtime: 2.5, hash, sha256: hash };
}

/** A note that was perceived with the content `known`, and a thought with four outputs: two edits, a move, an edit there. */
async function noteThatMoves(t: TestContext) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'known'));
  await captureAll(store);
  const [thought] = await claimAll(store, 'me');
  assert.ok(thought);
  const hold = { id: thought.id, owner: 'me', attempt: thought.attempt };
  const sending = { provider: 'p', model: 'm', prompt: '', promptKey: 'k', mayReuse: false };
  await store.write('send', { ...hold, ...sending, now: 1 });
  const planned = { content: '[]', before: null, reason: '' };
  const edit = (position: number, target: string) => ({
    ...{ ...planned, position, kind: 'insert' as const, mode: 'edit' as const, wanted: target, target },
  });
  const moved = { kind: 'move' as const, mode: 'move' as const, wanted: THERE, target: THERE, source: HERE };
  const outputs = [edit(0, HERE), edit(1, HERE), { ...planned, position: 2, ...moved }, edit(3, THERE)];
  const answer = { answer: '', outputs, call: NO_CALL, reusedFrom: null, reason: '', now: 1 };
  await store.write('record', { ...hold, ...answer });
  const targets = [HERE, HERE, THERE, THERE];
  const changes = async (path: string, seen: Parameters<typeof observation>[2], hash = '') =>
    (await observe(store, root, observation(path.slice('/inbox/'.length), hash, seen))).map(
      ({ change }) => change,
    );
  return {
    store,
    put: (position: number, entry: LedgerEntry, from?: string) =>
      store.write('ledger', {
        ...{ ...hold, position, target: targets[position] ?? '', entry, replaced: null },
        ...(from === undefined ? {} : { from }),
      }),
    async end(since: number | null = null) {
      const each = (target: string, position: number) => ({ position, target });
      const applied = targets.map((target, position) => each(target, position));
      const settled = applied.map((one) => ({ ...one, state: 'applied' as const, reason: '' }));
      await store.write('finish', { ...hold, outputs: settled, now: 2 });
      return store.write('askUndo', { id: hold.id, since, now: 100 });
    },
    putBack: (position: number, entry: LedgerEntry, from?: string) =>
      store.write('restored', { ...hold, position, entry, ...(from === undefined ? {} : { from }) }),
    perceive: (path: string, { hash, ino, size, mtime }: LedgerEntry, change: 'added' | 'modified') =>
      changes(path, { stat: { dev: 1, ino, birth: 1, size, mtime, ctime: 3 }, change }, hash),
    perceiveGone: (path: string) => changes(path, { stat: null, change: 'deleted' }),
  };
}

describe('a note of ours that is edited and then moved', () => {
  it('is no news on either side, though nobody looked in between', async (t) => {
    const it = await noteThatMoves(t);
    await it.put(0, looks('tagged', 50), 'known');
    await it.put(1, looks('tagged twice', 51), 'tagged');
    await it.put(2, looks('tagged twice', 51));
    assert.deepEqual(await it.perceiveGone(HERE), []);
    assert.deepEqual(await it.perceive(THERE, looks('tagged twice', 51), 'added'), []);
  });

  it('is news where it went, if a person had saved it and nobody had perceived that', async (t) => {
    const it = await noteThatMoves(t);
    await it.put(0, looks('tagged', 50), 'saved by a person');
    await it.put(2, looks('tagged', 50));
    assert.deepEqual(await it.perceiveGone(HERE), ['deleted']);
  });

  it('is what was thought about only if no person has saved it between', async (t) => {
    for (const [from, expected] of [
      ['known', true],
      ['saved by a person', false],
    ] as const) {
      const { store, put } = await noteThatMoves(t);
      await put(0, looks('tagged', 50), from);
      await put(1, looks('tagged twice', 51), 'tagged');
      const { ino, size, mtime, hash } = looks('tagged twice', 51);
      const question = { target: HERE, ino, size, mtime, hash, from: 'known' };
      assert.equal(await store.read('isOurs', question), expected, from);
    }
  });

  it('comes back without being news, also where it is perceived only after its edit was taken out, too', async (t) => {
    for (const isSeen of [true, false]) {
      const it = await noteThatMoves(t);
      await it.put(0, looks('tagged', 50), 'known');
      await it.put(2, looks('tagged', 50));
      assert.deepEqual(await it.perceiveGone(HERE), []);
      assert.deepEqual(await it.perceive(THERE, looks('tagged', 50), 'added'), []);
      await it.end();
      await it.putBack(2, looks('tagged', 50));
      if (isSeen) assert.deepEqual(await it.perceive(HERE, looks('tagged', 50), 'added'), []);
      await it.putBack(0, looks('known', 52), 'tagged');
      assert.deepEqual(await it.perceive(HERE, looks('known', 52), isSeen ? 'modified' : 'added'), []);
      assert.deepEqual(await it.perceiveGone(THERE), []);
    }
  });

  it('that a person has changed before its edit was taken out is news', async (t) => {
    const it = await noteThatMoves(t);
    await it.put(0, looks('tagged', 50), 'known');
    await it.put(2, looks('tagged', 50));
    await it.perceiveGone(HERE);
    await it.end();
    await it.putBack(2, looks('tagged', 50));
    await it.putBack(0, looks('known', 52), 'saved by a person');
    assert.deepEqual(await it.perceive(HERE, looks('known', 52), 'added'), ['added']);
  });
});

describe('a note of ours that is moved and then edited', () => {
  it('is no news, nor is it when both are taken back, whatever of it was perceived', async (t) => {
    for (const seen of [
      [],
      ['moved'],
      ['moved', 'edited'],
      ['moved', 'edited', 'taken out'],
      ['taken out'],
    ]) {
      const it = await noteThatMoves(t);
      await it.put(2, looks('known', 1));
      const saw = async (what: string, entry: LedgerEntry, change: 'added' | 'modified') => {
        if (seen.includes(what)) assert.deepEqual(await it.perceive(THERE, entry, change), [], what);
      };
      await saw('moved', looks('known', 1), 'added');
      await it.put(3, looks('edited', 53), 'known');
      await saw('edited', looks('edited', 53), 'modified');
      if (seen.length > 0) assert.deepEqual(await it.perceiveGone(HERE), []);
      await it.end();
      await it.putBack(3, looks('known', 54), 'edited');
      await saw('taken out', looks('known', 54), 'modified');
      await it.putBack(2, looks('known', 54));
      assert.deepEqual(await it.perceiveGone(THERE), [], seen.join());
      assert.deepEqual(await it.perceive(HERE, looks('known', 54), 'added'), [], seen.join());
    }
  });
});

describe('what a thought has done in two times', () => {
  it('is taken back only as far as it was done since then', async (t) => {
    const { end } = await noteThatMoves(t);
    // Of each note, the second output is applied later.
    assert.deepEqual(await end(3), { asked: 2, others: [] });
  });
});

describe('a note that two outputs of one thought have made', () => {
  it('is no news when both are taken back, the last first', async (t) => {
    const it = await noteThatMoves(t);
    await it.put(0, looks('written', 50), 'known');
    await it.put(1, looks('added to', 51), 'written');
    assert.deepEqual(await it.perceive(HERE, looks('added to', 51), 'modified'), []);
    await it.end();
    await it.putBack(1, looks('written', 52), 'added to');
    await it.putBack(0, looks('', 0));
    assert.deepEqual(await it.perceiveGone(HERE), []);
  });
});
