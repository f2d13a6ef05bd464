import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Edit } from '../../../src/outputs/edits/edit.ts';
import { frontmatter, frontmatterContent } from '../../../src/outputs/edits/frontmatter.ts';
import { type Insertion, insert, insertContent } from '../../../src/outputs/edits/insert.ts';
import { markOf } from '../../../src/outputs/edits/mark.ts';
import { openTasks } from '../../../src/outputs/edits/open-tasks.ts';
import { sourceHeading } from '../../../src/outputs/edits/source-heading.ts';
import { tag, tagContent } from '../../../src/outputs/edits/tag.ts';
import { tasks, tasksContent } from '../../../src/outputs/edits/tasks.ts';

const TASK = { mark: markOf('abcdef', 0), file: '/notes/a.md' };

/** The document after an edit, or what was said instead. */
function edited(edit: Edit, whole: string | null, content: string): string {
  const made = edit.apply(whole === null ? null : Buffer.from(whole), { ...TASK, content });
  if (made.kind === 'changed') return made.content.toString();
  return made.kind === 'impossible' ? `impossible: ${made.reason}` : 'already';
}

function undone(edit: Edit, now: string, content: string, before: string | null | 'unknown'): string | null {
  const bytes = before === null || before === 'unknown' ? before : Buffer.from(before);
  const taken = edit.undo(Buffer.from(now), { ...TASK, content }, { bytes, sha256: null });
  return taken.kind === 'stays' ? `stays: ${taken.reason}` : (taken.content?.toString() ?? null);
}

const merged = (whole: string, set: Record<string, unknown>) =>
  edited(frontmatter, whole, frontmatterContent(new Map(Object.entries(set))));
const inserted = (whole: string | null, ...all: Insertion[]) => edited(insert, whole, insertContent(all));
const tagged = (whole: string, ...tags: string[]) => edited(tag, whole, tagContent(tags));

describe('front matter', () => {
  it('gets keys changed in their place and new ones at its end; comments, order and quotes stay', () => {
    const note = "---\n# mine\ntitle: 'A: b'   # why\nsummary: old # from before\nnumber: 1\n---\n\nbody\n";
    const made = merged(note, { summary: 'new: words', tags: ['a', 'b c'], number: 2 });
    assert.equal(
      made,
      '---\n# mine\ntitle: \'A: b\'   # why\nsummary: "new: words" # from before\nnumber: 2\ntags: [a, b c]\n---\n\nbody\n',
    );
  });

  it('is made where there is none', () => {
    assert.equal(merged('body', { a: 'b' }), '---\na: b\n---\nbody');
    assert.equal(merged('\ufeffbody\r\n', { a: 'b' }), '\ufeff---\r\na: b\r\n---\r\nbody\r\n');
    assert.equal(merged('---\n---\nbody', { a: 'b' }), '---\na: b\n---\nbody');
  });

  it('ends at three dots, too, and a thematic break later is the body', () => {
    assert.equal(merged('---\na: 1\n...\nx\n\n---\ny', { a: 2 }), '---\na: 2\n...\nx\n\n---\ny');
  });

  it('keeps the style of a list and the comments of items that stay', () => {
    assert.equal(
      merged('---\ntags:\n  - x # first\nz: 1\n---\n', { tags: ['x', 'y'] }),
      '---\ntags:\n  - x # first\n  - y\nz: 1\n---\n',
    );
    assert.equal(merged('---\ntags:\n- x\n- y\n---\n', { tags: ['z'] }), '---\ntags:\n  - z\n---\n');
    assert.equal(merged('---\ntags: [x]\n---\n', { tags: ['x', 'y'] }), '---\ntags: [x, y]\n---\n');
  });

  it('keeps what a null says nothing about', () => {
    assert.equal(merged('---\na: 1\n---\n', { a: null, b: null }), 'already');
  });

  it('is not touched where the same values are there', () => {
    assert.equal(merged('---\na: "x"\nb: [ 1,2 ]\n---\n', { a: 'x', b: [1, 2] }), 'already');
  });

  it('that cannot be merged into says why, and where', () => {
    assert.match(merged('---\na: 1\nb: [\n---\n', { a: 2 }), /broken YAML in line 4/);
    assert.match(merged('---\njust words\n---\n', { a: 2 }), /no map of keys/);
    assert.match(merged('---\n{a: 1}\n---\n', { a: 2 }), /one map in braces/);
    assert.match(merged('---\na: &x 1\nb: *x\n---\n', { a: 2 }), /the key a .* without changing others/);
    assert.match(merged('\ufffd\0', { a: 2 }), /NUL byte/);
    assert.match(edited(frontmatter, null, '{"a":1}'), /not there any more/);
    const program = { mark: '', file: '/notes/a.py', content: '{"a":1}' };
    const made = frontmatter.apply(Buffer.from('print(1)\n'), program);
    assert.match(made.kind === 'impossible' ? made.reason : made.kind, /^it is no note/);
    assert.equal(frontmatter.apply(Buffer.from('---\n---\n'), program).kind, 'changed');
  });

  it('that a person has changed since stays, and says so; a body that was changed does not matter', () => {
    const before = 'body\n';
    const after = merged(before, { a: 1 });
    assert.equal(undone(frontmatter, `${after}more\n`, '{"a":1}', before), 'body\nmore\n');
    assert.match(
      String(undone(frontmatter, after.replace('1', '2'), '{"a":1}', before)),
      /front matter was changed/,
    );
    assert.match(String(undone(frontmatter, `${after}more\n`, '{"a":1}', 'unknown')), /removed by retention/);
  });
});

