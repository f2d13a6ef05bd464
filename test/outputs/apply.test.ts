import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { sha256 } from '../../src/base/ids.ts';
import type { FormerOutput, LedgerEntry, PendingOutput, PlannedOutput } from '../../src/contract/output.ts';
import { append } from '../../src/outputs/append.ts';
import { openFolder } from '../../src/outputs/folder.ts';
import { createFolderSync } from '../../src/outputs/folder-sync.ts';
import { rootOf } from '../../src/outputs/inside.ts';
import { type ApplyContext, type OutputHandler, temporaryBeside } from '../../src/outputs/output.ts';
import { createRealRoots } from '../../src/outputs/real-roots.ts';
import { write } from '../../src/outputs/write.ts';
import { temporaryFolder } from '../support/store.ts';

const hash = await loadContentHash();

/** A ledger in memory, and a place to die in: right after the ledger row, before the file takes its place. */
function ledgerOf(dieAfterCommit = false) {
  const rows: { target: string; entry: LedgerEntry; replaced: string | null }[] = [];
  const context: ApplyContext = {
    thought: 'abcdef',
    hash,
    gaps: [],
    disk: atOnce,
    makeFolder: async () => {},
    syncFolder: async () => {},
    propose: async () => {},
    async commit(target, entry, replaced) {
      rows.push({ target, entry, replaced: replaced === null ? null : Buffer.from(replaced).toString() });
      if (dieAfterCommit) throw new Error('killed');
    },
  };
  return { rows, context };
}

function pending(planned: PlannedOutput, ledger: LedgerEntry | null = null): PendingOutput {
  return { ...planned, ledger };
}

function planned(handler: OutputHandler, wanted: string, body: string, former: FormerOutput[] = []) {
  const draft = { thought: 'abcdef', position: 0, kind: handler.kind, wanted, body, former, gaps: [] };
  return handler.plan(draft, atOnce);
}

function former(target: string, content: string): FormerOutput[] {
  return [{ position: 0, wanted: target, target, sha256: sha256(content) }];
}

function opening(path: string, root: string) {
  const roots = createRealRoots(() => []);
  return openFolder({ disk: atOnce, path, root, roots, sync: createFolderSync() });
}

function leftovers(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.tmp'));
}

function place(t: TestContext) {
  const folder = temporaryFolder(t);
  return { folder, target: join(folder, 'note.md') };
}

