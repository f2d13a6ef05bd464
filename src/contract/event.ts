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

/** What a template sees as `event` and the API returns as an event's `data`. */
export interface EventData {
  /** What happened, of senses other than files and requests: `process.exited`, `log.lines`, `schedule.due`, … */
  kind?: string;
  /** Absolute path text; files and logs only. */
  path?: string;
  root?: string;
  name?: string;
  change?: FileChange;
  from?: string;
  revision?: number;
  hash?: string | null;
  size?: number;
  /** Modification time, ISO 8601 in UTC. */
  modified?: string;
  binary?: boolean;
  growing?: boolean;
  /** It was there before the rule met its root, and is told to that rule as added. */
  existing?: boolean;
  /** A request's text. */
  text?: string;
  /** `thought.done`: the thought and its rule. */
  thought?: string;
  rule?: string;
  /** Lines of a log that it is about. */
  lines?: number;
  process?: ProcessData;
  condition?: ConditionData;
  /** When a schedule was due, ISO 8601 in UTC, and how many slots before it were missed. */
  slot?: string;
  missed?: number;
  /** What is to be gathered for a schedule: what has changed within a time (ISO 8601). */
  gather?: { files: string[]; rules: string[]; since: string; until: string };
  /** The provider that an event of the daemon is about, and why it happened. */
  provider?: string;
  reason?: string;
}

/** A process as templates see it. */
export interface ProcessData {
  pid: number;
  name: string;
  command: string;
  /** ISO 8601, UTC. */
  started: string;
  /** Percent of one core. */
  cpu: number;
  memory_mb: number;
  status: string;
  /** Null where the system does not tell. */
  threads: number | null;
  /** Beneath it, at any depth. */
  children: number;
  /** Of the internet, open; null where they cannot be seen, as after its end. */
  connections: number | null;
  /** How it ended, where that is known; empty otherwise. */
  exit: string;
}

/** A condition that has come true, as templates see it. */
export interface ConditionData {
  metric: string;
  /** Which disk, interface or process; empty where there is one. */
  of: string;
  value: number;
  /** The value when it began; null where that is not known. */
  before: number | null;
  limit: number;
  /** ISO 8601, UTC. */
  since: string;
}
