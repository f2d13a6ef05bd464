import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { tokensPerSecond } from '../../src/contract/speed.ts';
import { THOUGHT_STATES } from '../../src/contract/thought.ts';
import type { ThoughtRow } from '../../src/contract/thought-view.ts';
import { hashOf, placeOf } from '../../web/src/route.ts';
import { readable, saidOf } from '../../web/src/thoughts/facts.ts';
import { type Filter, filterOf, NO_FILTER, queryOf, wantsState } from '../../web/src/thoughts/filter.ts';
import { afterEvent, type KnownThoughts, withNewest, withOlder } from '../../web/src/thoughts/live-rows.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');

const filter: fc.Arbitrary<Filter> = fc.record(
  {
    state: fc.constantFrom('' as const, 'open' as const, ...THOUGHT_STATES),
    rule: fc.string({ maxLength: 50 }),
    since: fc.constantFrom('', '1h', '24h', '7d'),
    search: fc.string({ maxLength: 50 }),
    path: fc.string({ maxLength: 50 }),
  },
  { noNullPrototype: true },
);

describe('the filter of the list of thoughts', () => {
  it('is in the address, whole', () => {
    fc.assert(
      fc.property(filter, (given) => {
        assert.deepEqual(filterOf(placeOf(hashOf({ page: 'thoughts', query: { ...given } })).query), given);
      }),
    );
  });

  it('makes nothing of an address that means nothing', () => {
    assert.deepEqual(filterOf({ state: 'lost', since: 'yesterday', colour: 'red' }), NO_FILTER);
  });

  it('asks the daemon for what it says, and for nothing that it does not', () => {
    assert.deepEqual(queryOf(NO_FILTER, NOW, 50, null), { limit: 50 });
    assert.deepEqual(
      queryOf({ state: 'open', rule: 'inbox', since: '1h', search: ' bill ', path: '/a' }, NOW, 50, 'c'),
      {
        limit: 50,
        unprocessed: true,
        rule: 'inbox',
        since: NOW - 3_600_000,
        search: 'bill',
        path: '/a',
        cursor: 'c',
      },
    );
    assert.deepEqual(queryOf({ ...NO_FILTER, path: 'not absolute' }, NOW, 50, null), { limit: 50 });
  });

  it('counts as open what is not processed', () => {
    const open = THOUGHT_STATES.filter((state) => wantsState({ ...NO_FILTER, state: 'open' }, state));
    assert.deepEqual(open, ['waiting', 'ready', 'running', 'answered', 'proposed']);
  });
});

const some: ThoughtRow = {
  ...{
    id: 'a1',
    timestamp: '2026-11-26T11:00:00Z',
    content: 'text',
    state: 'ready',
    rule: 'inbox',
    reason: '',
  },
  context: { sense: 'files', subject: '/in/a.pdf', event: 1, path: '/in/a.pdf' },
  processed: false,
};

describe('the list of thoughts while things happen', () => {
  const row = some;
  const told = { type: 'state', at: row.timestamp, rule: 'inbox', subject: '/in/a.pdf', reason: '' } as const;

  it('has each row in its newest state', () => {
    const { rows, isNews } = afterEvent([row], { ...told, thought: 'a1', state: 'dead', reason: 'gave up' });
    assert.deepEqual(rows, [{ ...row, state: 'dead', reason: 'gave up', processed: true }]);
    assert.equal(isNews, false);
  });

  it('is the same list where nothing of it changed, so that nothing is drawn again', () => {
    const rows = [row];
    assert.equal(afterEvent(rows, { ...told, thought: 'a1', state: 'ready' }).rows, rows);
    assert.equal(
      afterEvent(rows, { type: 'token', thought: 'a1', text: 'x', reasoning: false, from: 0 }).rows,
      rows,
    );
  });

  it('says when there is one that it does not have', () => {
    assert.equal(afterEvent([row], { ...told, thought: 'b2', state: 'waiting' }).isNews, true);
  });
});

describe('the list of thoughts, page by page', () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ ...some, id }));
  const idsOf = (list: KnownThoughts) => list.rows.map(({ id }) => id).join('');

  it('keeps its older rows when the newest are read again', () => {
    const known = { rows: rows('c', 'b', 'a'), next: 'before-a' };
    const list = withNewest(known, { items: rows('d', 'c'), next: 'before-c' });
    assert.equal(idsOf(list), 'dcba');
    assert.equal(list.next, 'before-a');
  });

  it('begins anew where there may be others in between', () => {
    const list = withNewest(
      { rows: rows('b', 'a'), next: null },
      { items: rows('z', 'y'), next: 'before-y' },
    );
    assert.equal(idsOf(list), 'zy');
    assert.equal(list.next, 'before-y');
  });

  it('goes on with a page that was asked for from its end, and with no other', () => {
    const known = { rows: rows('c', 'b'), next: 'before-b' };
    assert.equal(idsOf(withOlder(known, 'before-b', { items: rows('b', 'a'), next: null })), 'cba');
    assert.equal(withOlder(known, 'before-x', { items: rows('w'), next: null }), known);
  });
});

describe('how fast a model spoke', () => {
  const call = { firstTokenMs: 500, totalMs: 2500, outputTokens: 100 };

  it('is its tokens after the first one was there', () => {
    assert.equal(tokensPerSecond(call), 50);
  });

  it('is not known where something does not tell', () => {
    for (const unknown of [
      { firstTokenMs: null },
      { totalMs: null },
      { totalMs: 500 },
      { outputTokens: null },
    ])
      assert.equal(tokensPerSecond({ ...call, ...unknown }), null);
  });
});

describe('an answer for people', () => {
  it('is its text, or its fields', () => {
    assert.deepEqual(readable('hello'), { kind: 'text', text: 'hello' });
    assert.deepEqual(readable({ title: 'Bill', tags: ['a', 'b'], date: null, sum: 3, of: { a: 1 } }), {
      kind: 'fields',
      fields: [
        { key: 'title', value: 'Bill' },
        { key: 'tags', value: ['a', 'b'] },
        { key: 'date', value: null },
        { key: 'sum', value: '3' },
        { key: 'of', value: { items: [[{ key: 'a', value: '1' }]] } },
      ],
    });
    const found = readable({ found: [{ line: 1 }, { line: 2, why: { to: { deep: {} } } }] });
    assert.deepEqual(found.kind === 'fields' && found.fields[0]?.value, {
      items: [
        [{ key: 'line', value: '1' }],
        [
          { key: 'line', value: '2' },
          { key: 'why', value: { items: [[{ key: 'to', value: '{\n  "deep": {}\n}' }]] } },
        ],
      ],
    });
    assert.deepEqual(readable(null), { kind: 'none' });
  });

  it('begins in a list with its first words', () => {
    const said = (content: string) => saidOf({ content, reason: '', state: 'done' }).text;
    assert.equal(said('---\nweather: west\n---\n# Thursday\nCalm.'), 'Thursday Calm.');
    assert.equal(said('--- weather: west --- # Thursday Calm.'), 'Thursday Calm.');
    assert.equal(said('--- no front matter --- at all'), '--- no front matter --- at all');
    assert.equal(said('## Why\nBecause.'), 'Why Because.');
    assert.equal(said('---\nweather: west, and it is cut off'), '--- weather: west, and it is cut off');
    assert.equal(said('#hashtag - b'), '#hashtag - b');
  });
});
