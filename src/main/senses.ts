import { createJudge } from '../attention/judge.ts';
import { perceive } from '../attention/perceive.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TaskGroup } from '../base/task-group.ts';
import type { SenseHealth } from '../contract/status-view.ts';
import type { Journal } from '../journal/journal.ts';
import { createLogsSense } from '../senses/logs/sense.ts';
import { createProcessesSense, SNAPSHOT_EVERY_MS } from '../senses/processes/sense.ts';
import { createScheduleSense } from '../senses/schedule/sense.ts';
import type { Cursors, RuledSense } from '../senses/sense.ts';
import { createVitalsSense } from '../senses/vitals/sense.ts';
import type { Store } from '../store/store.ts';
import type { Configuration } from './configuration.ts';
import { daemonSense } from './daemon-sense.ts';
import { whyOwnLog } from './own-logs.ts';
import type { ProviderSet } from './providers.ts';
import { type Stage, startStage, together } from './stage.ts';

export interface SensesOptions {
  store: Store;
  clock: Clock;
  log: Log;
  configuration: Configuration;
  journal: Journal;
  providers: Pick<ProviderSet, 'map' | 'health' | 'spent'>;
  /** Thoughts were queued. */
  onQueued(): void;
}

/** The senses besides that of files, each journaled by a stage of its own. */
export interface Senses {
  /** The rules in force are other ones now. */
  heed(): void;
  health(): SenseHealth[];
  start(group: TaskGroup): Stage;
}

export async function createSenses(options: SensesOptions): Promise<Senses> {
  const { store, configuration, journal, onQueued } = options;
  const rows = await store.read('cursors', undefined);
  const cursors: Cursors = new Map(rows.map(({ name, value }) => [name, value]));
  const senses = sensesOf(options, cursors);
  const judge = createJudge({
    cursors,
    everyMs: (sense) => (sense === 'vitals' ? configuration.config().values.vitals.every : SNAPSHOT_EVERY_MS),
  });

  return {
    heed() {
      for (const sense of Object.values(senses)) sense.heed(configuration.rules());
    },
    health: () => Object.values(senses).map((sense) => sense.health()),
    start(group) {
      const stages = Object.entries(senses).map(([name, sense]) =>
        startStage(group, `${name} sense`, (signal) =>
          perceive({
            perceptions: sense.perceive(signal),
            journal,
            rules: configuration.rules,
            judge,
            onQueued,
          }),
        ),
      );
      return together(...stages);
    },
  };
}

/** Every sense by name; each is idle while no rule wants anything of it, but for the vitals. */
function sensesOf(options: SensesOptions, cursors: Cursors): Record<string, RuledSense> {
  const { clock, configuration } = options;
  return {
    processes: createProcessesSense({ clock, cursors }),
    vitals: createVitalsSense({ clock, every: () => configuration.config().values.vitals.every }),
    logs: createLogsSense({
      clock,
      cursors,
      whyNot(path) {
        const { folders, outputRoots } = configuration.config();
        return whyOwnLog(path, [folders.state, folders.logs, ...outputRoots]);
      },
    }),
    schedule: createScheduleSense({ clock, cursors, timezone: () => configuration.config().values.timezone }),
    daemon: daemonSense(options, cursors),
  };
}
