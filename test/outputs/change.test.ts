import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { AppliedOutput } from '../../src/contract/output.ts';
import { append } from '../../src/outputs/append.ts';
import { changeOf } from '../../src/outputs/change.ts';
import { tagContent } from '../../src/outputs/edits/tag.ts';
import { tag } from '../../src/outputs/tag.ts';
import { write } from '../../src/outputs/write.ts';
import { applied } from '../support/applied.ts';
import { temporaryFolder } from '../support/store.ts';

function noteOf(t: TestContext, text?: string | Buffer): string {
  const note = join(temporaryFolder(t), 'note.md');
  if (text !== undefined) writeFileSync(note, text);
  return note;
}

describe('what an applied output has made of its file', () => {
  it('is the whole of a new one, where nothing was', async (t) => {
    const change = changeOf(await applied(write, noteOf(t), 'hello\n'));
    assert.deepEqual(change, { before: null, after: 'hello\n', note: '' });
    const begun = changeOf(await applied(append, noteOf(t), 'first'));
    assert.equal(begun.before, null);
    assert.match(begun.after ?? '', /^<!-- consciousness abcdef#0 -->\nfirst\n$/);
  });

  it('is both texts, of what was replaced and of what was edited', async (t) => {
    const replaced = changeOf(await applied(write, noteOf(t, 'old\n'), 'new\n'));
    assert.deepEqual(replaced, { before: 'old\n', after: 'new\n', note: '' });
    const before = '---\ntags: [bill]\n---\nGas\n';
    const tagged = changeOf(await applied(tag, noteOf(t, before), tagContent(['urgent'])));
    assert.equal(tagged.before, before);
    assert.match(tagged.after ?? '', /bill.*urgent.*Gas\n$/s);
  });

  it('is never told as a new file where what was there is not kept, was removed, or is no text', async (t) => {
    const job = await applied(write, noteOf(t, 'old\n'), 'new\n');
    const tagged = await applied(tag, noteOf(t, 'Gas\n'), tagContent(['urgent']));
    const untold: [note: RegExp, output: AppliedOutput][] = [
      [/only what was appended is kept/, await applied(append, noteOf(t, 'mine\n'), 'more')],
      [/there before was removed by retention/, { ...job, replaced: { kind: 'removed' } }],
      [/there before was removed by retention/, { ...tagged, replaced: { kind: 'removed' } }],
      [/what was written was removed/, { ...job, content: null }],
      [/is no text/, await applied(write, noteOf(t, Buffer.of(0xff, 0xfe, 0)), 'new\n')],
      [/too large/, await applied(write, noteOf(t, 'x'.repeat(1_100_000)), 'new\n')],
      [/it was there already/, { ...job, ledger: null }],
    ];
    for (const [note, output] of untold) {
      const change = changeOf(output);
      assert.deepEqual([change.before, change.after], [null, null], String(note));
      assert.match(change.note, note);
    }
  });

  it('is told of an edit only as the ledger knows it', async (t) => {
    const job = await applied(tag, noteOf(t, 'Gas\n'), tagContent(['urgent']));
    const { after, note } = changeOf({ ...job, replaced: { kind: 'bytes', bytes: Buffer.from('Oil\n') } });
    assert.equal(after, null);
    assert.match(note, /not kept/);
  });

  it('is nothing where it was not applied, moved a file, or was sent', async (t) => {
    const nothing = { before: null, after: null, note: '' };
    const job = await applied(write, noteOf(t), 'hello\n');
    assert.deepEqual(changeOf(null), nothing);
    assert.deepEqual(changeOf({ ...job, kind: 'move', mode: 'move' }), nothing);
    assert.deepEqual(changeOf({ ...job, kind: 'webhook', mode: 'send' }), nothing);
  });
});
