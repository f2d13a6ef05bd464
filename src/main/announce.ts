import { type Broadcast, createBroadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { RootHealth, StatusView } from '../contract/status-view.ts';
import type { RunOptions } from '../surfaces/daemon.ts';

/** Tells everybody who listens what happens. */
export interface Announcements {
  events: Broadcast<LiveEvent>;
  live(event: LiveEvent): void;
  onReady(info: StatusView): void;
  /** Tells of a root when its state or its trouble is another one, not when its numbers are. */
  onHealth(root: RootHealth): void;
}

/** Keeps back from the terminal what happens before the banner, so that the banner is what is seen first. */
export function createAnnouncements(
  options: Pick<RunOptions, 'onReady' | 'onLive'>,
  clock: Clock,
): Announcements {
  const events: Broadcast<LiveEvent> = createBroadcast();
  const told = new Map<string, string>();
  let early: LiveEvent[] | null = [];
  const live = (event: LiveEvent) => {
    events.send(event);
    if (early === null) options.onLive(event);
    else early.push(event);
  };
  return {
    events,
    live,
    onReady(info) {
      options.onReady(info);
      for (const event of early ?? []) options.onLive(event);
      early = null;
    },
    onHealth({ path, state, detail }) {
      if (told.get(path) === `${state} ${detail}`) return;
      told.set(path, `${state} ${detail}`);
      live({ type: 'root', at: new Date(clock.now()).toISOString(), path, state, detail });
    },
  };
}
