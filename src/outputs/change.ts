import { isUtf8 } from 'node:buffer';
import { sha256 } from '../base/ids.ts';
import type { FileChange } from '../contract/file-change.ts';
import type { AppliedOutput } from '../contract/output.ts';
import { onDisk } from './kinds.ts';

/** Larger files are not shown whole. */
const MOST_BYTES = 1024 * 1024;

/**
 * What an applied output has made of its file, from what is kept for an undo. Edits are carried out once more on the
 * bytes that they replaced; what does not come out as the ledger says is not told. Null = nothing was applied.
 */
export function changeOf(output: AppliedOutput | null): FileChange {
  if (output === null || output.mode === 'move') return untold('');
  const { id, kind, mode, content, replaced, ledger } = output;
  const handler = onDisk(kind);
  if (handler === null) return untold('');
  if (ledger === null) return untold('nothing was changed: it was there already');
  if (content === null) return untold('what was written was removed by retention');
  if (replaced.kind === 'removed') return untold('what was there before was removed by retention');
  const before = replaced.kind === 'bytes' ? replaced.bytes : null;
  if (Math.max(before?.byteLength ?? 0, ledger.size) > MOST_BYTES)
    return untold('the file is too large to be shown');
  const after = handler.after?.(before, { ...output, content }, id).bytes ?? Buffer.from(content);
  if (sha256(after) !== ledger.sha256)
    return untold(
      mode === 'append'
        ? 'only what was appended is kept, not the rest of the file'
        : 'what was there before is not kept',
    );
  if (before !== null && !isUtf8(before)) return untold('what was there before is no text');
  return { before: before === null ? null : textOf(before), after: textOf(after), note: '' };
}

function untold(note: string): FileChange {
  return { before: null, after: null, note };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
