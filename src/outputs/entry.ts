import type { ContentHash } from '../base/content-hash.ts';
import { sha256 } from '../base/ids.ts';
import type { LedgerEntry } from '../contract/output.ts';

/** How a finished file looks, for knowing it again. */
export function entryOf(
  stat: { ino: number; size: number; mtimeMs: number },
  content: Uint8Array,
  { hash }: { hash: ContentHash },
): LedgerEntry {
  return {
    ino: stat.ino,
    size: stat.size,
    mtime: stat.mtimeMs,
    hash: hash(content),
    sha256: sha256(content),
  };
}
