import { monitorEventLoopDelay } from 'node:perf_hooks';
import { attend } from '../attention/attend.ts';
import type { Broadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { TaskGroup } from '../base/task-group.ts';
import { watchConfiguration } from '../config/watch.ts';
import type { LiveEvent, RootHealth } from '../contract/api.ts';
import type { Folders } from '../contract/config.ts';
import { formatProblem } from '../contract/problem.ts';
import { createJournal } from '../journal/journal.ts';
import { createHolds } from '../queue/holds.ts';
import { createFilesSense } from '../senses/files/sense.ts';
import { patientStore } from '../store/patient.ts';
import type { Store } from '../store/store.ts';
import type { RunOptions } from '../surfaces/daemon.ts';
import { serve } from '../surfaces/http/serve.ts';
import type { Configuration } from './configuration.ts';
import { createDaemon } from './daemon.ts';
import { rememberErrors } from './last-error.ts';
import { createMeeting } from './meeting.ts';
import { startStage } from './stage.ts';
import { LOOP_RESOLUTION_MS } from './status.ts';
import { createUpkeep } from './upkeep.ts';
import { createWorkers } from './workers.ts';

/** How long everything together may take to stop; calls under way get 20 s of it. */
const STOP_WITHIN_MS = 25_000;

/** How long the banner waits for the first scan. */
const READY_WITHIN_MS = 3000;

export interface HouseOptions extends RunOptions {
  clock: Clock;
  random: Random;
  log: Log;
  /** Writes to it fail at once while the disk takes nothing. */
  store: Store;
  configuration: Configuration;
  folders: Folders;
  /** The configuration's fingerprint before it was loaded. */
  since: string;
  version: string;
  events: Broadcast<LiveEvent>;
  live(event: LiveEvent): void;
}

/** Builds the house in flow order, lives in it until asked to stop, and leaves it in the same order. */
export async function runHouse(group: TaskGroup, options: HouseOptions): Promise<void> {
  const { clock, random, configuration, live } = options;
  const { log, lastError } = rememberErrors(options.log, clock);
  const owner = `i-${random.hex(8)}`;
  const stopRequested = new AbortController();
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loopDelay.enable();
  const holds = createHolds(clock, live);
  const store = patientStore(options.store, {
    clock,
    signal: group.signal,
    onTrouble(reason) {
      if (reason === null) holds.clear('store', 'database');
      else {
        if (holds.reason('store', 'database') === null) log.error('database takes no changes', { reason });
        holds.set('store', 'database', reason);
      }
    },
  });

  // Senses and the journal.
  const config = configuration.config();
  const journal = createJournal({ store, clock, live });
  await journal.register(config.roots.map((root) => root.path));
  const sense = createFilesSense({
    roots: config.roots,
    debounceMs: config.values.file_watcher.debounce_seconds * 1000,
    ignorePatterns: [],
    stateDirectory: options.folders.state,
    databases: [config.database],
    loadIndex: (root) => journal.index(root),
    onHealth: tellRoots(live, clock),
  });
  const isOffline = (path: string) =>
    sense.health().roots.some((root) => root.path === path && root.state === 'offline');

  // Rules and what the last daemon left behind, while the sense looks around already.
  await configuration.reload(store);
  const swept = await store.write('sweep', { owner, everyone: true, now: clock.now() });
  if (swept.crashed + swept.resumed > 0) log.warning('work taken over', { ...swept });
  await configuration.settle(store);

  const workers = await createWorkers({ ...options, store, log, holds, owner, isOffline });
  const { capture, mind, outputs, leases, providers, onRouting } = workers;
  const meeting = createMeeting({
    store,
    journal,
    clock,
    rules: configuration.rules,
    hashWhenIdle: (root, paths) => sense.hashWhenIdle(root, paths),
    onQueued: capture.queued,
  });

  async function reload(): Promise<void> {
    const { configChanged, rulesChanged } = await configuration.reload(store);
    const now = configuration.config();
    if (configChanged) {
      log.setLevel(now.values.log_level);
      await journal.register(now.roots.map((root) => root.path));
      sense.reconfigure({
        roots: now.roots,
        debounceMs: now.values.file_watcher.debounce_seconds * 1000,
        ignorePatterns: [],
      });
      providers.replace(now);
    }
    if (configChanged || rulesChanged) {
      await configuration.settle(store);
      meeting.arrange(now.roots.map((root) => root.path));
      capture.queued();
      onRouting();
    }
    const at = new Date(clock.now()).toISOString();
    live({
      type: 'reloaded',
      at,
      rules: configuration.rules().length,
      problems: configuration.problems().map(formatProblem),
    });
  }

  const daemon = createDaemon({
    ...options,
    ...workers,
    log,
    lastError,
    owner,
    startedAt: clock.now(),
    holds,
    sense,
    loopDelay,
    stopping: stopRequested,
  });

  const intake = startStage(group, 'files sense', (signal) =>
    attend({
      perceptions: sense.perceive(signal),
      journal,
      rules: configuration.rules,
      onQueued: capture.queued,
      onBaselined(root) {
        journal.root(root).baselined = true;
        meeting.arrange([root]);
      },
    }),
  );
  const watching = startStage(group, 'configuration', (signal) =>
    watchConfiguration({ folders: options.folders, onChange: reload, signal, since: options.since }),
  );
  const acquainting = startStage(group, 'existing files', meeting.run);
  const probing = startStage(group, 'providers', (signal) => providers.health.watch(signal));
  const capturing = startStage(group, 'capture', capture.run);
  const thinking = startStage(group, 'mind', mind.run);
  const heartbeats = startStage(group, 'leases', leases.keep);
  const upkeep = startStage(
    group,
    'upkeep',
    createUpkeep({ store, clock, owner, log, configuration, ...workers }),
  );
  const applying = startStage(group, 'outputs', outputs.run);
  meeting.arrange(config.roots.map((root) => root.path));

  const streams = new AbortController();
  const report = (error: unknown) => log.error('request failed', { error });
  const app = lazy(async () => {
    const { createApp } = await import('../surfaces/http/app.ts');
    return createApp(daemon, { signal: streams.signal, report });
  });
  const listening = await serve({
    app: { fetch: async (request) => (await app()).fetch(request) },
    socket: options.folders.socket,
  });
  try {
    // A first scan is over at once for most; what lands after the banner is then never taken for "existing".
    await Promise.race([sense.ready(stopRequested.signal), clock.sleep(READY_WITHIN_MS, group.signal)]);
    options.onReady(await daemon.status());
    await aborted(AbortSignal.any([options.signal, stopRequested.signal, group.signal]));
    stopRequested.abort();
    log.info('daemon stopping');
    const inOrder = async () => {
      for (const stage of [
        intake,
        watching,
        acquainting,
        capturing,
        thinking,
        applying,
        upkeep,
        heartbeats,
        probing,
      ])
        await stage.stop();
    };
    await Promise.race([inOrder(), clock.sleep(STOP_WITHIN_MS, group.signal)]);
  } catch (error) {
    log.error('stopping failed', { error: messageOf(error) });
  } finally {
    streams.abort();
    await listening.close();
    await sense.close();
    await workers.close();
    loopDelay.disable();
    await group.stop();
  }
}

/** Tells of a root when its state or its trouble is another one, not when its numbers are. */
function tellRoots(live: (event: LiveEvent) => void, clock: Clock): (root: RootHealth) => void {
  const told = new Map<string, string>();
  return ({ path, state, detail }) => {
    if (told.get(path) === `${state} ${detail}`) return;
    told.set(path, `${state} ${detail}`);
    live({ type: 'root', at: new Date(clock.now()).toISOString(), path, state, detail });
  };
}

/** Makes something at its first use. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
