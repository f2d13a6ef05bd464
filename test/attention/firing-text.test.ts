import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HoldingClause } from '../../src/attention/condition.ts';
import { firingText } from '../../src/attention/firing-text.ts';

const since = Date.parse('2026-03-01T12:00:00Z');
const disk: HoldingClause = {
  metric: 'disk.percent',
  of: '/home',
  value: 93.128,
  test: 'above',
  limit: 90,
  since,
  before: 89.5,
};

describe('the text of a firing', () => {
  it('tells of each clause the value, the limit, since when, and what it was before', () => {
    const load: HoldingClause = { ...disk, metric: 'load.1', of: '', value: 5, limit: 4, before: null };
    assert.equal(
      firingText({ at: since + 330_000, since, clauses: [disk, load] }),
      'disk.percent /home is 93.13: above 90, for 330s, since 2026-03-01T12:00:00.000Z; 89.5 before\n' +
        'load.1 is 5: above 4, for 330s, since 2026-03-01T12:00:00.000Z',
    );
  });

  it('tells of a change by how much, from what and in how long', () => {
    const rose: HoldingClause = {
      ...disk,
      test: 'rises',
      limit: 5,
      value: 60,
      before: 52,
      withinMs: 3_600_000,
    };
    assert.equal(
      firingText({ at: since, since, clauses: [rose] }),
      'disk.percent /home is 60: rose by 8 from 52 within 1h (limit 5), since 2026-03-01T12:00:00.000Z',
    );
  });
});
