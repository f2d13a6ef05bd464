import { tokensPerSecond } from '../../contract/speed.ts';
import type { StatusView } from '../../contract/status-view.ts';
import type { AttemptTold } from '../../mind/report.ts';
import type { RecentAnswer } from '../../store/queries/recent-answers.ts';

/** Answers of a provider that are looked at: the last ones. */
const LOOKED_AT = 20;

type Speed = StatusView['providers'][number]['recent'];
type Call = Omit<RecentAnswer, 'provider'>;

/** How fast providers were of late. */
export interface Recent {
  attempt(attempt: AttemptTold): void;
  of(provider: string): Speed;
}

/** `past`: what was answered before the process began, the oldest first. */
export function createRecent(past: readonly RecentAnswer[]): Recent {
  const calls = new Map<string, Call[]>();
  const keep = (provider: string, call: Call) =>
    calls.set(provider, [...(calls.get(provider) ?? []), call].slice(-LOOKED_AT));
  for (const { provider, ...call } of past) keep(provider, call);
  return {
    attempt({ provider, outcome, call: { firstTokenMs, totalMs, outputTokens } }) {
      if (outcome === 'answered') keep(provider, { firstTokenMs, totalMs, outputTokens });
    },
    of(provider) {
      const mine = calls.get(provider) ?? [];
      return {
        answers: mine.length,
        firstTokenMs: median(mine.map((call) => call.firstTokenMs)),
        tokensPerSecond: median(mine.map(tokensPerSecond)),
      };
    },
  };
}

/** Of those that are known. */
function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
