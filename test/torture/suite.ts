/** What came of one kind of fault: a row of the table. */
export interface Row {
  /** The fault: `kill at link:after`. */
  name: string;
  /** How often it was tried, each time from another seed or at another place. */
  runs: number;
  /** Things that were written or acknowledged and did not reach their one end. */
  lost: number;
  /** Effects that are there more than once, or that nobody asked for. */
  doubled: number;
  /** The longest from the fault's end until everything was processed again, seconds; 0 where nothing recovers. */
  slowest: number;
  /** A control: with its defence taken away, just this must happen. */
  mustFail?: 'lost' | 'doubled';
  /** What was lost or doubled, each with what is needed to see it again. */
  violations?: string[];
  /** The seed of its first failing run, where `--seed` begins with that; else the whole suite's is told. */
  seed?: number;
  /** Why it was not run here; the row counts for nothing then. */
  skipped?: string;
}

export interface SuiteOptions {
  /** Everything random follows from it. */
  seed: number;
  /** No new run is begun after this (monotonic milliseconds of `performance.now()`). */
  until: number;
  /** A fixed, small part of it, for CI: `until` is then far away. */
  slice: boolean;
  /** Tells people how it goes. */
  say(line: string): void;
}

/** A kind of torture; `run` never throws for what the program under test did wrong: that is in the rows. */
export interface Suite {
  /** As `--only` takes it. */
  name: string;
  /** Its part of the time of a whole run, beside the others' parts. */
  share: number;
  run(options: SuiteOptions): Promise<Row[]>;
}

/** Whether a row is as it must be. */
export function isRight(row: Row): boolean {
  if (row.skipped !== undefined) return true;
  if (row.mustFail !== undefined) return row[row.mustFail] > 0;
  return row.runs > 0 && row.lost + row.doubled === 0;
}
