import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ThoughtState } from '../../src/contract/thought.ts';
import type { PageQuery } from '../../src/store/queries/page-thoughts.ts';
import type { Store } from '../../src/store/store.ts';
import { captureAll, claimAll, observation, observe, temporaryStore } from '../support/store.ts';

async function everyPage(store: Store, query: Omit<PageQuery, 'cursor'>): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: number | undefined; ; ) {
    const page = await store.read('pageThoughts', { ...query, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.items.length <= query.limit);
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === null) return ids;
    assert.ok(page.items.length === query.limit, 'only the last page is not full');
    cursor = page.next;
  }
}

describe('pages of thoughts', () => {
  it('hold every thought that is asked for once, the newest first, whatever their size', async (t) => {
    const { store, root } = await temporaryStore(t);
    for (let n = 0; n < 25; n += 1)
      await observe(store, root, observation(`${n % 5}-${n}.md`, String(n).padStart(16, '0')));
    await captureAll(store);
    await claimAll(store, 'me', 7);
    const all = (await store.read('pageThoughts', { limit: 1000 })).items;
    assert.equal(all.length, 25);
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            state: fc.constantFrom<ThoughtState>('ready', 'running', 'done'),
            rule: fc.constantFrom('notes', 'other'),
            unprocessed: fc.constant(true),
            since: fc.constantFrom(0, 9_999_999_999_999),
            until: fc.constantFrom(1, 9_999_999_999_999),
            search: fc.constantFrom('3-', '-1', '%', '_', '\\'),
          },
          { requiredKeys: [] },
        ),
        fc.integer({ min: 1, max: 30 }),
        async (filter, limit) => {
          const wanted = all.filter(
            (row) =>
              (filter.state === undefined || row.state === filter.state) &&
              (filter.rule === undefined || row.rule === filter.rule) &&
              (filter.since === undefined || Date.parse(row.timestamp) >= filter.since) &&
              (filter.until === undefined || Date.parse(row.timestamp) < filter.until) &&
              (filter.search === undefined ||
                `${row.content}\n${row.context.subject}`.includes(filter.search)),
          );
          assert.deepEqual(
            await everyPage(store, { ...filter, limit }),
            wanted.map(({ id }) => id),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('are not moved by thoughts that come meanwhile', async (t) => {
    const { store, root } = await temporaryStore(t);
    for (const name of ['a', 'b', 'c']) await observe(store, root, observation(name, name.padStart(16, '0')));
    const first = await store.read('pageThoughts', { limit: 2 });
    assert.equal(first.items.length, 2);
    await observe(store, root, observation('d', 'd'.padStart(16, '0')));
    const second = await store.read('pageThoughts', { limit: 2, cursor: first.next ?? 0 });
    assert.deepEqual(
      second.items.map(({ context }) => context.subject),
      ['file:/inbox/a'],
    );
    assert.equal(second.next, null);
  });

  it('are not looked for by the thread that everybody waits for', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    const other = new DatabaseSync(file);
    t.after(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    // The writer waits for the other's lock, and gives up after five seconds.
    const change = observe(store, root, observation('a', 'a'.padStart(16, '0')));
    assert.deepEqual((await store.read('pageThoughts', { limit: 10 })).items, []);
    other.exec('COMMIT');
    await change;
    assert.equal((await store.read('pageThoughts', { limit: 10 })).items.length, 1);
  });
});
