import type { Row, SuiteOptions } from './suite.ts';
import type { Outcome } from './trial.ts';

/** A row of the table, in the making. */
export interface Tally {
  add(seed: number, outcome: Outcome): void;
  row(): Row;
}

/** How many findings of a row are told. */
const MOST_TOLD = 12;

export function createTally(name: string, more: Partial<Row> = {}): Tally {
  let runs = 0;
  let slowest = 0;
  const lost: string[] = [];
  const doubled: string[] = [];
  const tell = (seed: number, what: string, findings: string[]) =>
    findings.map((finding) => `${name}, seed ${seed}: ${what}: ${finding}`);
  return {
    add(seed, outcome) {
      runs += 1;
      slowest = Math.max(slowest, outcome.recovery);
      lost.push(...tell(seed, 'lost', outcome.lost));
      doubled.push(...tell(seed, 'doubled', outcome.doubled));
    },
    row: () => ({
      name,
      runs,
      lost: lost.length,
      doubled: doubled.length,
      slowest,
      violations: [...lost.slice(0, MOST_TOLD), ...doubled.slice(0, MOST_TOLD)],
      ...more,
    }),
  };
}

/** Trials under way at once: each is a process that mostly waits for its disk and its server. */
const AT_ONCE = 3;

/** Does the work for each of these, some at once, until all are done or the time is over. */
export async function spread<T>(
  all: Iterable<T>,
  { until }: Pick<SuiteOptions, 'until'>,
  work: (each: T) => Promise<void>,
): Promise<void> {
  const rest = all[Symbol.iterator]();
  const worker = async () => {
    while (performance.now() < until) {
      const next = rest.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