describe('write', () => {
  it('puts a new file in its place, with the ledger row first and no leftovers', async (t) => {
    const { folder } = place(t);
    const target = join(folder, 'deep', 'er', 'note.md');
    const { rows, context } = ledgerOf();
    const opened = await opening(dirname(target), folder);
    const apply = { ...context, disk: opened.disk, makeFolder: opened.make, syncFolder: opened.sync };
    const applied = await write.apply(pending(await planned(write, target, 'hello')), apply);
    await opened.close();
    assert.deepEqual(applied, { state: 'applied', target, reason: '' });
    assert.equal(readFileSync(target, 'utf8'), 'hello');
    const stat = statSync(target);
    assert.deepEqual(rows, [
      {
        target,
        replaced: null,
        entry: {
          ino: stat.ino,
          size: 5,
          mtime: stat.mtimeMs,
          hash: hash(Buffer.from('hello')),
          sha256: sha256('hello'),
        },
      },
    ]);
    assert.deepEqual(leftovers(join(folder, 'deep', 'er')), []);
  });

  it('replaces what this rule wrote for this subject, and keeps the bytes it replaced', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'old', { mode: 0o640 });
    const plan = await planned(write, target, 'new', former(target, 'old'));
    assert.equal(plan.mode, 'replace');
    const { rows, context } = ledgerOf();
    await write.apply(pending(plan), context);
    assert.equal(readFileSync(target, 'utf8'), 'new');
    assert.equal(rows[0]?.replaced, 'old');
    assert.equal(statSync(target).mode & 0o777, 0o640);
  });

  it('has a proposal recorded while its temporary file still tells that nothing was placed', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'first');
    const plan = await planned(write, target, 'new', former(target, 'first'));
    const left: string[][] = [];
    const context: ApplyContext = {
      ...ledgerOf().context,
      commit: async () => writeFileSync(target, 'edited'),
      propose: async () => void left.push(leftovers(folder)),
    };
    assert.equal((await write.apply(pending(plan), context)).state, 'proposed');
    assert.deepEqual([left.map((names) => names.length), leftovers(folder)], [[1], []]);
  });

  it('proposes instead of overwriting what a person has edited, before the plan or after it', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'edited');
    assert.equal((await planned(write, target, 'new', former(target, 'old'))).proposed, true);
    const plan = await planned(write, target, 'new', former(target, 'edited'));
    writeFileSync(target, 'edited again');
    const { rows, context } = ledgerOf();
    assert.equal((await write.apply(pending(plan), context)).state, 'proposed');
    assert.equal(readFileSync(target, 'utf8'), 'edited again');
    assert.deepEqual(rows, []);
  });

  it('proposes also where a person saves in the very moment before the rename, and leaves no temporary file', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'old');
    const plan = await planned(write, target, 'new', former(target, 'old'));
    const context: ApplyContext = {
      ...ledgerOf().context,
      commit: async () => writeFileSync(target, 'edited'),
    };
    assert.equal((await write.apply(pending(plan), context)).state, 'proposed');
    assert.equal(readFileSync(target, 'utf8'), 'edited');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  it('never touches another file of that name: the next free name is taken', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'mine');
    const plan = await planned(write, target, 'note');
    assert.equal(plan.target, join(folder, 'note-2.md'));
    writeFileSync(plan.target, 'also mine');
    const { rows, context } = ledgerOf();
    const applied = await write.apply(pending(plan), context);
    assert.equal(applied.target, join(folder, 'note-3.md'));
    assert.equal(rows.at(-1)?.target, applied.target);
    assert.equal(readFileSync(target, 'utf8'), 'mine');
    assert.equal(readFileSync(plan.target, 'utf8'), 'also mine');
  });

  it('is applied once through a crash before the file took its place', async (t) => {
    const { folder, target } = place(t);
    const plan = await planned(write, target, 'hello');
    const crashed = ledgerOf(true);
    await assert.rejects(write.apply(pending(plan), crashed.context), /killed/);
    assert.equal(existsSync(target), false);
    const again = ledgerOf();
    await write.apply(pending(plan, crashed.rows[0]?.entry ?? null), again.context);
    assert.equal(readFileSync(target, 'utf8'), 'hello');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  it('is applied once through a crash after the file took its place', async (t) => {
    const { folder, target } = place(t);
    const plan = await planned(write, target, 'hello');
    const { rows, context } = ledgerOf();
    await write.apply(pending(plan), context);
    linkSync(target, temporaryBeside(target, 'abcdef', 0));
    const again = ledgerOf();
    assert.equal((await write.apply(pending(plan, rows[0]?.entry ?? null), again.context)).state, 'applied');
    assert.deepEqual(again.rows, [], 'nothing was written again');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  it('is not applied again where a person replaced the file before the restart', async (t) => {
    const { folder, target } = place(t);
    const plan = await planned(write, target, 'hello');
    const { rows, context } = ledgerOf();
    await write.apply(pending(plan), context);
    writeFileSync(`${target}.new`, 'by a person');
    const { renameSync } = await import('node:fs');
    renameSync(`${target}.new`, target);
    await write.apply(pending(plan, rows[0]?.entry ?? null), ledgerOf().context);
    assert.equal(readFileSync(target, 'utf8'), 'by a person');
    assert.deepEqual(readdirSync(folder), ['note.md']);
  });

  it('is applied again where a power cut took both names', async (t) => {
    const { target } = place(t);
    const plan = await planned(write, target, 'hello');
    const entry = { ino: 1, size: 5, mtime: 1, hash: '', sha256: sha256('hello') };
    await write.apply(pending(plan, entry), ledgerOf().context);
    assert.equal(readFileSync(target, 'utf8'), 'hello');
  });

  it('never empties another file through a temporary name that somebody gave it', async (t) => {
    const { folder, target } = place(t);
    const precious = join(folder, 'precious.md');
    writeFileSync(precious, 'precious');
    linkSync(precious, temporaryBeside(target, 'abcdef', 0));
    const plan = await planned(write, target, 'hello');
    await assert.rejects(write.apply(pending(plan), ledgerOf().context), {
      code: 'output-held',
      retryable: true,
    });
    assert.equal(readFileSync(precious, 'utf8'), 'precious');
  });

  it('refuses a target that is a link or a folder', async (t) => {
    const { folder, target } = place(t);
    symlinkSync('/etc/hostname', target);
    await assert.rejects(planned(write, target, 'x', former(target, 'old')), { code: 'output-target' });
    mkdirSync(join(folder, 'dir'));
    await assert.rejects(planned(write, join(folder, 'dir'), 'x', former(join(folder, 'dir'), 'old')), {
      code: 'output-target',
    });
  });
});

describe('append', () => {
  it('makes the name durable also of a block that a try before a crash put there', async (t) => {
    const { target } = place(t);
    const plan = await planned(append, target, '- item');
    await append.apply(pending(plan), ledgerOf().context);
    let synced = 0;
    const counting = {
      ...ledgerOf().context,
      syncFolder: async () => {
        synced += 1;
      },
    };
    await append.apply(pending(plan), counting);
    assert.equal(synced, 1);
  });

  it('adds its block once, whatever is asked again', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'first line, no newline', { mode: 0o600 });
    const plan = await planned(append, target, '- item');
    for (let n = 0; n < 3; n += 1) await append.apply(pending(plan), ledgerOf().context);
    assert.equal(
      readFileSync(target, 'utf8'),
      'first line, no newline\n<!-- consciousness abcdef#0 -->\n- item\n',
    );
    assert.equal(statSync(target).mode & 0o777, 0o600);
  });

  it('leaves the file old or new, never half, when it dies in between', async (t) => {
    const { folder, target } = place(t);
    writeFileSync(target, 'old\n');
    const plan = await planned(append, target, '- item');
    await assert.rejects(append.apply(pending(plan), ledgerOf(true).context), /killed/);
    assert.equal(readFileSync(target, 'utf8'), 'old\n');
    await append.apply(pending(plan), ledgerOf().context);
    assert.match(readFileSync(target, 'utf8'), /^old\n<!-- .* -->\n- item\n$/);
    assert.deepEqual(leftovers(folder), []);
  });

  it('keeps what another program added while it was at work', async (t) => {
    const { target } = place(t);
    writeFileSync(target, 'one\n');
    const plan = await planned(append, target, '- item');
    const { context } = ledgerOf();
    let races = 0;
    const racing: ApplyContext = {
      ...context,
      async commit() {
        if (races++ === 0) writeFileSync(target, 'one\ntwo\n');
      },
    };
    await append.apply(pending(plan), racing);
    assert.match(readFileSync(target, 'utf8'), /^one\ntwo\n<!-- .* -->\n- item\n$/);
  });

  it('becomes a hold where another program never stops writing', async (t) => {
    const { target } = place(t);
    writeFileSync(target, '0');
    const plan = await planned(append, target, '- item');
    let race = 0;
    const racing: ApplyContext = {
      ...ledgerOf().context,
      commit: async () => writeFileSync(target, `${race++} again`),
    };
    await assert.rejects(append.apply(pending(plan), racing), { code: 'output-held', retryable: true });
  });
});

describe('output roots', () => {
  it('hold every path that is beneath one of them, and refuse the others', () => {
    assert.equal(rootOf('/notes/a/b.md', ['/filed', '/notes']), '/notes');
    for (const path of ['/notes', '/notesy/a.md', '/notes/../etc/passwd', '/etc/passwd']) {
      assert.throws(() => rootOf(path, ['/notes']), { code: 'output-escapes' });
    }
  });

  it('refuse a folder that a link takes out of them', async (t) => {
    const { folder } = place(t);
    const root = join(folder, 'notes');
    mkdirSync(join(root, 'real'), { recursive: true });
    symlinkSync('/etc', join(root, 'out'));
    symlinkSync(join(root, 'real'), join(root, 'within'));
    for (const path of [
      ['within', 'new'],
      ['not', 'yet', 'there'],
    ])
      await (await opening(join(root, ...path), root)).close();
    for (const path of [['out'], ['out', 'new']])
      await assert.rejects(opening(join(root, ...path), root), { code: 'output-escapes' });
  });

  it('are a hold while they are not there', async (t) => {
    const { folder } = place(t);
    const gone = join(folder, 'gone');
    await assert.rejects(opening(gone, gone), { code: 'output-held', retryable: true });
  });
});
