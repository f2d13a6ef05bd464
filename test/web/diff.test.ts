import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { columnsOf } from '../../web/src/diff/columns.ts';
import { type Block, blocksOf, countsOf, type Line, textOf } from '../../web/src/diff/lines.ts';
import { type Row, rowsOf } from '../../web/src/diff/rows.ts';
import { visible, visibleWords } from '../../web/src/diff/visible.ts';

const text = fc
  .array(fc.constantFrom('a', 'b', 'tags: [x]', 'tags: [x, y]', '', 'long line of words', '\u202e'), {
    maxLength: 40,
  })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`));

function joined(lines: readonly Line[]): string {
  return lines.map((line) => `${textOf(line)}${line.isOpen ? '' : '\n'}`).join('');
}

function sideOf(blocks: readonly Block[], side: 'before' | 'after'): Line[] {
  return blocks.flatMap((block) =>
    block.kind === 'same' ? block[side] : side === 'before' ? block.removed : block.added,
  );
}

describe('a diff', () => {
  it('has every line of both texts, in their order, with its number', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const blocks = blocksOf(before, after);
        for (const [side, whole] of [
          ['before', before],
          ['after', after],
        ] as const) {
          const lines = sideOf(blocks, side);
          assert.equal(joined(lines), whole);
          assert.deepEqual(
            lines.map(({ number }) => number),
            lines.map((_, at) => at + 1),
          );
        }
      }),
    );
  });

  it('loses no line to a page: what it does not show it counts, and shows when asked', () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (before, after, beside) => {
        const blocks = blocksOf(before, after);
        const folded = rowsOf(blocks, beside, new Set());
        const open = rowsOf(blocks, beside, new Set(blocks.keys()));
        assert.equal(linesIn(folded, 'after'), sideOf(blocks, 'after').length);
        assert.equal(linesIn(open, 'before'), sideOf(blocks, 'before').length);
        assert.ok(open.every(({ kind }) => kind !== 'fold'));
      }),
    );
  });

  it('folds only what stays', () => {
    const before = Array.from({ length: 60 }, (_, at) => `line ${at}`).join('\n');
    const rows = rowsOf(blocksOf(before, before.replace('line 30\n', 'line thirty\n')), false, new Set());
    assert.deepEqual(
      rows.map((row) => (row.kind === 'fold' ? row.lines : row.kind[0])).join(' '),
      '27 s s s c c s s s 26',
    );
  });

  it('shows which words of a line changed', () => {
    const [block] = blocksOf('tags: [bill]\n', 'tags: [bill, urgent]\n');
    assert.equal(block?.kind, 'changed');
    if (block?.kind !== 'changed') return;
    assert.equal(
      block.added[0]?.pieces
        .filter(({ changed }) => changed)
        .map((each) => each.text)
        .join(''),
      ', urgent',
    );
    assert.ok(block.removed[0]?.pieces.every(({ changed }) => !changed));
  });

  it('of a new file is all added', () => {
    assert.deepEqual(countsOf(blocksOf(null, 'a\nb\n')), { removed: 0, added: 2 });
    assert.deepEqual(blocksOf(null, ''), []);
  });

  it('numbers the lines of the texts that have some, and of no piece whose place is not known', () => {
    const of = (before: string | null, after: string, isPiece = false) =>
      Object.values(columnsOf(before, after, { isPiece, isWide: true }));
    assert.deepEqual(of('a', 'b'), [true, true, true]);
    assert.deepEqual(of(null, 'b'), [false, false, true]);
    assert.deepEqual(of('', 'b'), [false, false, true]);
    assert.deepEqual(of('a', ''), [false, true, false]);
    assert.deepEqual(of(null, 'b', true), [false, false, false]);
    assert.deepEqual(Object.values(columnsOf('a', 'b', { isPiece: false, isWide: false })), [
      ...[false, true, true],
    ]);
  });

  it('of two large texts that share nothing is told without being looked for', () => {
    const of = (word: string) => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}`).join('\n');
    assert.deepEqual(countsOf(blocksOf(of('a'), of('b'))), { removed: 20_000, added: 20_000 });
  });
});

describe('what is not seen in a text', () => {
  it('gets a name, and everything else stays', () => {
    assert.deepEqual(visible('ab\u202etxt.exe'), [{ text: 'ab' }, { hidden: 'U+202E' }, { text: 'txt.exe' }]);
    assert.deepEqual(visible('end\r'), [{ text: 'end' }, { hidden: '\\r' }]);
    assert.deepEqual(visible('\u{e0041}'), [{ hidden: 'U+E0041' }]);
    assert.deepEqual(visible('tab\tnaïve 👩‍👩‍👧'), [{ text: 'tab\tnaïve 👩‍👩‍👧' }]);
  });

  it('is every character that is drawn as nothing', () => {
    const unseen = [
      ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u180e', '\u200b', '\u2060'],
      ...['\u2800', '\u3164', '\ufe00', '\ufe0f', '\uffa0', '\u{e0100}', '\u{e01ef}', '\u200d', '\u200c'],
    ];
    for (const char of unseen) {
      const name = `U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
      assert.deepEqual(visible(`a${char}b`), [{ text: 'a' }, { hidden: name }, { text: 'b' }]);
      assert.equal(visibleWords(`a${char}b`), `a‹${name}›b`);
    }
  });

  it('is nothing of emoji, nor of words that need what joins them', () => {
    const whole = ['❤️ ☎︎', '1️⃣ #️⃣', '🏳️‍🌈', '🕵🏽‍♂️', '👩🏾‍🚀', 'می‌خواهم', 'क्‍ष', '한글', '漢字', 'ខ្មែរ'];
    for (const text of whole) assert.deepEqual(visible(text), [{ text }], text);
    const [, carried] = visible('❤\ufe0f\ufe01');
    assert.deepEqual(carried, { hidden: 'U+FE01' }, 'one of them selects, more of them say something');
  });
});

function linesIn(rows: readonly Row[], side: 'before' | 'after'): number {
  return rows.reduce((sum, row) => {
    if (row.kind === 'fold') return sum + row.lines;
    return sum + (row[side] === null ? 0 : 1);
  }, 0);
}
