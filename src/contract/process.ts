/** What is known of one process. Texts are printable; values that look like secrets are masked in `command`. */
export interface ProcessFacts {
  /** Process number and start time as one text: never the same for two processes, whatever was reused. */
  identity: string;
  pid: number;
  /** 0 where there is none. */
  parent: number;
  /** Base name of its executable, or what the system calls it where that cannot be read. */
  name: string;
  /** Every name it goes by: also the one it gave itself (Linux cuts that at 15 characters), and its first argument's. */
  names: readonly string[];
  /** Its command line, arguments joined by spaces; empty for threads of the kernel. At most 4096 characters. */
  command: string;
  /** Epoch milliseconds. */
  started: number;
  /** Percent of one core since the last snapshot, or over its life where there was none. */
  cpu: number;
  /** Resident memory in MB of 10^6 bytes; pages that it shares with others count in each. */
  memoryMb: number;
  status: ProcessStatus;
  /** Null where the system does not tell. */
  threads: number | null;
}

/** `waiting`: for a disk or the like, and cannot be interrupted. `zombie`: has ended, and its parent did not ask how. */
export const PROCESS_STATES = [
  'running',
  'sleeping',
  'waiting',
  'stopped',
  'zombie',
  'idle',
  'dead',
  'unknown',
] as const;
export type ProcessStatus = (typeof PROCESS_STATES)[number];

/** What rules on processes can put conditions on: of all that match, with their children, together. */
export const PROCESS_METRICS = [
  { name: 'count', unit: '', means: 'how many match; their children are not counted' },
  { name: 'cpu', unit: '%', means: 'of one core, over 5 s' },
  { name: 'memory_mb', unit: 'MB', means: 'resident memory; what they share counts in each' },
  { name: 'threads', unit: '', means: 'threads (Linux)' },
  { name: 'children', unit: '', means: 'processes beneath them, at any depth' },
  { name: 'connections', unit: '', means: 'open internet sockets, listening ones too' },
] as const;
export type ProcessMetric = (typeof PROCESS_METRICS)[number]['name'];
