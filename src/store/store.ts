import type { ReadInput, ReadOutput, Reads, WriteInput, WriteOutput, Writes } from './catalogue.ts';

/**
 * The store as every stage sees it: named operations that take and return values. A write resolves once its
 * transaction is durable. Rejects with `store-unavailable` (retryable) while the disk does not take changes.
 */
export interface Store {
  /** An input that holds only for a moment (a lease's end) is a function: it is asked at every try. */
  write<Name extends keyof Writes>(
    name: Name,
    input: Momentary<WriteInput<Name>>,
  ): Promise<WriteOutput<Name>>;
  read<Name extends keyof Reads>(name: Name, input: ReadInput<Name>): Promise<ReadOutput<Name>>;
  /** Resolves when everything written so far is durable and the files are closed. */
  close(): Promise<void>;
}

/** A value, or what makes it when it is needed; no operation's input is itself a function. */
export type Momentary<T> = T | (() => T);

export function valueNow<T>(made: Momentary<T>): T {
  // The type cannot say that T is no function.
  return typeof made === 'function' ? (made as () => T)() : made;
}
