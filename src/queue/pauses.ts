import type { PauseView } from '../contract/api.ts';
import type { Pause } from '../store/operations/pause.ts';
import type { Store } from '../store/store.ts';

/** The name that stands for every rule. */
const EVERYTHING = '';

export interface PausesOptions {
  store: Store;
  now(): number;
  /** A command of ours, as a person is to type it. */
  line(command: string): string;
}

/** What a person has paused: none of its thoughts is claimed, while perceiving and capturing go on. Survives restarts. */
export interface Pauses {
  /** Why a rule's thoughts are not claimed; null = they are. */
  why(rule: string): string | null;
  /** The same of one that is paused by its name, or (`null`) of everything. */
  words(rule: string | null): string;
  view(): PauseView;
  /** `null` = everything. From the call on nothing more is claimed; resolves when that is durable. */
  pause(rule: string | null): Promise<PauseView>;
  /** `null` = the pause of everything: rules that were paused by name stay so. */
  resume(rule: string | null): Promise<PauseView>;
}

export async function createPauses(options: PausesOptions): Promise<Pauses> {
  const { store, now, line } = options;
  const paused = new Set((await store.read('pauses', undefined)).map((each) => each.rule));
  const take = (durable: Pause[]) => {
    paused.clear();
    for (const { rule } of durable) paused.add(rule);
  };
  const view = (): PauseView => ({
    all: paused.has(EVERYTHING),
    rules: [...paused].filter((rule) => rule !== EVERYTHING).sort(),
  });
  const words = (rule: string | null) =>
    rule === null ? `everything is paused: ${line('resume')}` : `paused: ${line(`resume ${rule}`)}`;
  return {
    why(rule) {
      if (paused.has(EVERYTHING)) return words(null);
      return paused.has(rule) ? words(rule) : null;
    },
    words,
    view,
    async pause(rule) {
      const name = rule ?? EVERYTHING;
      const before = new Set(paused);
      // First here: a claim that is asked for from now on comes after it.
      paused.add(name);
      try {
        take(await store.write('pause', { rule: name, now: now() }));
      } catch (error) {
        if (!before.has(name)) paused.delete(name);
        throw error;
      }
      return view();
    },
    async resume(rule) {
      take(await store.write('resume', { rule: rule ?? EVERYTHING }));
      return view();
    },
  };
}
