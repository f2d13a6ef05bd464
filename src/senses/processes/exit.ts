import { constants } from 'node:os';

/** What was seen of a process that has ended. */
export interface Ending {
  /** As wait(2) gives it, where the system told. */
  exitCode: number | null;
  /** How many processes the kernel had killed for lack of memory when this one was last seen, and has now. */
  killedBefore: number | null;
  killedNow: number | null;
}

/**
 * How a process ended, as far as the system tells. Only its parent learns the exit code; others may read it from a
 * zombie of their own user, for as long as its parent has not asked.
 */
export function howItEnded({ exitCode, killedBefore, killedNow }: Ending): string {
  if (exitCode !== null && exitCode > 0) {
    const signal = exitCode & 0x7f;
    return signal === 0 ? `exited with code ${exitCode >> 8}` : `killed by ${signalName(signal)}`;
  }
  if (killedBefore !== null && killedNow !== null && killedNow > killedBefore)
    return 'probably killed for lack of memory';
  return 'exited';
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}
