import type { Bench } from './bench.ts';

/** One figure of the table: what it is called on the command line, and how it is measured. */
export interface Figure {
  name: string;
  /** Takes so long that it is measured only where it is named. */
  onlyNamed?: boolean;
  /** Measures ours and its baseline in this run; some minutes at most. */
  measure(bench: Bench): Promise<Measured>;
}

export interface Measured {
  rows: Row[];
  /** Sentences on how it was measured, how far it scattered, and what it consists of. */
  notes: string[];
}

/** A line of the table; the first cells are texts with their unit. */
export interface Row {
  what: string;
  ours: string;
  baseline: string;
  /** Ours over the baseline. */
  ratio: number;
  target: string;
  met: boolean;
}
