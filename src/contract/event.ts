/** Every sense; `daemon` is the daemon perceiving itself. */
export const SENSES = ['files', 'requests', 'processes', 'vitals', 'logs', 'schedule', 'daemon'] as const;
export type SenseName = (typeof SENSES)[number];

/** What happened to a file, as a rule may ask for it. */
export const FILE_CHANGES = ['added', 'modified', 'deleted', 'moved'] as const;
export type FileChange = (typeof FILE_CHANGES)[number];

/** Identity and state of a file as `lstat` told it. Times are milliseconds since the epoch with fractions. */
export interface FileStat {
  dev: number;
  ino: number;
  birth: number;
  size: number;
  mtime: number;
  ctime: number;
}

/**
 * One difference between a root's index and the disk. `existing` (first met during the baseline) and
 * `unchanged` (same content, new stat or newly hashed) change the index only; the others are events.
 * `path` and `from` are path text (see base/path-text) relative to the root.
 */
export interface FileObservation {
  path: string;
  change: FileChange | 'existing' | 'unchanged';
  /** Where it was before; with `moved` only. */
  from?: string;
  /** Null with `deleted`. */
  stat: FileStat | null;
  /** xxh64 of the content as 16 hex digits; null when deleted or not hashed yet. */
  hash: string | null;
  /** A NUL byte in its first 8 KiB. */
  binary: boolean;
  /** Still being written when `debounce_seconds` ran out. */
  growing: boolean;
  /** Wall clock, epoch milliseconds. */
  observedAt: number;
}

/** Differences found beneath one root, to be journaled together. */
export interface FilesBatch {
  /** Path of the root. */
  root: string;
  observations: FileObservation[];
  /** True with the last batch of a root's first-ever scan. */
  baselined: boolean;
  /** Set where the root was not known by this folder before. */
  met?: MetFolder;
}

/** What a folder is, besides its path. */
export interface FolderIdentity {
  dev: number;
  ino: number;
  birth: number;
}

/** The folder that a root is from a batch on. */
export interface MetFolder {
  identity: FolderIdentity;
  /** It holds other files than the folder before, whose rows are set aside: they are not deleted. */
  aside: boolean;
}

/** A root's index as columns, so that 100,000 rows cross a thread boundary by transfer. */
export interface IndexColumns {
  /** Relative path texts joined by `\0`; empty string for no rows. */
  paths: string;
  /** Six numbers a row: dev, ino, birth, size, mtime, ctime. */
  stats: Float64Array;
  /** xxh64 a row; 0n = not hashed yet. */
  hashes: BigUint64Array;
  /** Whether the first scan of this root was completed once. */
  baselined: boolean;
  /** Epoch ms when it was first met; null or absent where that is not known. */
  since?: number | null;
  /** The folder it was; null or absent where that is not known. */
  identity?: FolderIdentity | null;
}
