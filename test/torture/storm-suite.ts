import { runCatchUp } from './catch-up.ts';
import { runStorms, type StormRow } from './storms.ts';
import type { Row, Suite } from './suite.ts';

/** A hundredth of everything: what CI has time for. */
const SLICE = { scale: 0.01, abreast: 3 };
const SLICE_OF_CATCH_UP = 0.05;

/** The files sense in storms, and after downtime. */
export const storms: Suite = {
  name: 'storms',
  share: 4,
  async run({ seed, slice, until, say }) {
    const deadline = Date.now() + (slice ? 0 : Math.max(0, until - performance.now()));
    const caughtUp = await runCatchUp({ scale: slice ? SLICE_OF_CATCH_UP : 1 });
    const rows = await runStorms({ seed, scale: 1, deadline, say, ...(slice ? SLICE : {}) });
    return [rowOf(caughtUp, seed), ...rows.map((row) => rowOf(row, seed))];
  },
};

function rowOf({ name, runs, lost, doubled, slowest, note }: StormRow, seed: number): Row {
  const row: Row = { name: `storm: ${name}`, runs, lost, doubled, slowest: slowest / 1000, seed };
  if (lost + doubled > 0) row.violations = [note];
  return row;
}
