import type { ProcessFacts } from '../../contract/process.ts';
import type { ProcessConnection } from '../../contract/process-view.ts';

/** Looks at the processes of this machine. One caller at a time: what it says is compared with what it said before. */
export interface ProcessReader {
  /** All that can be seen. */
  snapshot(): Promise<ProcessFacts[]>;
  /** What is new since the last look or snapshot, and which of `watched` have ended: much cheaper than a snapshot. */
  look(watched: readonly ProcessFacts[]): Promise<Look>;
  /** Open internet sockets by process number; null for a process whose sockets we may not see. */
  connectionsOf(pids: readonly number[]): Promise<Map<number, ProcessConnection[] | null>>;
  /** How many processes the kernel has killed for lack of memory since the machine started; null where it does not tell. */
  killedForMemory(): number | null;
  /** Lets go of what it keeps open between snapshots; it can be used on. */
  close(): void;
  /** How often a look is worth its cost, in milliseconds. */
  readonly lookEveryMs: number;
}

export interface Look {
  /**
   * Processes that came, and such that run another program since they came. One that is still a copy of its parent
   * is told at the next look: it is about to become something else, or it is a worker.
   */
  came: ProcessFacts[];
  ended: Ended[];
  /** Processes or threads at most that came and went between two looks. */
  unseen: number;
}

export interface Ended {
  identity: string;
  /** As wait(2) gives it, where the system told. */
  exitCode: number | null;
}
