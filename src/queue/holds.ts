import type { Clock } from '../base/clock.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { HoldView } from '../contract/status-view.ts';

type HoldKind = HoldView['what'];

/** Why work waits, for people: providers that are away, output roots that are full, a disk that takes no changes. */
export interface Holds {
  /** `until`: when it ends by itself (epoch ms), where that is known. */
  set(what: HoldKind, name: string, reason: string, until?: number): void;
  clear(what: HoldKind, name: string): void;
  reason(what: HoldKind, name: string): string | null;
  list(): Hold[];
}

interface Hold {
  what: HoldKind;
  name: string;
  reason: string;
  since: number;
  until?: number;
}

export function createHolds(clock: Clock, live: (event: LiveEvent) => void): Holds {
  const holds = new Map<string, Hold>();
  const keyOf = (what: HoldKind, name: string) => `${what} ${name}`;
  const tell = (what: HoldKind, name: string, held: boolean, reason: string) =>
    live({ type: 'hold', at: new Date(clock.now()).toISOString(), what, name, held, reason });
  return {
    set(what, name, reason, until) {
      const known = holds.get(keyOf(what, name));
      if (known?.reason === reason && known.until === until) return;
      holds.set(keyOf(what, name), {
        what,
        name,
        reason,
        since: known?.since ?? clock.now(),
        ...(until === undefined ? {} : { until }),
      });
      if (known?.reason !== reason) tell(what, name, true, reason);
    },
    clear(what, name) {
      if (holds.delete(keyOf(what, name))) tell(what, name, false, '');
    },
    reason: (what, name) => holds.get(keyOf(what, name))?.reason ?? null,
    list: () => [...holds.values()],
  };
}
