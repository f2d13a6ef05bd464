import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProviderHealth } from '../../src/contract/provider-health.ts';
import { queueViewOf } from '../../src/main/queue-view.ts';
import type { ReadyFacts } from '../../src/store/queries/queue-ages.ts';
import { captureAll, observation, observe, temporaryStore } from '../support/store.ts';

const NONE = {
  ...{ waiting: 0, ready: 0, running: 0, answered: 0 },
  ...{ proposed: 0, done: 0, dead: 0, cancelled: 0 },
};
const FACTS = {
  queue: NONE,
  oldestRunningAt: null,
  oldestReadyAt: null,
  readyByVersion: {},
  proposals: { waiting: 0, oldestAt: null },
};
const ONLINE: ProviderHealth = { state: 'online', reason: '', models: [], loaded: null, checkedAt: null };
const READY: ReadyFacts = {
  ...{ version: 'v1', rule: 'inbox', ready: 3, requests: 1, reactions: 2, background: 0, oldestAt: 1000 },
};

describe('the queue', () => {
  it('has a lane for each provider, with what it thinks next and since when that waits', () => {
    const { lanes } = queueViewOf({
      facts: FACTS,
      ages: { oldestAt: {}, ready: [READY, { ...READY, version: 'v2', rule: 'notes', oldestAt: 500 }] },
      lanes: {
        routes: new Map([
          ['v1', { kind: 'go', provider: 'box', model: 'm' }],
          ['v2', { kind: 'held', provider: 'box', model: 'n', reason: 'n is not loaded' }],
        ]),
      },
      providers: [
        { name: 'box', slots: 2, busy: 1, health: ONLINE },
        { name: 'builtin', slots: 4, busy: 0, health: ONLINE },
      ],
      why: (version) => (version === 'v2' ? 'n is not loaded' : null),
    });
    assert.deepEqual(lanes[0], {
      ...{ provider: 'box', paused: false, state: 'online', slots: 2, busy: 1, held: null },
      ...{ ready: 6, requests: 2, reactions: 4, background: 0, uncounted: 0 },
      oldest: '1970-01-01T00:00:00.500Z',
      rules: [
        { name: 'inbox', ready: 3 },
        { name: 'notes', ready: 3 },
      ],
    });
    assert.deepEqual([lanes.length, lanes[1]?.ready, lanes[1]?.oldest], [2, 0, null]);
  });

  it('tells what nobody thinks, and why', () => {
    const { lanes } = queueViewOf({
      facts: FACTS,
      ages: { oldestAt: {}, ready: [READY, { ...READY, version: 'v2', rule: 'notes', ready: 2 }] },
      lanes: {
        routes: new Map([
          ['v1', { kind: 'paused', reason: 'paused' }],
          ['v2', { kind: 'impossible', reason: 'no such provider' }],
        ]),
      },
      providers: [],
      why: (version) => (version === 'v1' ? 'paused' : 'no such provider'),
    });
    assert.deepEqual(
      lanes.map(({ provider, paused, ready, held }) => [provider, paused, ready, held]),
      [
        [null, true, 3, 'paused'],
        [null, false, 2, 'no such provider'],
      ],
    );
  });
});

describe('the ages of the queue', () => {
  it('are those of the oldest in each state, and what is ready is told by its kind', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'a'.padStart(16, '0')));
    await observe(store, root, observation('b.md', 'b'.padStart(16, '0')));
    const before = await store.read('queueAges', undefined);
    assert.equal(typeof before.oldestAt.waiting, 'number');
    assert.deepEqual(before.ready, []);
    await captureAll(store);
    const { oldestAt, ready } = await store.read('queueAges', undefined);
    assert.deepEqual(Object.keys(oldestAt), ['ready']);
    assert.deepEqual(ready, [
      {
        ...{ version: 'v1', rule: 'notes', ready: 2, requests: 0, reactions: 2, background: 0 },
        oldestAt: oldestAt.ready,
      },
    ]);
  });
});
