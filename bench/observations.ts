import type { MatchedObservation } from '../src/contract/match.ts';

/** So many files, each matching one rule; the same number is always the same file. */
export function filesFrom(first: number, count: number): MatchedObservation[] {
  const match = {
    rule: 'r',
    version: 'v1',
    settleMs: 1000,
    priority: 1,
    seenAs: 'added',
    carried: false,
  } as const;
  return Array.from({ length: count }, (_, index) => ({
    path: `folder-${first % 7}/a file ${first + index}.txt`,
    change: 'added',
    stat: { dev: 1, ino: first + index, birth: 1.5, size: 5, mtime: 1.5, ctime: 1.5 },
    hash: (first + index).toString(16).padStart(16, '0'),
    binary: false,
    growing: false,
    observedAt: Date.now(),
    matches: [match],
  }));
}
