import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pattern } from '../../src/contract/pattern.ts';

describe('a regular expression in a rule', () => {
  it('is refused with what is wrong in it', () => {
    assert.equal(pattern.safeParse('ERROR|FATAL').success, true);
    const refused = pattern.safeParse('(a');
    assert.deepEqual(
      refused.error?.issues.map(({ message }) => message),
      ['not a regular expression: Unterminated group'],
    );
  });
});
