import type { Clock } from '../../base/clock.ts';
import type { StatusView } from '../../contract/status-view.ts';
import { exposition } from './exposition.ts';
import { gaugesOf } from './gauges.ts';
import type { Tally } from './tally.ts';

/** What Prometheus scrapes. */
export interface Metrics {
  /** Counts from the start of the process on, and how things stand now. */
  text(status: StatusView): Promise<string>;
}

export function createMetrics({ tally, clock }: { tally: Tally; clock: Pick<Clock, 'now'> }): Metrics {
  return {
    text(status) {
      const { user, system } = process.cpuUsage();
      const machine = { now: clock.now(), node: process.versions.node, cpuSeconds: (user + system) / 1e6 };
      return exposition([...gaugesOf(status, machine), ...tally.counted()], tally.distributed());
    },
  };
}
