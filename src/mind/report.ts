import type { CallReport } from '../store/operations/record.ts';

/** The report of a call that was not made. */
export const NO_CALL: CallReport = {
  model: null,
  firstTokenMs: null,
  totalMs: null,
  inputTokens: null,
  outputTokens: null,
  raw: null,
};

/** What may be told of an attempt that is over: names that the configuration chose, and numbers. */
export interface AttemptTold {
  provider: string;
  model: string;
  /** As its row says: `answered`, `reused`, `held`, `failed`, `abandoned`. */
  outcome: string;
  call: CallReport;
}

/** An attempt of several calls costs all of them. `between`: what stands between their words. */
export function addUp(first: CallReport, second: CallReport, between: string): CallReport {
  const sum = (a: number | null, b: number | null) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
  return {
    model: second.model ?? first.model,
    firstTokenMs: first.firstTokenMs ?? second.firstTokenMs,
    totalMs: sum(first.totalMs, second.totalMs),
    inputTokens: sum(first.inputTokens, second.inputTokens),
    outputTokens: sum(first.outputTokens, second.outputTokens),
    raw: [first.raw, second.raw].filter((raw) => raw !== null).join(between) || null,
  };
}
