import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterMs } from '../../src/base/retry-after.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');

describe('Retry-After', () => {
  const cases: [string, number | undefined][] = [
    ['7', 7_000],
    [' 0.5 ', 500],
    ['0', 0],
    ['Sun, 22 Nov 2026 12:01:30 GMT', 90_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['86400', 600_000],
    ['Mon, 23 Nov 2026 12:00:00 GMT', 600_000],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
  ];
  for (const [header, ms] of cases) {
    it(`"${header}" is ${ms === undefined ? 'no answer' : `${ms} ms`}`, () => {
      assert.equal(retryAfterMs(header, NOW), ms);
    });
  }
});
