import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createJudge } from '../../src/attention/judge.ts';
import { perceive } from '../../src/attention/perceive.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { Percepts } from '../../src/contract/happening.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { createJournal, type Journal } from '../../src/journal/journal.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryStore } from '../support/store.ts';

const full: Rule = sealRule(
  {
    name: 'full',
    on: { vitals: { when: { metric: 'disk.percent', above: 90, forMs: 60_000 }, cooldownMs: 0 } },
    mind: {
      models: ['builtin/verbatim'],
      offline: 'hold',
      schema: null,
      maxOutputTokens: null,
      cloud: 'never',
    },
    outputs: [],
    prompt: '{{ event.text }}',
  },
  '/rules/full.md',
);

const clock = { now: () => 1_000_000, monotonic: () => 0, sleep: () => Promise.resolve() };

async function* minutes(
  from: number,
  ...values: number[]
): AsyncGenerator<{ batch: Percepts; accept(): void }> {
  for (const [index, value] of values.entries()) {
    const readings = [{ metric: 'disk.percent', of: '/', value }];
    const measured = [{ sense: 'vitals' as const, at: (from + index) * 60_000, readings }];
    yield { batch: { happenings: [], cursors: [], measured }, accept: () => undefined };
  }
}

/** One life of the daemon's attention: it goes on where the journal is. */
async function live(
  store: Store,
  perceptions: AsyncIterable<{ batch: Percepts; accept(): void }>,
  journal: Pick<Journal, 'perceive'> = createJournal({ store, clock, live: () => undefined }),
): Promise<void> {
  const rows = await store.read('cursors', undefined);
  await perceive({
    perceptions,
    journal: { ...createJournal({ store, clock, live: () => undefined }), ...journal },
    rules: () => [full],
    judge: createJudge({
      cursors: new Map(rows.map(({ name, value }) => [name, value])),
      everyMs: () => 60_000,
    }),
    onQueued: () => undefined,
  });
}

async function thoughtsIn(store: Store) {
  const all = { state: null, rule: 'full', since: null, unprocessed: false, subject: null, limit: 100 };
  return store.read('listThoughts', all);
}

describe('a condition that comes true', () => {
  it('queues one thought with what holds, and no other one after a restart', async (t) => {
    const { store, file } = await temporaryStore(t);
    await store.write('saveRules', { rules: [full], now: 1 });
    await live(store, minutes(0, 80, 91, 92, 93));
    const [thought, ...others] = await thoughtsIn(store);
    assert.equal(others.length, 0);
    assert.equal(thought?.state, 'ready');
    assert.match(thought?.content ?? '', /^disk\.percent \/ is 92: above 90, for 1m/);
    const view = await store.read('viewThought', { id: thought?.id ?? '' });
    assert.equal(view?.event.kind, 'vitals.condition');
    assert.equal(view?.event.data.condition?.before, 80);
    await store.close();

    const again = await openStore(file, () => undefined);
    t.after(() => again.close());
    await live(again, minutes(500, 94, 95, 96));
    assert.equal((await thoughtsIn(again)).length, 1);
    await live(again, minutes(600, 50, 91, 92));
    assert.equal((await thoughtsIn(again)).length, 2);
  });

  it('is told after a restart where the daemon ended before it was journaled', async (t) => {
    const { store } = await temporaryStore(t);
    await store.write('saveRules', { rules: [full], now: 1 });
    await live(store, minutes(0, 80, 91));
    const lost = { perceive: () => Promise.reject(new Error('the store is gone')) };
    await assert.rejects(live(store, minutes(2, 92), lost), /the store is gone/);
    assert.equal((await thoughtsIn(store)).length, 0);
    await live(store, minutes(2, 92));
    assert.equal((await thoughtsIn(store)).length, 1);
  });
});
