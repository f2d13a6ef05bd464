import type { SenseName } from './event.ts';
import type { ProviderHealth } from './provider.ts';
import type { OutputState, ThoughtState } from './thought.ts';
import type { OutputView, ThoughtRow, ThoughtView } from './thought-view.ts';

/** Shapes of the HTTP API, which are also the `--json` shapes of the CLI. Times are ISO 8601 UTC unless named `…Ms`. */

/** `run`: how many thoughts were queued. */
export interface RunView {
  queued: number;
  notQueued: number;
  /** One a file; of very many only the first thousand. */
  results: RunResult[];
}

/** What became of one file. */
export interface RunResult {
  /** Absolute path text. */
  path: string;
  queued: boolean;
  /** The thought about it, queued now or before; null where there is none. */
  thought: string | null;
  /** Why it was not queued; empty otherwise. */
  reason: string;
}

/** `embed`: vectors of texts. */
export interface EmbedView {
  model: string;
  /** One a text, in their order. */
  vectors: number[][];
}

/** `undo --dry-run`: an output that was applied and still stands. */
export interface UndoableView {
  thought: string;
  position: number;
  kind: string;
  target: string;
  /** The file that was moved there; absent for other kinds. */
  source?: string;
  /** When it was applied. */
  at: string;
}

/** `undo`: what became of one output. */
export interface UndoResult {
  thought: string;
  position: number;
  kind: string;
  target: string;
  undone: boolean;
  /** Why it stays; empty where it was taken back. */
  reason: string;
  /** It is proposed and waits for a decision: there is nothing to take back. */
  waits?: true;
}

/** `status`. */
export interface StatusView {
  version: string;
  pid: number;
  instance: string;
  home: { config: string; rules: string; state: string };
  startedAt: string;
  /** False until every root was scanned once since the start. */
  ready: boolean;
  stopping: boolean;
  senses: SenseHealth[];
  rules: {
    name: string;
    version: string;
    /** What wakes it, for people. */
    wokenBy: string;
    paths: string[];
    models: string[];
    problem: string | null;
  }[];
  /** Where outputs may write. */
  outputRoots: string[];
  problems: string[];
  queue: Record<ThoughtState, number>;
  /** Outputs that wait for a person, and since when the oldest does. */
  proposals: { waiting: number; oldest: string | null };
  holds: HoldView[];
  providers: ({
    name: string;
    slots: number;
    busy: number;
    /** Of its budget of today; null where it has none, or nothing was used. */
    spent: { tokens: number; money: number; calls: number } | null;
  } & ProviderHealth)[];
  oldestRunningMs: number | null;
  storage: StorageView;
  lastError: { at: string; message: string } | null;
  eventLoopDelayMs: { p50: number; p99: number; max: number };
  memoryMb: number;
}

/** `rules`: one rule and what came of it. */
export interface RuleView {
  name: string;
  /** Empty where no version of it is in force. */
  version: string;
  /** `refused`: its file is broken; a version that was good before stays in force. */
  state: 'in-force' | 'refused' | 'paused';
  file: string;
  /** What wakes it, for people; empty where no version of it is in force. */
  wokenBy: string;
  /** Its globs, or its log; empty where something else wakes it. */
  paths: string[];
  /** The next three times of a rule on a schedule (ISO 8601); empty where there are none. */
  next: string[];
  models: string[];
  /** Why nothing of it is thought just now: paused, or its provider is away; null where nothing stands in the way. */
  held: string | null;
  /** What is wrong with its file; null where nothing is. */
  problem: string | null;
  /** Thoughts of all its versions. */
  thoughts: Record<ThoughtState, number>;
  /** The one that was queued last. */
  last: ThoughtRow | null;
  /** The one that was done or given up last; the title of its answer is empty where it was given up. */
  lastResult: (ThoughtRow & { title: string }) | null;
}

/** The database and what protects it. */
export interface StorageView {
  /** Its path. */
  database: string;
  databaseBytes: number;
  /** Of its write-ahead journal. */
  journalBytes: number;
  /** When all its pages were last found well. */
  checkedAt: string | null;
  backups: {
    folder: string;
    count: number;
    bytes: number;
    newest: string | null;
    /** Why the last one was not made. */
    problem: string | null;
  };
  /** Damaged databases that are kept. */
  quarantined: number;
  /** The last time that it was lost; `from` is the backup that took its place, null where it was begun anew. */
  lost: { at: string; from: string | null; reason: string; quarantine: string } | null;
  retention: {
    /** Rows and texts that are old enough to go and are still there, as of the last pass; null before it. */
    waiting: number | null;
    /** Gone since the start. */
    removed: number;
    lastPass: string | null;
  };
}

