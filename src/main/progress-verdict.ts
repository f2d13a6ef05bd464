import type { Verdict } from '../contract/progress.ts';

/** What was seen of the daemon's progress. */
export interface ProgressFacts {
  /** How long the event loop stood still within its window, milliseconds. */
  stoodStillMs: number;
  windowMs: number;
  /** For how long the database has been asked without an answer; 0 = it answers. */
  unansweredMs: number;
  /** Why it did not take the last change that it was asked to; null = it did. */
  refused: string | null;
  /** Why its changes wait, as everybody else met it; null = they do not. */
  held: string | null;
  /** For how long a running thought has been seen that nobody keeps and nobody takes back; 0 = there is none. */
  overdueMs: number;
  /** Every root was scanned once since the start. */
  scanned: boolean;
  stopping: boolean;
}

/** A writer may be busy for a while: a checkpoint, a large batch, a slow disk. */
const STUCK_MS = 30_000;

/** Leases are looked after every 10 s, and what is overdue is taken back as often. */
const OVERDUE_MS = 60_000;

/** Only what a restart would mend: what is held, full or away is waited for. */
export function liveVerdict(facts: ProgressFacts): Verdict {
  const { stoodStillMs, windowMs, unansweredMs, overdueMs } = facts;
  return verdict([
    stoodStillMs > windowMs / 2 && stoodStill(stoodStillMs, windowMs),
    unansweredMs > STUCK_MS && unanswered(unansweredMs),
    overdueMs > OVERDUE_MS &&
      `a running thought has been overdue for ${seconds(overdueMs)}: leases are not kept, nor taken back`,
  ]);
}

export function readyVerdict(facts: ProgressFacts): Verdict {
  const { stoodStillMs, windowMs, unansweredMs, refused, held, scanned, stopping } = facts;
  const { reasons } = liveVerdict(facts);
  const more = verdict([
    stoodStillMs > windowMs / 6 && stoodStill(stoodStillMs, windowMs),
    unansweredMs > 0 && unanswered(unansweredMs),
    refused !== null && `the database takes no change: ${refused}`,
    refused === null && held !== null && `changes wait for the database: ${held}`,
    !scanned && 'a first scan of the roots is not over',
    stopping && 'it stops',
  ]);
  return verdict([...new Set([...reasons, ...more.reasons])]);
}

function verdict(found: readonly (string | false)[]): Verdict {
  const reasons = found.filter((reason) => reason !== false);
  return { ok: reasons.length === 0, reasons };
}

function stoodStill(ms: number, windowMs: number): string {
  return `the event loop stood still for ${seconds(ms)} of the last ${seconds(windowMs)}`;
}

function unanswered(ms: number): string {
  return `the database has not answered for ${seconds(ms)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
