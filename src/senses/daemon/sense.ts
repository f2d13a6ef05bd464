import { createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import type { Happening, Percepts } from '../../contract/happening.ts';
import type { DaemonEvent } from '../../contract/rule-on.ts';
import type { Cursors, RuledSense } from '../sense.ts';
import { isLow, type Space, spaceText } from './disks.ts';
import { changesOf, type Lately, type SeenProvider } from './providers.ts';
import { type DaemonState, daemonCursor, daemonState, NOTHING } from './state.ts';
import {
  budgetHappening,
  diskHappening,
  type EndedThought,
  endedHappening,
  providerHappening,
  type SpentBudget,
} from './tell.ts';

/** How often the daemon looks at itself while a rule asks for it. */
const EVERY_MS = 5000;

/** How often it is looked at how much room its disks have. */
const DISKS_EVERY_MS = 60_000;

/** Ended thoughts that are told at a time. */
const MOST_ENDED = 100;

export interface DaemonSenseOptions {
  clock: Pick<Clock, 'now' | 'monotonic'>;
  cursors: Cursors;
  /** Every provider as its health says. */
  providers(): SeenProvider[];
  /** Budgets of today that are used up. */
  budgets(): SpentBudget[];
  /** Thoughts that have ended since an event of the journal, oldest first, and up to which event was looked. */
  ended(after: number, most: number): Promise<{ upTo: number; ended: EndedThought[] }>;
  /** The newest event of the journal. */
  newest(): Promise<number>;
  /** Folders that must not run full: of the state, and where outputs write. */
  folders(): string[];
  /** Null where it cannot be told. */
  space(folder: string): Promise<Space | null>;
  /** Default: 5 s. */
  everyMs?: number;
}

/** The daemon perceives itself: providers, ended thoughts, budgets and disks, each change once. */
export function createDaemonSense(options: DaemonSenseOptions): RuledSense {
  const { clock, everyMs = EVERY_MS } = options;
  const bell = createBell();
  const lately: Lately = new Map();
  let state = daemonState(options.cursors);
  let journaled = JSON.stringify(state);
  let wanted: ReadonlySet<DaemonEvent> = new Set();
  let disksAt = Number.NEGATIVE_INFINITY;
  let spent = new Set<string>();

  async function look(): Promise<Percepts | null> {
    const ended = await endedThoughts();
    const disks = await lowDisks();
    const { standing, changes } = changesOf(state.providers, lately, options.providers(), {
      wall: clock.now(),
      monotonic: clock.monotonic(),
    });
    const next: DaemonState = { ended: ended.upTo, providers: standing, low: disks.low };
    const happenings = [
      ...changes.map((change) => providerHappening(change, clock.now())),
      ...spentBudgets(),
      ...disks.happenings,
      ...ended.happenings,
    ].filter(({ kind }) => [...wanted].some((each) => each === kind));
    const isNews = JSON.stringify(next) !== journaled || happenings.length > 0;
    state = next;
    journaled = JSON.stringify(next);
    return isNews ? { happenings, cursors: [daemonCursor(next)] } : null;
  }

  /** Nobody asks any more: whoever asks later is told of no change that came meanwhile. */
  function forget(): Percepts | null {
    lately.clear();
    disksAt = Number.NEGATIVE_INFINITY;
    if (state === NOTHING) return null;
    state = NOTHING;
    journaled = JSON.stringify(state);
    return { happenings: [], cursors: [daemonCursor(state)] };
  }

  /** Whoever begins to ask is not told of what has ended before. */
  async function endedThoughts(): Promise<{ upTo: number | null; happenings: Happening[] }> {
    if (!wanted.has('thought.done') && !wanted.has('thought.dead')) return { upTo: null, happenings: [] };
    if (state.ended === null) return { upTo: await options.newest(), happenings: [] };
    const { upTo, ended } = await options.ended(state.ended, MOST_ENDED);
    // A rule on the daemon that heard of thoughts of rules on the daemon would make them without end.
    return { upTo, happenings: ended.filter(({ ofDaemon }) => !ofDaemon).map(endedHappening) };
  }

  function spentBudgets(): Happening[] {
    const budgets = options.budgets();
    const news = budgets.filter(({ provider, until }) => !spent.has(`${provider} ${until}`));
    spent = new Set(budgets.map(({ provider, until }) => `${provider} ${until}`));
    return news.map((each) => budgetHappening(each, clock.now()));
  }

  /** Of folders on one disk, the first stands for all. Whoever begins to ask is told of what is low already. */
  async function lowDisks(): Promise<{ low: string[]; happenings: Happening[] }> {
    if (!wanted.has('disk.low')) {
      disksAt = Number.NEGATIVE_INFINITY;
      return { low: [], happenings: [] };
    }
    if (clock.monotonic() - disksAt < DISKS_EVERY_MS) return { low: state.low, happenings: [] };
    disksAt = clock.monotonic();
    const low: string[] = [];
    const happenings: Happening[] = [];
    const seen = new Set<number>();
    for (const folder of options.folders()) {
      const space = await options.space(folder);
      const was = state.low.includes(folder);
      // What cannot be told has not changed.
      if (space === null && was) low.push(folder);
      if (space === null || seen.has(space.dev)) continue;
      seen.add(space.dev);
      if (!isLow(space, was)) continue;
      low.push(folder);
      if (!was) happenings.push(diskHappening(folder, spaceText(folder, space), clock.now()));
    }
    return { low, happenings };
  }

  return {
    heed(rules) {
      wanted = new Set(rules.flatMap(({ on }) => on.daemon?.events ?? []));
      bell.ring();
    },
    async *perceive(signal) {
      while (!signal.aborted) {
        const batch = wanted.size > 0 ? await look() : forget();
        if (batch !== null) yield { batch, accept: () => undefined };
        await bell.wait(wanted.size > 0 ? everyMs : Number.POSITIVE_INFINITY, signal);
      }
    },
    health: () => ({
      name: 'daemon',
      state: 'ok',
      detail: wanted.size > 0 ? '' : 'no rule asks for it',
      roots: [],
    }),
  };
}
