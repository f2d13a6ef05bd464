import type { ReadInput, ReadOutput, Reads, WriteInput, WriteOutput, Writes } from './catalogue.ts';

/**
 * The store as every stage sees it: named operations that take and return values. A write resolves once its
 * transaction is durable. Rejects with `store-unavailable` (retryable) while the disk does not take changes.
 */
export interface Store {
  write<Name extends keyof Writes>(name: Name, input: WriteInput<Name>): Promise<WriteOutput<Name>>;
  read<Name extends keyof Reads>(name: Name, input: ReadInput<Name>): Promise<ReadOutput<Name>>;
  /** Resolves when everything written so far is durable and the files are closed. */
  close(): Promise<void>;
}
