import { tokensPerSecond } from '../../contract/speed.ts';
import type { StatusView } from '../../contract/status-view.ts';
import type { AttemptTold } from '../../mind/report.ts';

/** Answers of a provider that are looked at: the last ones. */
const LOOKED_AT = 20;

type Speed = StatusView['providers'][number]['recent'];
type Call = Pick<AttemptTold['call'], 'firstTokenMs' | 'totalMs' | 'outputTokens'>;

/** How fast providers were of late, since the start of the process. */
export interface Recent {
  attempt(attempt: AttemptTold): void;
  of(provider: string): Speed;
}

export function createRecent(): Recent {
  const calls = new Map<string, Call[]>();
  return {
    attempt({ provider, outcome, call: { firstTokenMs, totalMs, outputTokens } }) {
      if (outcome !== 'answered') return;
      const call = { firstTokenMs, totalMs, outputTokens };
      calls.set(provider, [...(calls.get(provider) ?? []), call].slice(-LOOKED_AT));
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
