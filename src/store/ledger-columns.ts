import type { LedgerEntry } from '../contract/output.ts';

/** How a file looks, as five columns; null where any of them is. */
export type LedgerColumns = readonly [
  ino: number | null,
  size: number | null,
  mtime: number | null,
  hash: string | null,
  sha256: string | null,
];

export function ledgerOf([ino, size, mtime, hash, sha256]: LedgerColumns): LedgerEntry | null {
  if (ino === null || size === null || mtime === null || hash === null || sha256 === null) return null;
  return { ino, size, mtime, hash, sha256 };
}
