import { watchingClock } from '../../src/base/clock.ts';
import { createSystemRandom } from '../../src/base/random.ts';
import type { Desk } from '../../src/surfaces/access/desk.ts';
import type { Daemon } from '../../src/surfaces/daemon.ts';
import { type AppOptions, createApp } from '../../src/surfaces/http/app.ts';

/** The app over a daemon, with what a test does not care about. */
export function appFor(daemon: Daemon, options: Partial<AppOptions> = {}) {
  return createApp(daemon, {
    clock: watchingClock,
    signal: new AbortController().signal,
    report: () => undefined,
    desk: NO_DESK,
    random: createSystemRandom(),
    line: (command) => `consciousness ${command}`,
    ...options,
  });
}

const closed = async () => {
  throw new Error('this test has no tokens');
};

const NO_DESK: Desk = { tokens: () => [], make: closed, revoke: closed, invite: closed, enter: closed };
