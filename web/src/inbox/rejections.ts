import { type ReadonlySignal, signal } from '@preact/signals';
import type { Clock } from '../../../src/base/clock.ts';
import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { keyOf } from './selection.ts';

/** A rejection is for good: it is told to the daemon after so long, and can be taken back till then. */
export const HELD_MS = 6000;

/** Rejections that are held back for a moment. */
export interface Rejections {
  /** What is rejected here and not settled yet, the last one last: nobody needs to see it any more. */
  rows: ReadonlySignal<readonly ProposalRow[]>;
  hold(row: ProposalRow): void;
  /** Whether it was in time. */
  takeBack(row: ProposalRow): boolean;
  /** Tells the daemon of all of them now: nobody is there any more to take one back. */
  now(): void;
}

export interface RejectionsOptions {
  clock: Pick<Clock, 'sleep'>;
  /** Tells the daemon; it has been settled, either way, when it resolves. */
  reject(row: ProposalRow): Promise<void>;
}

export function createRejections({ clock, reject }: RejectionsOptions): Rejections {
  const rows = signal<readonly ProposalRow[]>([]);
  /** Of those that are not told yet. */
  const waits = new Map<string, AbortController>();

  async function tell(row: ProposalRow): Promise<void> {
    waits.delete(keyOf(row));
    await reject(row);
    drop(row);
  }

  function drop(row: ProposalRow): void {
    rows.value = rows.value.filter((each) => keyOf(each) !== keyOf(row));
  }

  return {
    rows,
    hold(row) {
      const wait = new AbortController();
      waits.set(keyOf(row), wait);
      rows.value = [...rows.value, row];
      clock.sleep(HELD_MS, wait.signal).then(
        () => tell(row),
        () => undefined,
      );
    },
    takeBack(row) {
      const wait = waits.get(keyOf(row));
      if (wait === undefined) return false;
      waits.delete(keyOf(row));
      wait.abort();
      drop(row);
      return true;
    },
    now() {
      for (const row of rows.value) {
        const wait = waits.get(keyOf(row));
        if (wait === undefined) continue;
        wait.abort();
        void tell(row);
      }
    },
  };
}
