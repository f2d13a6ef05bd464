import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { Store } from '../../src/store/store.ts';
import { captureAll, claimAll, NO_CALL, observation, observe, temporaryStore } from '../support/store.ts';

async function whole(store: Store): Promise<LiveEvent[]> {
  return (await store.read('feed', { after: 0, limit: 1000 })).rows.map(({ event }) => event);
}

function briefly(event: LiveEvent): string {
  if (event.type === 'state') return event.state;
  if (event.type === 'output') return `${event.kind} ${event.state}`;
  return event.type === 'perceived' ? `${event.change} ${event.path} ${event.rules.join()}` : event.type;
}

describe('the feed', () => {
  it('has every step of a thought in its order, from what was perceived to what was written', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    const [thought] = await claimAll(store, 'me');
    assert.ok(thought);
    const hold = { id: thought.id, attempt: 1, owner: 'me' };
    const output = { position: 0, kind: 'write' as const, mode: 'create' as const, wanted: '/notes/a.md' };
    await store.write('record', {
      ...hold,
      answer: 'yes',
      reusedFrom: null,
      reason: '',
      call: NO_CALL,
      outputs: [{ ...output, target: '/notes/a.md', content: 'yes', before: null, reason: '' }],
      now: 5000,
    });
    const settled = { position: 0, state: 'applied' as const, reason: '', target: '/notes/a.md' };
    await store.write('finish', { ...hold, outputs: [settled], now: 6000 });
    assert.deepEqual((await whole(store)).map(briefly), [
      'added /inbox/a.md notes',
      'ready',
      'running',
      'answered',
      'write applied',
      'done',
    ]);
  });

  it('has nothing of what was tried and did not happen', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    const before = await whole(store);
    await observe(store, root, observation('a.md', 'aa'));
    await store.write('cancel', { ids: ['0'.repeat(20)], now: 7 });
    assert.deepEqual(await whole(store), before);
  });

  it('knows where a reader stopped, and that the rows of another database are none of its own', async (t) => {
    const { store, root } = await temporaryStore(t);
    assert.deepEqual(await store.read('feedPlace', { mark: null }), {
      head: 0,
      headAt: 0,
      first: 0,
      mark: null,
    });
    for (const name of ['a', 'b', 'c']) await observe(store, root, observation(name, name.padStart(16, '0')));
    const { rows, last } = await store.read('feed', { after: 0, limit: 2 });
    assert.equal(last, 2);
    const mark = { seq: 2, at: rows[1]?.at ?? 0 };
    assert.deepEqual(await store.read('feedPlace', { mark }), {
      head: 3,
      headAt: 1000,
      first: 1,
      mark: 'known',
    });
    assert.equal((await store.read('feedPlace', { mark: { ...mark, at: 1 } })).mark, 'foreign');
    assert.equal((await store.read('feedPlace', { mark: { seq: 99, at: 1 } })).mark, 'foreign');
    assert.equal((await store.read('feed', { after: 2, limit: 10 })).rows.length, 1);
  });

  it('lets go of the oldest, and never of the newest: its numbers only grow', async (t) => {
    const { store, root } = await temporaryStore(t);
    for (const name of ['a', 'b', 'c']) await observe(store, root, observation(name, name.padStart(16, '0')));
    assert.deepEqual(await store.write('dropFeed', { before: 0, most: 2 }), { dropped: 1, more: false });
    const mark = { seq: 1, at: 0 };
    assert.deepEqual(await store.read('feedPlace', { mark }), {
      head: 3,
      headAt: 1000,
      first: 2,
      mark: 'gone',
    });
    assert.equal((await store.write('dropFeed', { before: Number.MAX_SAFE_INTEGER, most: 0 })).dropped, 1);
    await observe(store, root, observation('d', 'd'.padStart(16, '0')));
    assert.deepEqual(await store.read('feedPlace', { mark: null }), {
      head: 4,
      headAt: 1000,
      first: 3,
      mark: null,
    });
  });
});
