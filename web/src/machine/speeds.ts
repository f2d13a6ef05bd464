import type { AttemptView } from '../../../src/contract/thought-view.ts';
import { speedOf } from '../thoughts/facts.ts';

/** How fast a provider's answers of late were. */
export interface Speed {
  /** Answers that were looked at. */
  answers: number;
  /** Medians; null where nothing tells. */
  firstTokenMs: number | null;
  tokensPerSecond: number | null;
  /** The model of the newest. */
  model: string | null;
}

/** By provider, of attempts in any order that were answered by it; `attempts` newest first says which model is told. */
export function speedsOf(attempts: readonly AttemptView[]): Map<string, Speed> {
  const by = new Map<string, AttemptView[]>();
  for (const attempt of attempts) {
    if (attempt.outcome !== 'answered' || attempt.provider === null) continue;
    by.set(attempt.provider, [...(by.get(attempt.provider) ?? []), attempt]);
  }
  return new Map(
    Array.from(by, ([provider, mine]) => [
      provider,
      {
        answers: mine.length,
        firstTokenMs: median(
          mine.flatMap(({ firstTokenMs }) => (firstTokenMs === null ? [] : [firstTokenMs])),
        ),
        tokensPerSecond: median(mine.flatMap((each) => speedOf(each) ?? [])),
        model: mine[0]?.model ?? null,
      },
    ]),
  );
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