export interface SenseHealth {
  name: SenseName;
  state: 'starting' | 'ok' | 'polling' | 'degraded' | 'offline';
  detail: string;
  roots: RootHealth[];
}

export interface RootHealth {
  path: string;
  state: 'scanning' | 'watching' | 'polling' | 'offline';
  /** Why it is not simply watching; empty otherwise. */
  detail: string;
  files: number;
  directories: number;
  watches: number;
  /** Perceived and not yet journaled. */
  pending: number;
}

/** Why ready thoughts of a provider or rule are not being claimed now. */
export interface HoldView {
  what: 'provider' | 'rule' | 'root' | 'output' | 'store' | 'all';
  name: string;
  reason: string;
  since: string;
  /** When it ends by itself, where that is known. */
  until?: string;
  thoughts: number;
}

/** What a person has paused, after `pause` or `resume`: everything, and rules by name. */
export interface PauseView {
  all: boolean;
  rules: string[];
}

/** `explain FILE`. Each question answered, in the order in which the daemon would ask it. */
export interface Explanation {
  path: string;
  root: string | null;
  /** What stands in the way of seeing it, or null: outside every root, ignored by a pattern, a symlink, … */
  ignored: { by: string; pattern: string } | null;
  onDisk: boolean;
  /** The index row; null if never seen. */
  seen: { revision: number; hash: string | null; size: number; modified: string; existing: boolean } | null;
  events: { seq: number; at: string; change: string; revision: number }[];
  rules: { rule: string; matched: boolean; why: string }[];
  thoughts: (ThoughtRow & { settleUntil: string | null; held: string | null; outputs: OutputView[] })[];
  /** Set where this file was written by the daemon: which thought wrote it. */
  writtenBy: { thought: string; rule: string; at: string } | null;
  /** One sentence: where things stand. */
  summary: string;
}

/** Live facts: `GET /v1/events` (SSE), `tail`. */
export type LiveEvent =
  | { type: 'perceived'; at: string; seq: number; path: string; change: string; rules: string[] }
  | { type: 'happened'; at: string; seq: number; subject: string; kind: string; rules: string[] }
  | {
      type: 'state';
      at: string;
      thought: string;
      rule: string;
      subject: string;
      state: ThoughtState;
      reason: string;
    }
  | { type: 'sent'; at: string; thought: string; rule: string; provider: string; model: string }
  | { type: 'token'; thought: string; text: string; reasoning: boolean }
  | {
      type: 'output';
      at: string;
      thought: string;
      kind: string;
      target: string;
      state: OutputState;
      reason: string;
    }
  | { type: 'hold'; at: string; what: HoldView['what']; name: string; held: boolean; reason: string }
  | { type: 'root'; at: string; path: string; state: RootHealth['state']; detail: string }
  | { type: 'reloaded'; at: string; rules: number; problems: string[] }
  | { type: 'problem'; at: string; message: string };

/**
 * One thought until it is processed: `GET /v1/thoughts/:id/stream` (SSE). First `thought` (how it stands now, and
 * what the running attempt has said so far), then what happens to it, last `end`. `held` says why it is not being
 * claimed; an empty reason says that it is not held any more.
 */
export type StreamEvent =
  | { type: 'thought'; thought: ThoughtRow; text: string }
  | { type: 'held'; thought: string; reason: string }
  | { type: 'end'; thought: ThoughtView }
  | Extract<LiveEvent, { type: 'state' | 'sent' | 'token' | 'output' }>;

/** In `GET /v1/events` only: this reader was too slow, and so many events were not kept for it. */
export interface DroppedEvents {
  type: 'dropped';
  count: number;
}

/** RFC 9457 problem details with our code. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  value?: unknown;
  allowed?: string;
  next?: string;
}

/** `vitals`: what was measured in a time, gathered into equal spans. */
export interface VitalsView {
  /** ISO 8601, UTC. */
  from: string;
  to: string;
  /** In the order of their keys. */
  series: VitalsSeries[];
}

export interface VitalsSeries {
  /** A metric and what it is of: `disk.percent /home`. */
  key: string;
  /** The last value. */
  now: number;
  least: number;
  average: number;
  most: number;
  /** The average of each span, the oldest first; null where nothing was measured. */
  values: (number | null)[];
}
