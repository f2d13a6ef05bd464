import { createKeyedMutex } from '../base/keyed-mutex.ts';
import type { PendingOutput } from '../contract/output.ts';

/** Runs one task at a time for what an output is to write, whichever rule's it is. */
export type Alone = <T>(
  output: Pick<PendingOutput, 'wanted' | 'target' | 'source'>,
  task: () => Promise<T>,
) => Promise<T>;

/**
 * Three paths count: the one that is wanted, where a free name is looked for, the one that is replaced, which another
 * rule may want, and the one that is moved. They are taken in order, so that two outputs never wait for each other.
 */
export function createAlone(): Alone {
  const paths = createKeyedMutex();
  return ({ wanted, target, source }, task) => {
    const all = new Set([wanted, target, ...(source === undefined ? [] : [source])]);
    const inOrder = [...all].sort((a, b) => (a < b ? -1 : 1));
    return inOrder.reduceRight((run, path) => () => paths.run(path, run), task)();
  };
}
