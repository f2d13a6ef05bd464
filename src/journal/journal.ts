import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { MetFolder } from '../contract/event.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { MatchedObservation } from '../contract/match.ts';
import type { PerceiveInput } from '../store/operations/perceive.ts';
import type { RegisteredRoot } from '../store/operations/roots.ts';
import type { Store } from '../store/store.ts';

export interface JournalOptions {
  store: Store;
  clock: Clock;
  live(event: LiveEvent): void;
}

/** Where everything perceived becomes durable. */
export interface Journal {
  /** Makes roots known; once before anything of them is journaled. `since` (epoch ms): when new ones were first met. */
  register(paths: string[], since: number): Promise<void>;
  root(path: string): RegisteredRoot;
  /** Commits observations with their thoughts and the index; how many thoughts were queued. */
  observe(
    root: string,
    observations: MatchedObservation[],
    baselined: boolean,
    met?: MetFolder,
  ): Promise<number>;
  /** Commits what a sense other than files perceived, with its thoughts and cursors; how many thoughts were queued. */
  perceive(percepts: Omit<PerceiveInput, 'now'>): Promise<number>;
}

export function createJournal({ store, clock, live }: JournalOptions): Journal {
  const roots = new Map<string, RegisteredRoot>();

  function root(path: string): RegisteredRoot {
    const known = roots.get(path);
    if (!known)
      throw new CodedError('root-unknown', 'a batch of a root that was never registered', { value: path });
    return known;
  }

  return {
    root,
    async register(paths, since) {
      for (const each of await store.write('registerRoots', { paths, now: since }))
        roots.set(each.path, each);
    },
    async observe(path, observations, baselined, met) {
      const { id } = root(path);
      const now = clock.now();
      const news = await store.write('observe', {
        root: { id, path },
        observations,
        baselined,
        ...(met === undefined ? {} : { met }),
        now,
      });
      let thoughts = 0;
      for (const { seq, path: file, change, rules, thoughts: queued } of news) {
        thoughts += queued.length;
        live({ type: 'perceived', at: new Date(now).toISOString(), seq, path: file, change, rules });
      }
      return thoughts;
    },
    async perceive(percepts) {
      const now = clock.now();
      let thoughts = 0;
      for (const news of await store.write('perceive', { ...percepts, now })) {
        const { seq, subject, kind, rules } = news;
        thoughts += news.thoughts.length;
        live({ type: 'happened', at: new Date(now).toISOString(), seq, subject, kind, rules });
      }
      return thoughts;
    },
  };
}
