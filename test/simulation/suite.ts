import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Suite, SuiteOptions } from '../torture/suite.ts';
import { createTally } from '../torture/tally.ts';
import type { Share } from './scenario-thread.ts';
import { type Simulated, simulate } from './simulate.ts';

/** Seeds that once showed a fault of the program; each stays, and CI runs them all. */
const REGRESSIONS: readonly { seed: number; fault: string }[] = [
  { seed: 8, fault: 'after the clock was set back, an older note counted as the newest, and ours as edited' },
  { seed: 481, fault: 'an attempt that failed was tried again after a newer revision, and undid its note' },
  { seed: 31, fault: 'a trial call was made beside as many calls as the server has slots for' },
  { seed: 2328, fault: 'the same, at a server with one slot' },
];

/** How many seeds CI runs besides, from the suite's own seed on. */
const IN_SLICE = 40;

/** Whole lives of a daemon on virtual time: the seed is the first one's, each next one is one more. */
export const simulation: Suite = {
  name: 'simulation',
  share: 3,
  async run(options) {
    const tally = createTally('simulated lives: deaths, power cuts, full disks, server and clock faults');
    let failing: number | undefined;
    let deaths = 0;
    const add = (seed: number, found: Simulated) => {
      deaths += found.deaths;
      tally.add(seed, found);
      if (found.lost.length + found.doubled.length > 0) failing = Math.min(failing ?? seed, seed);
    };
    await (options.slice ? liveHere(options, add) : liveInThreads(options, add));
    const row = tally.row();
    options.say(`${row.runs} seeds, ${deaths} deaths`);
    return [failing === undefined ? row : { ...row, seed: failing }];
  },
};

type Add = (seed: number, found: Simulated) => void;

async function liveHere({ seed }: SuiteOptions, add: Add): Promise<void> {
  const fresh = Array.from({ length: IN_SLICE }, (_, index) => seed + index);
  for (const own of new Set([...REGRESSIONS.map((each) => each.seed), ...fresh]))
    add(own, await simulate(own));
}

async function liveInThreads({ seed, until }: SuiteOptions, add: Add): Promise<void> {
  const step = availableParallelism();
  const threads = Array.from({ length: step }, (_, index) => {
    const workerData: Share = { seed: seed + index, step, ms: until - performance.now() };
    const worker = new Worker(new URL('./scenario-thread.ts', import.meta.url), { workerData });
    worker.on('message', ({ seed: own, found }: { seed: number; found: Simulated }) => add(own, found));
    return new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => resolve());
    });
  });
  await Promise.all(threads);
}