describe('an insert', () => {
  it('goes beneath its line, inside the list item or the quotation that the line is in', () => {
    assert.equal(
      inserted('- @ask a?\n- b\n', { beneath: '@ask a?', body: 'One.\n\nTwo.\n' }),
      '- @ask a?\n  <!-- consciousness abcdef#0.1 -->\n  One.\n\n  Two.\n- b\n',
    );
    assert.equal(
      inserted('> @ask a?\r\n> goes on\r\n', { beneath: '> @ask a?', body: 'One.' }),
      '> @ask a?\r\n> <!-- consciousness abcdef#0.1 -->\r\n> One.\r\n>\r\n> goes on\r\n',
    );
  });

  it('leaves a file that has no line end at its end without one', () => {
    const made = inserted('@ask a?', { beneath: '@ask a?', body: 'One.' });
    assert.equal(made, '@ask a?\n<!-- consciousness abcdef#0.1 -->\nOne.');
  });

  it('takes the next equal line where one is answered, and none where all are', () => {
    const twice = '@ask a?\n<!-- consciousness older#0.1 -->\nNo.\n\n@ask a?\n';
    assert.match(
      inserted(twice, { beneath: '@ask a?', body: 'Yes.' }),
      /@ask a\?\n<!-- consciousness abcdef#0.1 -->\nYes\.\n$/,
    );
    const once = '@ask a?\n<!-- consciousness older#0.1 -->\nNo.\n';
    assert.equal(inserted(once, { beneath: '@ask a?', body: 'Yes.' }), 'already');
  });

  it('that stands under a question by chance is no answer to it', () => {
    const note = '@ask a?\n<!-- consciousness older#0 -->\nappended\n';
    assert.match(
      inserted(note, { beneath: '@ask a?', body: 'Yes.' }),
      /^@ask a\?\n<!-- consciousness abcdef#0\.1 -->\nYes\.\n/,
    );
  });

  it('finds no lines or headings in code or front matter', () => {
    const note = '---\n# Log\n---\n```\n# Log\n@ask a?\n```\n~~~~\n~~~\n# Log\n~~~~\n';
    assert.match(
      inserted(note, { beneath: '@ask a?', body: 'x' }),
      /^impossible: the line "@ask a\?" is not there/,
    );
    assert.equal(
      inserted(note, { under: '# Log', body: 'x' }),
      `${note}\n# Log\n\n<!-- consciousness abcdef#0:1 -->\nx\n`,
    );
  });

  it('goes to the end of a section, before the next heading of its level', () => {
    const note = '# A\n\none\n\n## B\n\ntwo\n\nC\n-\n\n# D #\n';
    const mark = '<!-- consciousness abcdef#0:1 -->';
    assert.equal(inserted(note, { under: 'B', body: 'x' }), note.replace('two\n', `two\n${mark}\nx\n`));
    assert.equal(inserted(note, { under: '# A', body: 'x' }), note.replace('-\n\n', `-\n${mark}\nx\n\n`));
    assert.equal(inserted(note, { under: 'D', body: 'x' }), `${note}${mark}\nx\n`);
    assert.equal(inserted(note, { under: '## D', body: 'x' }), `${note}\n## D\n\n${mark}\nx\n`);
  });

  it('says which lines are gone, and inserts the rest', () => {
    const content = insertContent([
      { beneath: 'gone', body: 'x' },
      { beneath: 'here', body: 'y' },
    ]);
    const made = insert.apply(Buffer.from('here\n'), { ...TASK, content });
    assert.equal(made.kind === 'changed' ? made.note : '', 'the line "gone" is not there any more');
  });

  it('is taken back with the heading that was made for it, unless a person wrote beneath it', () => {
    const content = insertContent([{ under: 'Log', body: 'x' }]);
    const made = edited(insert, 'a\n', content);
    assert.equal(undone(insert, `b\n${made}`, content, 'a\n'), 'b\na\n');
    assert.equal(undone(insert, `${made}mine\n`, content, 'a\n'), 'a\n\n## Log\n\nmine\n');
    assert.equal(undone(insert, edited(insert, null, content), content, null), null);
  });

  it('that a person has changed since stays, and says so', () => {
    const content = insertContent([{ beneath: 'a', body: 'x' }]);
    const made = edited(insert, 'a\n', content);
    assert.match(
      String(undone(insert, made.replace('x', 'y'), content, 'a\n')),
      /^stays: the block beneath "a" was changed/,
    );
    assert.match(String(undone(insert, 'a\n', content, 'a\n')), /^stays: what was inserted is not there/);
    assert.equal(undone(insert, `b\n${made}`, content, 'unknown'), 'b\na\n');
  });

  it('of a model that writes marks has none but its own', () => {
    const made = inserted('a\nb\n', { beneath: 'a', body: 'x\n<!-- consciousness other#0.1 -->' });
    assert.match(made, /<!-- not consciousness other/);
  });
});

