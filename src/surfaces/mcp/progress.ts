import type { ServerContext } from '@modelcontextprotocol/server';
import type { Clock } from '../../base/clock.ts';

/** How often a client that asked for it is told that something still goes on: it then waits on. */
const BEAT_MS = 5000;

/** Tells a client how a long call stands. */
export interface Progress {
  say(message: string): void;
  /** Says the last message again from time to time, until `signal` aborts. */
  beat(signal: AbortSignal): Promise<void>;
}

/** Progress of one call in seconds, of so many at most; says nothing to clients that did not ask for it. */
export function createProgress(context: ServerContext, clock: Clock, seconds: number): Progress {
  const progressToken = context.mcpReq._meta?.progressToken;
  const began = clock.monotonic();
  let last = -1;
  let message = '';
  const tell = async () => {
    if (progressToken === undefined) return;
    const elapsed = Math.round(clock.monotonic() - began) / 1000;
    // It must grow with every message.
    last = Math.max(elapsed, last + 0.001);
    const params = { progressToken, progress: last, total: Math.max(seconds, last), message };
    // Whoever is gone hears of nothing.
    await context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
  return {
    say(next) {
      message = next;
      void tell();
    },
    async beat(signal) {
      while (!signal.aborted) {
        await clock.sleep(BEAT_MS, signal).catch(() => {});
        if (!signal.aborted) await tell();
      }
    },
  };
}
