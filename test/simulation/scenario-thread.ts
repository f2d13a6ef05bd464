import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './simulate.ts';

/** Every `step`-th seed from `seed` on, until the time is over (milliseconds from now); each result is posted. */
export interface Share {
  seed: number;
  step: number;
  ms: number;
}

const { seed, step, ms }: Share = workerData;
const until = performance.now() + ms;
for (let next = seed; performance.now() < until; next += step)
  parentPort?.postMessage({ seed: next, found: await simulate(next) });
