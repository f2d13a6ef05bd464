import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { sha256 } from '../../src/base/ids.ts';
import type { FormerOutput, Gap, LedgerEntry } from '../../src/contract/output.ts';
import { append } from '../../src/outputs/append.ts';
import type { OutputHandler } from '../../src/outputs/output.ts';
import { write } from '../../src/outputs/write.ts';
import { temporaryFolder } from '../support/store.ts';

const hash = await loadContentHash();
const LOST: Gap[] = [{ from: Date.now() - 60_000, to: Date.now() + 60_000 }];
const LONG_AGO: Gap[] = [{ from: 1000, to: 2000 }];

/** Plans and applies at once, where the records of `gaps` are lost. */
async function put(
  handler: OutputHandler,
  wanted: string,
  body: string,
  gaps: Gap[],
  former: FormerOutput[] = [],
) {
  const rows: { target: string; entry: LedgerEntry }[] = [];
  const planned = await handler.plan(
    { thought: 'abcdef', position: 0, kind: handler.kind, wanted, body, former, gaps },
    atOnce,
  );
  if (planned.proposed) return { ...planned, state: 'proposed', rows };
  const applied = await handler.apply(
    { ...planned, ledger: null },
    {
      thought: 'abcdef',
      hash,
      gaps,
      disk: atOnce,
      makeFolder: async () => {},
      syncFolder: async () => {},
      propose: async () => {},
      async commit(target, entry) {
        rows.push({ target, entry });
      },
    },
  );
  return { ...applied, rows };
}

function note(t: TestContext, content: string): string {
  const target = join(temporaryFolder(t), 'note.md');
  writeFileSync(target, content);
  return target;
}

describe('a note that stands there already, after records were lost with a damaged database', () => {
  it('is known again where it has the very bytes, and not written beside it', async (t) => {
    const target = note(t, 'the same');
    const { state, rows, ...applied } = await put(write, target, 'the same', LOST);
    assert.deepEqual([state, applied.target], ['applied', target]);
    assert.equal(rows[0]?.entry.sha256, sha256('the same'), 'the ledger knows it again');
  });

  it('is left for a person where it has other bytes and is of that time', async (t) => {
    const target = note(t, 'said differently');
    const { state, reason } = await put(write, target, 'the answer', LOST);
    assert.equal(state, 'proposed');
    assert.match(reason, /records were lost/);
    assert.equal(readFileSync(target, 'utf8'), 'said differently');
  });

  it('is somebody else’s where it is of another time, or nothing was ever lost', async (t) => {
    for (const gaps of [LONG_AGO, []]) {
      const target = note(t, 'the same');
      const applied = await put(write, target, 'the same', gaps);
      assert.deepEqual([applied.state, applied.target], ['applied', target.replace('note', 'note-2')]);
    }
  });

  it('is known by its birth after a person has edited it', async (t) => {
    const target = note(t, 'edited');
    utimesSync(target, new Date(), new Date(Date.now() + 3_600_000));
    assert.equal((await put(write, target, 'the answer', LOST)).state, 'proposed');
  });

  it('is known where the answer was recorded and its target chosen before the loss', async (t) => {
    const folder = temporaryFolder(t);
    const target = join(folder, 'note.md');
    const draft = { thought: 'a', position: 0, kind: 'write' as const, wanted: target, former: [], gaps: [] };
    const planned = await write.plan({ ...draft, body: 'answer' }, atOnce);
    writeFileSync(target, 'answer');
    const context = {
      thought: 'a',
      hash,
      gaps: LOST,
      disk: atOnce,
      makeFolder: async () => {},
      syncFolder: async () => {},
      propose: async () => {},
      commit: async () => {},
    };
    const applied = await write.apply({ ...planned, ledger: null }, context);
    assert.deepEqual([applied.state, applied.target], ['applied', target]);
  });

  it('is not written again where the ledger knows only an older one of this rule', async (t) => {
    const target = note(t, 'newer');
    const former = [{ position: 0, wanted: target, target, sha256: sha256('older') }];
    const same = await put(write, target, 'newer', LOST, former);
    assert.deepEqual([same.state, same.rows.length], ['applied', 1]);
    assert.equal((await put(write, target, 'newest', LOST, former)).state, 'proposed');
  });
});

describe('a block that is marked already, after records were lost', () => {
  it('is there where it is the very block, and is left for a person where it is another', async (t) => {
    const target = note(t, 'before\n');
    await put(append, target, '- one', []);
    const text = readFileSync(target, 'utf8');
    assert.equal((await put(append, target, '- one', LOST)).state, 'applied');
    assert.equal((await put(append, target, '- another', LOST)).state, 'proposed');
    assert.equal(readFileSync(target, 'utf8'), text, 'nothing was appended');
  });
});
