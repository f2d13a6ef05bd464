import type { Clock } from '../base/clock.ts';
import { DAEMON_EVENTS } from '../contract/rule-on.ts';
import { createDaemonSense } from '../senses/daemon/sense.ts';
import type { Cursors, RuledSense } from '../senses/sense.ts';
import type { Store } from '../store/store.ts';
import type { Configuration } from './configuration.ts';
import { createSpaceOf } from './disk-space.ts';
import type { ProviderSet } from './providers.ts';

export interface DaemonSenseParts {
  store: Pick<Store, 'read'>;
  clock: Clock;
  configuration: Pick<Configuration, 'config'>;
  providers: Pick<ProviderSet, 'map' | 'health' | 'spent'>;
}

/** The sense for the daemon itself, with everything in the house that it looks at. */
export function daemonSense(parts: DaemonSenseParts, cursors: Cursors): RuledSense {
  const { store, clock, configuration, providers } = parts;
  return createDaemonSense({
    clock,
    cursors,
    providers: () =>
      [...providers.map().keys()].map((name) => {
        const { state, reason } = providers.health.health(name);
        return { name, state, reason };
      }),
    budgets: providers.spent,
    async ended(after, limit) {
      const { upTo, ended } = await store.read('endedThoughts', { after, limit });
      return {
        upTo,
        ended: ended.flatMap(({ kind, sense, answer: json, ...each }) => {
          const answer: unknown = json === null ? null : JSON.parse(json);
          const known = DAEMON_EVENTS.find((event) => event === kind);
          return known === undefined ? [] : [{ ...each, answer, kind: known, ofDaemon: sense === 'daemon' }];
        }),
      };
    },
    newest: () => store.read('newestEvent', undefined),
    folders() {
      const { folders, outputRoots } = configuration.config();
      return [folders.state, ...outputRoots];
    },
    space: createSpaceOf(clock),
  });
}
