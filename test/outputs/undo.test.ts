import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import type { LedgerEntry } from '../../src/contract/output.ts';
import { append } from '../../src/outputs/append.ts';
import type { UndoContext } from '../../src/outputs/output.ts';
import { write } from '../../src/outputs/write.ts';
import { applied } from '../support/applied.ts';
import { temporaryFolder } from '../support/store.ts';

const hash = await loadContentHash();

function undoContext(dieAfterRestored = false) {
  const rows: LedgerEntry[] = [];
  const context: UndoContext = {
    ...{ hash, disk: atOnce, syncFolder: async () => {} },
    async restored(entry) {
      rows.push(entry);
      if (dieAfterRestored) throw new Error('killed');
    },
  };
  return { rows, context };
}

function place(t: TestContext) {
  const folder = temporaryFolder(t);
  return { folder, target: join(folder, 'note.md') };
}

describe('taking back', () => {
  it('a new file removes it, and nothing else', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(join(folder, 'other.md'), 'mine');
    const job = await applied(write, target, 'hello');
    const { rows, context } = undoContext();
    assert.deepEqual(await write.undo(job, context), { undone: true });
    assert.deepEqual(readdirSync(folder), ['other.md']);
    assert.equal(rows[0]?.ino, 0, 'it is recorded first that nothing will be there');
  });

  it('a replaced file puts back the bytes that it held', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'old \u00e9\r\n');
    const job = await applied(write, target, 'new');
    assert.deepEqual(await write.undo(job, undoContext().context), { undone: true });
    assert.equal(readFileSync(target, 'utf8'), 'old \u00e9\r\n');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  for (const handler of [write, append]) {
    it(`what a person has changed since leaves it as it is, and says so (${handler.kind})`, async (t) => {
      const { folder, target } = place(t);
      const job = await applied(handler, target, 'hello');
      const edited = readFileSync(target, 'utf8').replace('hello', 'hello, edited');
      writeFileSync(target, edited);
      const { rows, context } = undoContext();
      const undone = await handler.undo(job, context);
      assert.match(undone.undone ? '' : undone.reason, /was changed since it was (written|appended)/);
      assert.equal(readFileSync(target, 'utf8'), edited);
      assert.deepEqual([readdirSync(folder), rows], [['note.md'], []]);
    });

    it(`what is gone says so (${handler.kind})`, async (t) => {
      const { target } = place(t);
      const job = await applied(handler, target, 'hello');
      writeFileSync(`${target}.moved`, '');
      atOnce.unlink(target);
      const undone = await handler.undo(job, undoContext().context);
      assert.match(undone.undone ? '' : undone.reason, /is not there any more/);
    });

    it(`is done once through a crash between the record and the file (${handler.kind})`, async (t) => {
      const { folder, target } = place(t);
      writeFileSync(target, 'old\n');
      const job = await applied(handler, target, 'new');
      const crashed = undoContext(true);
      await assert.rejects(handler.undo(job, crashed.context), /killed/);
      const again = { ...job, restored: crashed.rows[0] ?? null };
      assert.deepEqual(await handler.undo(again, undoContext().context), { undone: true });
      assert.equal(readFileSync(target, 'utf8'), 'old\n');
      assert.deepEqual(readdirSync(folder), ['note.md']);
    });

    it(`is done once through a crash after the file took its place (${handler.kind})`, async (t) => {
      const { target } = place(t);
      writeFileSync(target, 'old\n');
      const job = await applied(handler, target, 'new');
      const { rows, context } = undoContext();
      await handler.undo(job, context);
      const again = undoContext();
      assert.deepEqual(await handler.undo({ ...job, restored: rows[0] ?? null }, again.context), {
        undone: true,
      });
      assert.deepEqual(again.rows, [], 'nothing is written twice');
    });
  }

  it('says so where retention took what was there before', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'old');
    const job = await applied(write, target, 'new');
    const undone = await write.undo({ ...job, replaced: { kind: 'removed' } }, undoContext().context);
    assert.match(undone.undone ? '' : undone.reason, /removed by retention/);
    assert.equal(readFileSync(target, 'utf8'), 'new');
  });

  it('proposes nothing and overwrites nothing where a person saves in the very moment before', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'old');
    const job = await applied(write, target, 'new');
    const context: UndoContext = {
      ...undoContext().context,
      restored: async () => writeFileSync(target, 'saved just now'),
    };
    const undone = await write.undo(job, context);
    assert.match(undone.undone ? '' : undone.reason, /changed while it was being taken back/);
    assert.equal(readFileSync(target, 'utf8'), 'saved just now');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  it('an appended block leaves what was appended after it', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'one\n');
    const job = await applied(append, target, 'two');
    writeFileSync(target, `${readFileSync(target, 'utf8')}three\n`);
    assert.deepEqual(await append.undo(job, undoContext().context), { undone: true });
    assert.equal(readFileSync(target, 'utf8'), 'one\nthree\n');
  });

  it('gives back exactly what was there, whatever it was', async (t) => {
    const folder = temporaryFolder(t);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.uint8Array({ maxLength: 200 }), { nil: null }),
        fc.string({ minLength: 1 }),
        fc.constantFrom(write, append),
        async (before, body, handler) => {
          const target = join(folder, `${count++}.md`);
          if (before !== null) writeFileSync(target, before);
          const job = await applied(handler, target, body);
          assert.deepEqual(await handler.undo(job, undoContext().context), { undone: true });
          assert.deepEqual(existsSync(target) ? new Uint8Array(readFileSync(target)) : null, before);
        },
      ),
      { numRuns: 300 },
    );
  });
});
