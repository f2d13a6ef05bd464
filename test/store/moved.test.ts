import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { MatchedObservation } from '../../src/contract/match.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  matching,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

const LOOKS = { dev: 1, ino: 7, birth: 1, size: 2, mtime: 1.5, ctime: 1.5 };
const ENTRY = { ino: 7, size: 2, mtime: 1.5, hash: 'aa', sha256: 'strong' };

/** A store in which a rule has moved `a.md` to `filed/a.md`, and nobody has perceived it yet. */
async function moved(t: TestContext) {
  const { store, root } = await temporaryStore(t);
  await store.write('saveRules', {
    rules: [{ name: 'others', version: 'v2', file: '', text: '{}' }],
    now: 1,
  });
  await observe(store, root, observation('a.md', 'aa', { matches: matching({}) }));
  await captureAll(store);
  const [thought] = await claimAll(store, 'me');
  assert.ok(thought);
  const hold = { id: thought.id, owner: 'me', attempt: thought.attempt };
  const target = '/inbox/filed/a.md';
  await store.write('record', {
    ...hold,
    answer: 'yes',
    outputs: [
      {
        ...{ position: 0, kind: 'move', mode: 'move', wanted: target, target, content: 'aa', before: null },
        ...{ source: '/inbox/a.md', reason: '' },
      },
    ],
    ...{ call: NO_CALL, reusedFrom: null, reason: '', now: 11_000 },
  });
  await store.write('ledger', { ...hold, position: 0, target, entry: ENTRY, replaced: null });
  const done = { position: 0, state: 'applied' as const, reason: '', target };
  await store.write('finish', { ...hold, outputs: [done], now: 12_000 });
  const see = async (...seen: MatchedObservation[]) =>
    (await observe(store, root, ...seen)).map(({ path, change }) => `${path} ${change}`);
  return { store, root, see, id: thought.id };
}

const GONE = observation('a.md', '', { change: 'deleted', stat: null });
const THERE = observation('filed/a.md', 'aa', { stat: LOOKS });

describe('a file that a rule has moved', () => {
  it('is no event, whichever name is looked at first, or seen as one move', async (t) => {
    assert.deepEqual(await (await moved(t)).see(GONE, THERE), []);
    assert.deepEqual(await (await moved(t)).see(THERE, GONE), []);
    const one = await moved(t);
    assert.deepEqual(await one.see({ ...THERE, change: 'moved', from: 'a.md' }), []);
  });

  it('is news again as soon as a person has put a file under its old name', async (t) => {
    const { see } = await moved(t);
    await see(GONE, THERE);
    assert.deepEqual(await see(observation('a.md', 'aa', { stat: LOOKS })), ['/inbox/a.md added']);
    assert.deepEqual(await see(GONE), ['/inbox/a.md deleted']);
  });

  it('is news where a person changes it where it is now', async (t) => {
    const { see } = await moved(t);
    await see(GONE, THERE);
    const edited = observation('filed/a.md', 'bbb', { stat: { ...LOOKS, size: 3, mtime: 9.5 } });
    assert.deepEqual(await see(edited), ['/inbox/filed/a.md modified']);
  });

  it('lets go on who has read it, and cancels who never can', async (t) => {
    const { store, root, see } = await moved(t);
    const about = { root, rule: 'others', version: 'v2', settleMs: 0, now: 1, again: null };
    const queued = await store.write('queueFile', { ...about, path: 'a.md' });
    assert.equal(queued.kind, 'queued');
    const states = async () =>
      (await allThoughts(store)).filter(({ rule }) => rule === 'others').map(({ state }) => state);
    await captureAll(store);
    await see({ ...THERE, change: 'moved', from: 'a.md' });
    assert.deepEqual(await states(), ['ready']);
    const other = await moved(t);
    await other.store.write('queueFile', { ...about, root: other.root, path: 'a.md' });
    await other.see({ ...THERE, change: 'moved', from: 'a.md' });
    assert.equal((await allThoughts(other.store)).at(-1)?.state, 'cancelled');
  });

  it('comes back without being news, and is news when a person moves it afterwards', async (t) => {
    const { store, see, id } = await moved(t);
    await see(GONE, THERE);
    await store.write('askUndo', { id, since: null, now: 13_000 });
    await store.write('restored', { id, attempt: 1, position: 0, entry: ENTRY });
    await store.write('settleUndo', { id, attempt: 1, position: 0, undone: true, reason: '', now: 14_000 });
    const back = observation('a.md', 'aa', { stat: LOOKS });
    const leaves = observation('filed/a.md', '', { change: 'deleted', stat: null });
    assert.deepEqual(await see(back, leaves), []);
    assert.deepEqual(await see(THERE, GONE), ['/inbox/filed/a.md added', '/inbox/a.md deleted']);
  });
});
