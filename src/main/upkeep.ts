import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { CaptureWorker } from '../capture/worker.ts';
import type { Mind } from '../mind/worker.ts';
import type { Proposals } from '../outputs/proposals.ts';
import type { Outputs } from '../outputs/worker.ts';
import type { Leases } from '../queue/lease.ts';
import type { Store } from '../store/store.ts';
import type { Configuration } from './configuration.ts';

/** How often it is looked for work that nobody holds any more. */
const EVERY_MS = 10_000;

export interface UpkeepOptions {
  store: Store;
  clock: Clock;
  owner: string;
  log: Log;
  configuration: Pick<Configuration, 'settle'>;
  leases: Pick<Leases, 'beat'>;
  capture: Pick<CaptureWorker, 'queued'>;
  mind: Pick<Mind, 'look'>;
  outputs: Pick<Outputs, 'answered'>;
  proposals: Pick<Proposals, 'expire'>;
}

/**
 * Takes back thoughts whose lease expired, moves unclaimed ones along that stand under a version no longer in force, and
 * denies proposals that nobody has decided on in time.
 */
export function createUpkeep(options: UpkeepOptions): (signal: AbortSignal) => Promise<void> {
  const { store, clock, owner, log, configuration, leases, capture, mind, outputs, proposals } = options;
  return async (signal) => {
    while (!signal.aborted) {
      await clock.sleep(EVERY_MS, signal);
      // After a sleep of the machine our own leases look expired: they are ours all the same.
      await leases.beat();
      const swept = await store.write('sweep', { owner, everyone: false, now: clock.now() });
      if (swept.crashed + swept.resumed > 0) log.warning('work taken over', { ...swept });
      await proposals.expire();
      const outdated = await store.write('hasOutdated', undefined);
      if (outdated) await configuration.settle(store);
      if (swept.crashed + swept.resumed === 0 && !outdated) continue;
      capture.queued();
      mind.look();
      outputs.answered();
    }
  };
}
