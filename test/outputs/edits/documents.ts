import * as fc from 'fast-check';

/** Stands once in each document; a person's edit elsewhere replaces it. */
const SENTINEL = Buffer.from('[sentinel]');

/** Bytes that are text only to whom they are meant for. */
const odd = fc.constantFrom(
  Buffer.from([0x63, 0x61, 0x66, 0xe9]),
  Buffer.from([0xc3, 0x28, 0xff]),
  Buffer.from('caf\u00e9 \u{1f600} \u2028 \u0085'),
  Buffer.from('a\rb'),
);

/** Lines in all their ways to be taken for something else. */
const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({ maxLength: 12 }).map((text) => Buffer.from(text.replace(/[\n\0]/g, ' '))),
  },
  { weight: 2, arbitrary: odd },
  {
    weight: 9,
    arbitrary: fc
      .constantFrom(
        ...[
          '',
          '',
          '   ',
          '# One',
          '## Answers',
          '### Deep ##',
          '## Other',
          'Title',
          '===',
          '---',
          '...',
          '***',
        ],
        ...[
          '```',
          '````js',
          '~~~',
          '> ```',
          '    code',
          '- item',
          '  - deeper',
          '      - deepest',
          '1. first',
          '> quoted',
        ],
        ...['@ask why?', '- @ask why?', '  - [ ] @ask why?', '> @ask why?', '@ask why?  ', '\t@ask  why?'],
        ...[
          '- [ ] buy milk',
          '* [ ] Buy  milk',
          '- [x] call home',
          '  1. [ ] write',
          '- [ ] \u00e0',
          'a: 1',
          'tags: x',
          '[[link]]',
        ],
        ...[
          '<!-- consciousness older#0 -->',
          '<!-- consciousness older#0.1 -->',
          '> <!-- consciousness older#1.2 -->',
        ],
      )
      .map((text) => Buffer.from(text)),
  },
);

const frontMatter = fc
  .array(
    fc.constantFrom(
      ...[
        'a: 1',
        'title: "Q: \u00e9"  # kept',
        '# a comment',
        '',
        'list: [x,  y] # flow',
        'date: 2026-04-12',
        "quoted: 'it''s'",
      ],
      ...[
        'map:\n  one:   1\n  # within\n  two: [ ]',
        'text: |\n  first\n\n  second',
        'folded: >-\n  one\n  two',
        'empty:',
        'anchor: &x 1',
      ],
      ...[
        'tags:\n  - x # why\n  - y',
        'tags: [x]',
        'tags: x, y',
        'tags: "x y"',
        'tags: # none\n  - z',
        'tags:\n- x',
        'summary: old # c',
      ],
      ...[
        'summary: |\n  old\n  text',
        'summary: "old"',
        'summary:',
        'summary: # c\n  old',
        'broken: [',
        'a: 2',
        'ref: *x',
        '- item',
      ],
    ),
    { maxLength: 5 },
  )
  .chain((lines) =>
    fc
      .constantFrom(...['---', '---  ', '...'])
      .map((close) => ['---', ...lines.join('\n').split('\n'), close]),
  )
  .map((lines) => lines.map((text) => Buffer.from(text)));

const bom = Buffer.from([0xef, 0xbb, 0xbf]);

/** A Markdown document, or what somebody believes to be one, with the {@link SENTINEL} in a line of its body. */
export const documents: fc.Arbitrary<Buffer> = fc
  .record({
    front: fc.option(frontMatter, { nil: [] }),
    above: fc.array(line, { maxLength: 8 }),
    below: fc.array(line, { maxLength: 12 }),
    ends: fc.constantFrom(['\n'], ['\r\n'], ['\n', '\r\n', '\n']),
    isMarked: fc.boolean(),
    isEnded: fc.boolean(),
  })
  .map(({ front, above, below, ends, isMarked, isEnded }) => {
    const lines = [...front, ...above, SENTINEL, ...below];
    const parts = lines.flatMap((each, at) => {
      const isLast = at === lines.length - 1;
      return [each, Buffer.from(isLast && !isEnded ? '' : (ends[at % ends.length] ?? '\n'))];
    });
    return Buffer.concat([isMarked ? bom : Buffer.alloc(0), ...parts]);
  });

/** What a person puts in the sentinel's place. */
export const words: fc.Arbitrary<Buffer> = fc.constantFrom(
  ...['edited', '', 'two\nlines', '# heading', '```\ncode\n```', '- [ ] mine', '\u00e9'].map((text) =>
    Buffer.from(text),
  ),
  Buffer.from([0xff, 0xfe, 0x41]),
);

export function withWords(whole: Buffer, replacement: Buffer): Buffer {
  const at = whole.indexOf(SENTINEL);
  return Buffer.concat([whole.subarray(0, at), replacement, whole.subarray(at + SENTINEL.length)]);
}