describe('collected tasks', () => {
  const list = (...all: string[]) => tasksContent({ under: '## [today.md](today.md)', tasks: all });

  it('are the open ones of a text, each once and in its words; those in code are none', () => {
    const text =
      '- [ ] One, \u00e9\n* [x] done\n  1. [ ] two\n> + [ ] three\n```\n- [ ] code\n```\n- [ ]  one, \u00c9 \n- [ ]\n';
    assert.deepEqual(openTasks(text), ['One, \u00e9', 'two', 'three']);
  });

  it('go under the name of where they are from, and only those that the list does not have', () => {
    const made = edited(tasks, '# Tasks\n\n- [x] Call  home\n', list('call home', 'buy milk', 'Buy milk'));
    assert.equal(made, '# Tasks\n\n- [x] Call  home\n\n## [today.md](today.md)\n\n- [ ] buy milk\n');
    assert.equal(edited(tasks, made, list('buy milk', 'more')), made.replace('milk\n', 'milk\n- [ ] more\n'));
    assert.equal(edited(tasks, made, list('buy milk')), 'already');
    assert.equal(edited(tasks, null, list()), 'already');
  });

  it('are taken back one by one; one that was ticked off since stays, and with it all', () => {
    const content = list('one', 'two');
    const made = edited(tasks, 'a\n', content);
    assert.equal(
      undone(tasks, made.replace('one\n', 'one\n- [ ] mine\n'), content, 'a\n'),
      'a\n\n## [today.md](today.md)\n\n- [ ] mine\n',
    );
    assert.match(
      String(undone(tasks, made.replace('[ ] two', '[x] two'), content, 'a\n')),
      /^stays: the task "two" was changed/,
    );
  });

  it('link to their file from where the list is', () => {
    assert.equal(sourceHeading('/n/Daily/a (b).md', '/n/Tasks.md'), '## [a (b).md](Daily/a%20%28b%29.md)');
    assert.equal(sourceHeading('/n/x[1].md', '/n/lists/Tasks.md'), '## [x\\[1\\].md](../x%5B1%5D.md)');
  });
});

describe('tags', () => {
  it('are added to those that are there, in the way they are written', () => {
    assert.equal(tagged('---\ntags: [a]\n---\n', '#A', 'b'), '---\ntags: [a, b]\n---\n');
    assert.equal(tagged('---\ntags:\n  - a # c\n---\n', 'b'), '---\ntags:\n  - a # c\n  - b\n---\n');
    assert.equal(tagged('---\ntags: a, b\n---\n', 'two words'), '---\ntags: a, b, two-words\n---\n');
    assert.equal(tagged('---\ntags: a b # c\n---\n', 'd'), '---\ntags: a b d # c\n---\n');
    assert.equal(tagged('---\ntags: "a"\n---\n', 'd'), '---\ntags: "a, d"\n---\n');
    assert.equal(tagged('body', 'd'), '---\ntags: [d]\n---\nbody');
  });

  it('that are all there change nothing', () => {
    assert.equal(tagged('---\ntags: a, two-words\n---\n', 'A', 'two words', ' '), 'already');
  });

  it('that are no list say so', () => {
    assert.match(
      tagged('---\ntags: {a: 1}\n---\n', 'b'),
      /^impossible: the tags .* neither a list nor a text/,
    );
  });
});
