import type { Explanation, LiveEvent, StatusView, ThoughtRow, ThoughtView } from '../contract/api.ts';
import type { ThoughtState } from '../contract/thought.ts';

/** What every surface may ask of a running daemon. `main` implements it; the HTTP app is its only caller. */
export interface Daemon {
  status(): Promise<StatusView>;
  thoughts(query: ThoughtQuery): Promise<ThoughtRow[]>;
  /** By id or unique prefix of at least 4 digits. Throws `thought-unknown`, `thought-ambiguous`. */
  thought(id: string): Promise<ThoughtView>;
  /** Accepts a request durably; the same key again is the same thought. Throws `rule-unknown`. */
  think(request: ThinkRequest): Promise<ThoughtRow>;
  /** Puts dead or cancelled thoughts back; each id gets its own result. */
  retry(which: { ids: string[] } | { dead: true }): Promise<ChangeResult[]>;
  cancel(ids: string[]): Promise<ChangeResult[]>;
  /** `path` is path text, absolute. */
  explain(path: string): Promise<Explanation>;
  /** Everything that happens from now on; ends when `signal` aborts or the daemon stops. */
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
