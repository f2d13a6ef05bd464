import type { Explanation, LiveEvent, StatusView, ThoughtRow, ThoughtView } from '../contract/api.ts';
import type { ThoughtState } from '../contract/thought.ts';

/** What every surface may ask of a running daemon. `main` implements it; the HTTP app is its only caller. */
export interface Daemon {
  status(): Promise<StatusView>;
  thoughts(query: ThoughtQuery): Promise<ThoughtRow[]>;
  /**
   * By id or unique prefix of at least 4 digits; of a ready thought that is held, `reason` says why it is at this
   * moment. Throws `thought-unknown`, `thought-ambiguous`.
   */
  thought(id: string): Promise<ThoughtView>;
  /** Accepts a request durably; the same key again is the same thought. Throws `rule-unknown`. */
  think(request: ThinkRequest): Promise<ThoughtRow>;
  /** Puts dead or cancelled thoughts back; each id gets its own result. */
  retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]>;
  cancel(ids: string[]): Promise<ChangeResult[]>;
  /** `path` is path text, absolute. */
  explain(path: string): Promise<Explanation>;
  /**
   * Everything that happens from the iteration's first `next()` on; ends when `signal` aborts or the daemon
   * stops. A `state` event is told after its row is committed. The HTTP app iterates it once, for all its readers.
   */
  live(signal: AbortSignal): AsyncIterable<LiveEvent>;
  setLogLevel(level: string): void;
  /** Begins a graceful stop; resolves at once. */
  stop(): void;
}

export interface ThoughtQuery {
  state?: ThoughtState;
  rule?: string;
  /** Epoch milliseconds. */
  since?: number;
  unprocessed?: boolean;
  /** 1–1000. */
  limit: number;
}

export interface ThinkRequest {
  text: string;
  /** A rule with `on: request`; omitted: the built-in `request` rule. */
  rule?: string;
  /** Idempotency key; omitted: every request is a new one. */
  key?: string;
}

export interface ChangeResult {
  id: string;
  ok: boolean;
  state: ThoughtState | null;
  /** What happened, or why not. */
  reason: string;
}

/** How an entry point runs a daemon in its own process. `main` implements it. */
export type RunDaemon = (options: RunOptions) => Promise<{
  /** Exit code. */
  code: number;
  /** Why it ended, as a sentence. */
  reason: string;
}>;

export interface RunOptions {
  /** `--home`, as typed. */
  home?: string;
  /** Dotted configuration keys from the command line. */
  flags: Record<string, string>;
  /** Once it listens and its senses have begun. */
  onReady(info: StatusView): void;
  onLive(event: LiveEvent): void;
  /** Aborts: finish what runs, then end. */
  signal: AbortSignal;
}
