import { backoff } from '../base/backoff.ts';
import type { Random } from '../base/random.ts';
import type { AttemptEnd } from '../contract/attempt.ts';
import { FAILURE_KINDS, isDoubtful, type ProviderFailure } from '../contract/provider.ts';
import type { CallReport } from '../store/operations/record.ts';
import type { CallOutcome } from './call.ts';
import type { Blame } from './health.ts';
import { NO_CALL } from './report.ts';
import { STRIKE_LIMIT } from './suspects.ts';

/** An attempt that brought no answer, and what becomes of its thought. */
export type Failed = {
  kind?: 'failed';
  outcome: AttemptEnd;
  reason: string;
  call: CallReport;
  retryAfterMs?: number;
  /** How often in a row the server went away under its call. */
  strikes?: number;
};

/** What came of asking, and whose fault it is where that is a failure. */
export type Said = CallOutcome & { blame: Blame };

export const NO_BLAME: Blame = { fault: 'thought' };

/** Of a thought that was not sent, because its provider had gone away meanwhile. */
export function notAsked(message: string): Said {
  return unsaid({ kind: 'unavailable', message }, { fault: 'server', strikes: 0 });
}

/** Of a call that was not made. */
export function unsaid(failure: ProviderFailure, blame: Blame): Said {
  return { text: '', reasoning: '', calls: [], report: NO_CALL, cutOff: false, failure, blame };
}

/** What a failed call means for its thought: the server's fault holds it, its own spends an attempt or ends it. */
export function failed(failure: ProviderFailure, { blame, report: call }: Said, provider: string): Failed {
  const { kind, message, retryAfterMs } = failure;
  if (blame.fault === 'server') {
    const { strikes } = blame;
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    if (strikes < STRIKE_LIMIT) return { outcome: 'held', reason: message, call, strikes, ...wait };
    const reason = `gave up: ${provider} went away under its call ${strikes} times in a row, and never without it (${message})`;
    return { outcome: 'final', reason, call };
  }
  const outcome = FAILURE_KINDS[kind] === 'final' ? 'final' : 'failed';
  const reason = isDoubtful(failure) ? `${message}; a trial call right after it was answered` : message;
  return { outcome, reason, call, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Milliseconds until a thought that came back may be claimed again. */
export function waitOf(how: Failed, failures: number, random: Random): number {
  switch (how.outcome) {
    case 'held':
      return Math.max(
        how.retryAfterMs ?? 0,
        Math.min(SUSPECT_CAP_MS, HELD_MS * 2 ** Math.max(0, (how.strikes ?? 0) - 1)),
      );
    case 'failed':
      return Math.max(how.retryAfterMs ?? 0, backoff(failures, random));
    case 'final':
    case 'stopped':
      return 0;
    default:
      return how.outcome satisfies never;
  }
}

/** How long a held thought lets its neighbours go first. */
const HELD_MS = 1000;

/** The same of one under whose call the server went away, twice as long each time up to this. */
const SUSPECT_CAP_MS = 30_000;
