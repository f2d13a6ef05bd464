import type { Broadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Progress } from '../contract/progress.ts';
import type { AttemptTold } from '../mind/report.ts';
import type { Holds } from '../queue/holds.ts';
import type { FilesSense } from '../senses/files/sense.ts';
import type { Store } from '../store/store.ts';
import type { Daemon } from '../surfaces/daemon.ts';
import { createMetrics, type Metrics } from '../surfaces/metrics/metrics.ts';
import { createRecent, type Recent } from '../surfaces/metrics/recent.ts';
import { createTally } from '../surfaces/metrics/tally.ts';
import { traceThoughts } from '../surfaces/tracing/tracing.ts';
import { createLoopWatch } from './loop-watch.ts';
import { createProgress } from './progress.ts';

export interface ObservedOptions {
  clock: Clock;
  log: Log;
  /** Its writes fail at once while the disk takes nothing. */
  store: Store;
  events: Broadcast<LiveEvent>;
  holds: Holds;
  sense: Pick<FilesSense, 'ready'>;
  /** Whether spans may hold what was thought about. */
  tracesContent(): boolean;
  /** Aborts when a stop is asked for. */
  stopping: AbortSignal;
}

/** What is measured of the daemon for those who look in from afar. */
export interface Observed {
  metrics: Metrics;
  progress: Progress;
  /** How fast a provider was of late. */
  recent: Recent['of'];
  onAttempt(attempt: AttemptTold): void;
  /** Counts, measures the event loop, and tells traces until `signal` aborts. */
  run(daemon: Pick<Daemon, 'live' | 'thought'>, signal: AbortSignal): Promise<void>;
}

export async function createObserved(options: ObservedOptions): Promise<Observed> {
  const { clock, log, store, events, holds, stopping } = options;
  const tally = createTally();
  const recent = createRecent(await store.read('recentAnswers', undefined));
  const loop = createLoopWatch({ clock });
  let scanned = false;
  options.sense.ready(stopping).then(
    () => {
      scanned = true;
    },
    () => undefined, // stopped before it was ready
  );
  return {
    metrics: createMetrics({ tally, clock }),
    progress: createProgress({
      clock,
      store,
      loop,
      held: () => holds.reason('store', 'database'),
      scanned: () => scanned,
      stopping: () => stopping.aborted,
      onChange(probe, { ok, reasons }) {
        if (ok) log.info('probe is well again', { probe });
        else log.warning('probe failed', { probe, reasons });
      },
    }),
    recent: recent.of,
    onAttempt(attempt) {
      tally.attempt(attempt);
      recent.attempt(attempt);
    },
    async run(daemon, signal) {
      const count = async () => {
        for await (const event of events.listen(signal)) tally.event(event);
      };
      const tracing = traceThoughts(daemon, {
        content: options.tracesContent,
        signal,
        report: (error) => log.error('trace not told', { error }),
        onDropped: (dropped) => log.warning('traces dropped', { dropped }),
      });
      await Promise.all([count(), loop.run(signal), tracing]);
    },
  };
}
