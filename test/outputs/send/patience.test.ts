import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPatience } from '../../../src/outputs/send/patience.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function world() {
  let now = 1000;
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  return {
    patience: createPatience(clock, seededRandom(7)),
    pass(ms: number) {
      now += ms;
    },
  };
}

describe('patience with a target', () => {
  it('lets so many go at once, and each target its own', () => {
    const { patience } = world();
    assert.deepEqual([patience.enter('a', 2), patience.enter('a', 2), patience.enter('b', 2)], [0, 0, 0]);
    assert.ok(patience.enter('a', 2) > 0);
    patience.met('a');
    assert.equal(patience.enter('a', 2), 0);
  });

  it('waits longer and longer for one that is away, at most a minute, and one finds out for all', () => {
    const { patience, pass } = world();
    let longest = 0;
    for (let misses = 0; misses < 20; misses += 1) {
      assert.equal(patience.enter('a', 4), 0);
      assert.ok(patience.enter('a', 4) > 0 || misses === 0, 'the others wait');
      if (misses === 0) patience.missed('a', 0);
      const wait = patience.missed('a', 0);
      assert.ok(wait > 0 && wait <= 60_000);
      longest = Math.max(longest, wait);
      pass(wait - 1);
      assert.ok(patience.enter('a', 4) > 0);
      pass(1);
    }
    assert.ok(longest > 10_000);
    assert.equal(patience.enter('a', 4), 0);
    patience.met('a');
    assert.deepEqual([patience.enter('a', 4), patience.enter('a', 4)], [0, 0], 'it is back, for all');
  });

  it('takes a burst that missed together for one miss', () => {
    const { patience } = world();
    for (let each = 0; each < 20; each += 1) assert.equal(patience.enter('a', 20), 0);
    const waits = Array.from({ length: 20 }, () => patience.missed('a', 0));
    assert.ok(Math.max(...waits) <= 2000, String(Math.max(...waits)));
  });

  it('waits as long as it was asked to', () => {
    const { patience } = world();
    patience.enter('a', 4);
    assert.equal(patience.missed('a', 600_000), 600_000);
    assert.equal(patience.enter('a', 4), 600_000);
  });
});
