/** Whether the daemon gets on, and if not, why: a sentence each, for its owner. */
export interface Verdict {
  ok: boolean;
  reasons: string[];
}

/** What `/livez` and `/readyz` ask. */
export interface Progress {
  /** False only where a restart would help: the event loop or the database's writer is stuck. */
  live(): Promise<Verdict>;
  /** Whether it takes work just now: everything of `live`, and its disk takes changes, every root was scanned, it does not stop. */
  ready(): Promise<Verdict>;
}
