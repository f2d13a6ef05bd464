import { createKeyedMutex } from '../base/keyed-mutex.ts';
import type { PendingOutput } from '../contract/output.ts';

/** Runs one task at a time for what an output is to write, whichever rule's it is. */
export type Alone = <T>(
  output: Pick<PendingOutput, 'wanted' | 'target'>,
  task: () => Promise<T>,
) => Promise<T>;

/**
 * Two paths count: the one that is wanted, where a free name is looked for, and the one that is replaced, which
 * another rule may want. They are taken in order, so that two outputs never wait for each other.
 */
export function createAlone(): Alone {
  const paths = createKeyedMutex();
  return ({ wanted, target }, task) => {
    if (wanted === target) return paths.run(target, task);
    const [first, second] = wanted < target ? [wanted, target] : [target, wanted];
    return paths.run(first, () => paths.run(second, task));
  };
}
