import type { Ground } from './ground.ts';
import { burstAt } from './settle.ts';

/** What passes by itself, and will not tell when it does: too many open files, too little memory. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** How soon (ms) it is tried again. */
export const PASSES_AFTER = 1000;

export function isPassing(code: string): boolean {
  return PASSING.has(code);
}

/** Notes that a path could not be read, which health shows, and has it looked at again where that may pass. */
export function notRead(ground: Ground, path: string, code: string): void {
  ground.unreadable.set(path, code);
  if (!isPassing(code)) return;
  const now = ground.clock.monotonic();
  ground.pending.again(path, burstAt(now), now + PASSES_AFTER);
}
