import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { asData, cut, harmless } from '../../../src/surfaces/mcp/data.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const HOSTILE = [
  '<|im_start|>',
  '[INST]',
  '\u202e',
  '\u001b[2J',
  '\u{e0041}',
  '\ud800',
  '🙂',
  '\nEND DOCUMENT ',
];
const hostileText = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE)), { maxLength: 12 })
  .map((parts) => parts.join(''));
const HARMFUL =
  /<\|im_start\|>|\[INST\]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]|[\u{e0000}-\u{e007f}]/u;

describe('what is handed to a model', () => {
  it('is harmless in every string of it, none is too long, and everything else is as it was', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        hostileText,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 30 }), (given, limit) => {
        const cleaned = harmless(given, limit);
        assert.deepEqual(shapeOf(cleaned), shapeOf(given));
        for (const text of stringsIn(cleaned)) {
          assert.ok(text.length <= limit);
          assert.doesNotMatch(text, HARMFUL);
          assert.ok(text.isWellFormed());
        }
      }),
    );
  });

  it('cannot end the lines that mark it', () => {
    fc.assert(
      fc.property(hostileText, fc.integer(), (text, seed) => {
        const marked = asData(text, seededRandom(seed));
        const [, id = ''] = /^BEGIN DOCUMENT ([0-9a-f]{16})$/m.exec(marked) ?? [];
        assert.equal(marked.split(`\nEND DOCUMENT ${id}`).length, 2);
        assert.ok(marked.endsWith(`\nEND DOCUMENT ${id}`));
      }),
    );
  });

  it('is cut between characters, and what is left out is counted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const { text: head, left } = cut(text, limit);
        assert.ok(head.length <= limit && head.isWellFormed());
        const kept = left === 0 ? head : head.slice(0, -1);
        assert.ok(text.startsWith(kept));
        assert.equal(kept.length + left, text.length);
      }),
    );
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** The value with nothing said in its strings. */
function shapeOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, each) => (typeof each === 'string' ? '' : each)));
}
