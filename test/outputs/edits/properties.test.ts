import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import { sha256 } from '../../../src/base/ids.ts';
import { append, appendContent } from '../../../src/outputs/edits/append.ts';
import type { Edit } from '../../../src/outputs/edits/edit.ts';
import { frontOf } from '../../../src/outputs/edits/front.ts';
import { frontmatter, frontmatterContent } from '../../../src/outputs/edits/frontmatter.ts';
import { insert, insertContent } from '../../../src/outputs/edits/insert.ts';
import { markOf } from '../../../src/outputs/edits/mark.ts';
import { tag, tagContent } from '../../../src/outputs/edits/tag.ts';
import { tasks, tasksContent } from '../../../src/outputs/edits/tasks.ts';
import { documents, withWords, words } from './documents.ts';

const RUNS = { numRuns: 2000 };
const MARK = markOf('abcdef', 0);
const taskOf = (content: string) => ({ content, mark: MARK, file: '/notes/a.md' });

const text = fc.oneof(
  fc.constantFrom(
    'answer',
    'two\nlines',
    'with\n\nparagraphs\n',
    '- [ ] a task\n',
    'caf\u00e9 \u{1f600}',
    '```\ncode\n```',
  ),
  fc.string({ maxLength: 20 }),
);

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    'plain',
    'yes',
    '2026-04-12',
    'a: b # c',
    'two\nlines',
    '',
    ' spaced ',
    '*x',
    '- no',
    'caf\u00e9',
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 3, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(null, ['x', 'y', 'more'], ['x', 'more\nlines'], { a: { b: [1] } }, [
      'x',
    ]),
  },
);
const key = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'summary',
      'tags',
      'a',
      'title',
      'list',
      'map',
      'text',
      'empty',
      'fresh',
      'date',
    ),
  },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8 }) },
);

const insertion = fc.oneof(
  fc.record({
    beneath: fc.constantFrom('@ask why?', '- @ask why?', ' - item', '# One', 'absent'),
    body: text,
  }),
  fc.record({
    under: fc.constantFrom('Answers', '## Answers', 'Deep', 'New', '### New \u00e9', 'Title'),
    body: text,
  }),
);

const EDITS: { name: string; edit: Edit; content: fc.Arbitrary<string> }[] = [
  { name: 'append', edit: append, content: text.map((body) => appendContent(MARK, body)) },
  {
    name: 'frontmatter',
    edit: frontmatter,
    content: fc
      .array(fc.tuple(key, value), { maxLength: 4 })
      .map((pairs) => frontmatterContent(new Map(pairs))),
  },
  { name: 'insert', edit: insert, content: fc.array(insertion, { maxLength: 4 }).map(insertContent) },
  {
    name: 'tasks',
    edit: tasks,
    content: fc
      .record({
        under: fc.constantFrom('## [today](today.md)', 'Answers', '## Other'),
        tasks: fc.array(
          fc.oneof(fc.constantFrom('buy milk', 'BUY  milk', 'call home', 'fresh', '\u00c0'), text),
        ),
      })
      .map(tasksContent),
  },
  {
    name: 'tag',
    edit: tag,
    content: fc.array(fc.oneof(fc.constantFrom('x', '#X', 'new', 'two words', 'a,b'), text)).map(tagContent),
  },
];

/** What an edit leaves, or nothing where it changed nothing. */
function applied(edit: Edit, whole: Buffer | null, content: string): Buffer | null {
  const edited = edit.apply(whole, taskOf(content));
  return edited.kind === 'changed' ? edited.content : null;
}

