import { powerCutsOnAForgettingDisk } from './disk-that-forgets.ts';
import { powerCut, type TortureRow } from './power-cut.ts';
import type { Row, Suite, SuiteOptions } from './suite.ts';

/** How often: bytes of the journal, whole power cuts; and the same for CI. */
const WHOLE = { mutations: 3000, cuts: 40 };
const SLICE = { mutations: 300, cuts: 4 };

/** The write-ahead journal cut and corrupted everywhere, a disk that keeps only what was synced, and their controls. */
export const powerCuts: Suite = {
  name: 'power-cut',
  share: 2,
  async run(options) {
    const { mutations, cuts } = options.slice ? SLICE : WHOLE;
    const of = (count: number) => ({ seed: options.seed, count, deadline: options.until });
    options.say(`${mutations} mutations of the journal`);
    return [
      rowOf(await powerCut(of(mutations)), options),
      rowOf(await powerCutsOnAForgettingDisk(of(cuts)), options),
      control(await powerCut({ ...of(10), thoughts: 5, forgetful: true, deadline: ENDLESS }), options),
      control(await powerCutsOnAForgettingDisk({ ...of(1), lying: true, deadline: ENDLESS }), options),
    ];
  },
};

/** Controls are small, and made also where the time is over. */
const ENDLESS = Number.POSITIVE_INFINITY;

function rowOf(from: TortureRow, { seed }: SuiteOptions): Row {
  const { name, runs, lost, doubled, slowest, failure, skipped } = from;
  const row: Row = { name, runs, lost, doubled, slowest: slowest / 1000, seed };
  if (failure !== '') row.violations = [failure];
  if (skipped !== '') row.skipped = skipped;
  return row;
}

function control(from: TortureRow, options: SuiteOptions): Row {
  return { ...rowOf(from, options), name: `control: ${from.name}, unsynced on purpose`, mustFail: 'lost' };
}
