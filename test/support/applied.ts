import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { sha256 } from '../../src/base/ids.ts';
import type { LedgerEntry, UndoJob } from '../../src/contract/output.ts';
import type { ApplyContext, OutputHandler } from '../../src/outputs/output.ts';

const hash = await loadContentHash();

/** Applies an output to `target`, and gives what is known of it afterwards. */
export async function applied(handler: OutputHandler, target: string, body: string): Promise<UndoJob> {
  const before = existsSync(target) ? readFileSync(target) : null;
  const former =
    before === null || handler.kind === 'append'
      ? []
      : [{ position: 0, wanted: target, target, sha256: sha256(before) }];
  const planned = await handler.plan(
    { thought: 'abcdef', position: 0, kind: handler.kind, wanted: target, body, former, gaps: [] },
    atOnce,
  );
  let ledger: LedgerEntry | null = null;
  let replaced: UndoJob['replaced'] = { kind: 'nothing' };
  const context: ApplyContext = {
    ...{ thought: 'abcdef', hash, gaps: [], disk: atOnce },
    makeFolder: async () => {},
    syncFolder: async () => {},
    propose: async () => {},
    async commit(_target, entry, bytes) {
      ledger = entry;
      if (bytes !== null) replaced = { kind: 'bytes', bytes: Buffer.from(bytes) };
    },
  };
  assert.equal((await handler.apply({ ...planned, ledger: null }, context)).state, 'applied');
  const { content, mode, kind, position } = planned;
  const about = { id: 'abcdef', attempt: 1, position, kind, mode, target: planned.target, content };
  return { ...about, before: planned.before, replaced, ledger, restored: null };
}
