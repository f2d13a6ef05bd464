import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  createGuardedRegex,
  type GuardedMatch,
  LONGEST_REGEX,
  regexProblem,
  testAll,
} from '../../src/base/guarded-regex.ts';

const HOSTILE = `${'a'.repeat(60)}!`;

describe('a guarded regular expression', () => {
  it('says of each text of a batch whether it matches, as the expression itself does', () => {
    const sources = ['^a+$', 'b', '[ab]c?$', '', '(a|b)*c'];
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.constantFrom('', 'i', 'im', 'u'),
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'C', '\n', 'é') }), { maxLength: 20 }),
        (source, flags, texts) => {
          const expected = texts.map((text) => new RegExp(source, flags).test(text));
          assert.deepEqual(createGuardedRegex(source, flags, 10_000).test(texts), {
            kind: 'done',
            matched: expected,
          });
        },
      ),
    );
  });

  it('is stopped where it would take hours, says at which text, and works again afterwards', () => {
    const regex = createGuardedRegex('^(a+)+$', '', 500);
    const began = performance.now();
    assert.deepEqual(regex.test(['aaa', 'b', HOSTILE, 'aa']), {
      kind: 'too-slow',
      at: 2,
      matched: [true, false],
    });
    assert.ok(performance.now() - began < 60_000, 'it was not stopped');
    assert.deepEqual(regex.test(['aa', 'ab']), { kind: 'done', matched: [true, false] });
  });

  it('is stopped within the usual limit where none is named', () => {
    assert.equal(createGuardedRegex('^(a+)+$').test([HOSTILE]).kind, 'too-slow');
  });

  it('gives a text up for which the expression has not room enough', () => {
    const regex = createGuardedRegex('(?:a|b)*c', '', 60_000);
    assert.deepEqual(regex.test(['abc', 'ab'.repeat(1e7)]), { kind: 'too-slow', at: 1, matched: [true] });
  });

  it('remembers no place from text to text', () => {
    const twice = createGuardedRegex('a', '', 10_000);
    assert.deepEqual(twice.test(['a', 'a']), { kind: 'done', matched: [true, true] });
    assert.match(regexProblem('a', 'g') ?? '', /flags/);
    assert.match(regexProblem('a', 'y') ?? '', /flags/);
  });

  it('is refused where it is no expression or too long, with the reason', () => {
    assert.equal(regexProblem('ERROR|WARN'), null);
    assert.equal(regexProblem('x'.repeat(LONGEST_REGEX)), null);
    assert.match(regexProblem('x'.repeat(LONGEST_REGEX + 1)) ?? '', /longer than 1000 characters/);
    assert.equal(regexProblem('(a'), 'not a regular expression: Unterminated group');
    assert.equal(regexProblem('a: ('), 'not a regular expression: Unterminated group');
    assert.throws(() => createGuardedRegex('['), /Unterminated character class/);
  });
});

describe('many texts asked about', () => {
  const fast = {
    test: (texts: readonly string[]): GuardedMatch => ({ kind: 'done', matched: texts.map(() => true) }),
  };

  it('have an answer each, but for those that are too slow by themselves', () => {
    assert.deepEqual(testAll(createGuardedRegex('^(a+)+$'), ['aaa', 'b', HOSTILE, 'aa']), [
      true,
      false,
      null,
      true,
    ]);
  });

  it('hold up the loop for a few limits only, also where each is just within it', () => {
    let asked = 0;
    const tardy = {
      test(): GuardedMatch {
        asked += 1;
        return { kind: 'too-slow', at: 1, matched: [true] };
      },
    };
    assert.ok(testAll(tardy, Array(4000).fill('x')).length < 4000);
    assert.ok(asked <= 4, `stopped ${asked} times`);
  });

  it('may be as many as a piece of a log has lines', () => {
    assert.equal(testAll(fast, Array(200_000).fill('')).length, 200_000);
  });
});
