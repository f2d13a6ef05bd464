import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { observation, observe, temporaryStore } from '../support/store.ts';

const SUBJECT = 'schedule:digest';

/** A time of the schedule (epoch ms), journaled; its place in the journal. */
async function due(store: Store, at: number): Promise<number> {
  const [seen] = await store.write('perceive', {
    happenings: [
      {
        dedup: `${SUBJECT}#${at}`,
        sense: 'schedule',
        subject: SUBJECT,
        kind: 'schedule.due',
        at,
        data: {},
        text: '',
        matches: [],
      },
    ],
    cursors: [],
    now: at,
  });
  return seen?.seq ?? 0;
}

const gathered = async (store: Store, event: number, since: number, until: number) =>
  (
    await store.read('gathered', { event, subject: SUBJECT, since, until, rule: 'digest', rules: [] })
  ).files.map(({ path }) => path);

describe('what is gathered from the journal', () => {
  it('has each change between one pair of times, by the order of the journal, however late it was journaled', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('before.md', 'aa', { observedAt: 500 }));
    await observe(store, root, observation('first.md', 'aa', { observedAt: 1500 }));
    const one = await due(store, 2000);
    // Perceived before the first time, and journaled after it.
    await observe(store, root, observation('late.md', 'aa', { observedAt: 1900 }));
    await observe(store, root, observation('first.md', 'bb', { observedAt: 2500 }));
    const two = await due(store, 3000);
    const three = await due(store, 4000);
    assert.deepEqual(await gathered(store, one, 1000, 2000), ['first.md']);
    assert.deepEqual(await gathered(store, two, 2000, 3000), ['first.md', 'late.md']);
    assert.deepEqual(await gathered(store, three, 3000, 4000), []);
  });

  it('leaves out what is gone, and what was there before anything was perceived', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('there.md', 'aa', { change: 'existing' }));
    await observe(store, root, observation('gone.md', 'aa', { observedAt: 1500 }));
    await observe(store, root, observation('gone.md', '', { change: 'deleted', observedAt: 1600 }));
    const one = await due(store, 2000);
    assert.deepEqual(await gathered(store, one, 1000, 2000), []);
  });

  it('has what raises no event, such as what another rule wrote, by the time of the file itself', async (t) => {
    const { store, root } = await temporaryStore(t);
    const stat = { dev: 1, ino: 8, birth: 1500, size: 2, mtime: 1500, ctime: 1500 };
    await observe(store, root, observation('own.md', 'aa', { change: 'existing', stat }));
    const one = await due(store, 2000);
    const two = await due(store, 3000);
    assert.deepEqual(await gathered(store, one, 1000, 2000), ['own.md']);
    assert.deepEqual(await gathered(store, two, 2000, 3000), []);
  });
});