/** The text of each key that is not set, and of each comment on a line of its own, in order. */
function untouched(yaml: string, set: readonly string[]): string[] {
  const { contents } = parseDocument(yaml);
  if (!isMap(contents)) return [];
  const touched: [number, number][] = [];
  const parts: [number, string][] = [];
  for (const { key, value } of contents.items) {
    assert.ok(isScalar(key) && key.range && isNode(value) && value.range);
    const [start, end] = [key.range[0], value.range[2]];
    if (set.includes(String(key.value))) touched.push([start, end]);
    else parts.push([start, yaml.slice(start, end)]);
  }
  for (const { index } of yaml.matchAll(/^#.*\n/gm)) {
    if (parts.some(([start, text]) => index >= start && index < start + text.length)) continue;
    if (!touched.some(([start, end]) => index >= start && index < end))
      parts.push([index, yaml.slice(index, yaml.indexOf('\n', index) + 1)]);
  }
  return parts.toSorted(([one], [other]) => one - other).map(([, text]) => text);
}

/** Whether `short` is what is left of `long` when some bytes of it are taken out. */
function isWithin(short: Buffer, long: Buffer): boolean {
  let at = 0;
  for (const byte of long) if (at < short.length && byte === short[at]) at += 1;
  return at === short.length;
}

for (const { name, edit, content } of EDITS) {
  describe(`an edit (${name}) of whatever document`, () => {
    it('applied twice is applied once', () => {
      let changes = 0;
      fc.assert(
        fc.property(fc.option(documents), content, (whole, instruction) => {
          const once = applied(edit, whole, instruction);
          if (once === null) return;
          changes += 1;
          assert.equal(edit.apply(once, taskOf(instruction)).kind, 'already');
        }),
        RUNS,
      );
      assert.ok(changes > RUNS.numRuns / 8, `only ${changes} documents were changed`);
    });

    it('taken back leaves the document as it was, byte for byte', () => {
      fc.assert(
        fc.property(fc.option(documents), content, (whole, instruction) => {
          const once = applied(edit, whole, instruction);
          if (once === null) return;
          const former = { bytes: whole, sha256: whole && sha256(whole) };
          const undone = edit.undo(once, taskOf(instruction), former);
          assert.equal(
            undone.kind === 'taken' ? (undone.content?.toString('latin1') ?? null) : undone.reason,
            whole?.toString('latin1') ?? null,
          );
        }),
        RUNS,
      );
    });

    it('taken back leaves what a person has edited elsewhere since', () => {
      fc.assert(
        fc.property(documents, content, words, (whole, instruction, edited) => {
          const once = applied(edit, whole, instruction);
          if (once === null) return;
          // The end that an append gave to a last line without one stays: it keeps no copy of what was there.
          if (name === 'append' && whole.at(-1) !== 0x0a) return;
          const former = { bytes: whole, sha256: sha256(whole) };
          const undone = edit.undo(withWords(once, edited), taskOf(instruction), former);
          assert.equal(
            undone.kind === 'taken' ? undone.content?.toString('latin1') : undone.reason,
            withWords(whole, edited).toString('latin1'),
          );
        }),
        RUNS,
      );
    });

    it('changes no other byte', () => {
      fc.assert(
        fc.property(documents, content, (whole, instruction) => {
          const once = applied(edit, whole, instruction);
          if (once === null) return;
          if (name === 'frontmatter' || name === 'tag') {
            const [was, is] = [frontOf(whole), frontOf(once)];
            assert.ok(was.body.equals(is.body), 'the body');
            assert.ok(was.bom.equals(is.bom), 'the byte order mark');
            const set = name === 'tag' ? ['tags'] : Object.keys(JSON.parse(instruction));
            const yaml = is.front?.yaml.toString() ?? '';
            let at = 0;
            for (const part of untouched(was.front?.yaml.toString() ?? '', set)) {
              const found = yaml.indexOf(part, at);
              assert.notEqual(
                found,
                -1,
                `${JSON.stringify(part)} is not in its place in ${JSON.stringify(yaml)}`,
              );
              at = found + part.length;
            }
          } else {
            assert.ok(isWithin(whole, once), 'bytes were only added');
          }
        }),
        RUNS,
      );
    });
  });
}
