// Loaded by `--import` before the daemon, in its process and in each of its threads: hangs a hook on the failpoints
// and makes the named changes of the source. What is to be done stands in the environment of the process.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { swapWhileLoading } from './swap-while-loading.ts';
import { assertSwappable, SWAPS, type Swap } from './swaps.ts';

/** What one life of a daemon is to suffer. */
export interface Plan {
  /** Null: it lives until somebody ends it. */
  point: string | null;
  /** At the n-th time that a thread of the process comes by, from 1. */
  hit: number;
  signal: 'SIGKILL' | 'SIGSTOP';
  swaps: string[];
}

const text = process.env['CONSCIOUSNESS_TORTURE'];
if (text !== undefined) suffer(JSON.parse(text));

function suffer({ point, hit, signal, swaps }: Plan): void {
  if (isMainThread) assertSwappable(swaps);
  const all: Swap[] = swaps.flatMap((name) => [...(SWAPS[name] ?? [])]);
  swapWhileLoading(all);
  let hits = 0;
  Reflect.set(globalThis, Symbol.for('consciousness.failpoint'), (name: string) => {
    if (name !== point) return;
    hits += 1;
    if (hits !== hit) return;
    writeSync(2, `met ${name}\n`);
    process.kill(process.pid, signal);
  });
}
