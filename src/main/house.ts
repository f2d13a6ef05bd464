import { monitorEventLoopDelay } from 'node:perf_hooks';
import { attend } from '../attention/attend.ts';
import type { Broadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { TaskGroup } from '../base/task-group.ts';
import { watchConfiguration } from '../config/watch.ts';
import type { Folders } from '../contract/config.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import { problemLine } from '../contract/problem.ts';
import { createJournal } from '../journal/journal.ts';
import { createRetainer } from '../journal/retain.ts';
import { createHolds } from '../queue/holds.ts';
import type { FilesSense } from '../senses/files/sense.ts';
import { readPresence } from '../senses/presence.ts';
import type { Keeper } from '../store/keeper.ts';
import { patientStore } from '../store/patient.ts';
import type { Loss } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { lineFor } from '../surfaces/cli/line.ts';
import type { RunOptions } from '../surfaces/daemon.ts';
import type { Configuration } from './configuration.ts';
import { createDaemon } from './daemon.ts';
import { createDoors } from './doors.ts';
import { rememberErrors } from './last-error.ts';
import { createMeeting } from './meeting.ts';
import { createObserved } from './observed.ts';
import { periodsOf } from './periods.ts';
import { createSenses } from './senses.ts';
import { startStage, together } from './stage.ts';
import { LOOP_RESOLUTION_MS } from './status.ts';
import { createUpkeep } from './upkeep.ts';
import { createWorkers } from './workers.ts';

/** How long everything together may take to stop; calls under way get 20 s of it. */
const STOP_WITHIN_MS = 25_000;

/** The same while the database takes no changes: what is under way cannot be recorded, and is done again. */
const STOP_HELD_WITHIN_MS = 3000;

/** How long the banner waits for the first scan. */
const READY_WITHIN_MS = 3000;

/** A note is made at most so long before the ledger hears of it. */
const OUTPUT_MS = 60_000;

export interface HouseOptions extends Pick<RunOptions, 'onReady' | 'signal'> {
  clock: Clock;
  random: Random;
  log: Log;
  /** Writes to it fail at once while the disk takes nothing. */
  store: Store;
  keeper: Keeper;
  /** Every time that the database was lost. */
  losses: readonly Loss[];
  configuration: Configuration;
  folders: Folders;
  /** The configuration's fingerprint before it was loaded. */
  since: string;
  version: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Looks around already. */
  sense: FilesSense;
  events: Broadcast<LiveEvent>;
  live(event: LiveEvent): void;
}

/** Builds the house in flow order, lives in it until asked to stop, and leaves it in the same order. */
export async function runHouse(group: TaskGroup, options: HouseOptions): Promise<void> {
  const { clock, random, configuration, sense, live } = options;
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

  const line = (command: string) => lineFor(options.folders.home, command);
  const config = configuration.config();
  const journal = createJournal({ store, clock, live });
  await journal.register(
    config.roots.map((root) => root.path),
    sense.since(),
  );
  const isOffline = (path: string) =>
    sense.health().roots.some((root) => root.path === path && root.state === 'offline');

  // Rules and what the last daemon left behind.
  await configuration.reload(store);
  const swept = await store.write('sweep', { owner, everyone: true, now: clock.now() });
  if (swept.crashed + swept.resumed > 0) log.warning('work taken over', { ...swept });
  await configuration.settle(store);

  const observed = await createObserved({
    ...options,
    log,
    holds,
    tracesContent: () => configuration.config().values.traces.content === 'allow',
    stopping: stopRequested.signal,
  });
  const gaps = options.losses.map(({ from, at }) => ({ from: (from ?? 0) - OUTPUT_MS, to: at }));
  const workers = await createWorkers({
    ...options,
    store,
    log,
    holds,
    owner,
    isOffline,
    line,
    gaps,
    onAttempt: observed.onAttempt,
    presence: () => readPresence({ clock }),
  });
  const { capture, mind, outputs, leases, providers, onRouting } = workers;
  // What is ready already waits for nobody but the mind.
  const onQueued = () => {
    capture.queued();
    mind.look();
  };
  const meeting = createMeeting({
    store,
    journal,
    clock,
    rules: configuration.rules,
    hashWhenIdle: (root, paths) => sense.hashWhenIdle(root, paths),
    onQueued: capture.queued,
  });

  const senses = await createSenses({
    store,
    clock,
    log,
    configuration,
    journal,
    providers,
    onQueued,
  });
  senses.heed();

  async function reload(): Promise<void> {
    const { configChanged, rulesChanged } = await configuration.reload(store);
    const now = configuration.config();
    if (configChanged) {
      log.setLevel(now.values.log_level);
      await journal.register(
        now.roots.map((root) => root.path),
        clock.now(),
      );
      sense.reconfigure({
        roots: now.roots,
        debounceMs: now.values.file_watcher.debounce_seconds * 1000,
        ignorePatterns: [],
      });
      providers.replace(now);
      doors.port.heed();
      await workers.mcp.replace(now);
    }
    if (configChanged || rulesChanged) {
      await configuration.settle(store);
      meeting.arrange(now.roots.map((root) => root.path));
      senses.heed();
      workers.manners.heed();
      capture.queued();
      onRouting();
    }
    const at = new Date(clock.now()).toISOString();
    live({
      type: 'reloaded',
      at,
      rules: configuration.rules().length,
      problems: configuration.problems().map(problemLine),
    });
  }

  const retainer = createRetainer({
    store,
    keeper: options.keeper,
    clock,
    log,
    periods: () => periodsOf(configuration.config()),
  });
  const doors = await createDoors({
    ...options,
    log,
    line,
    socket: options.folders.socket,
    restoredAt: Math.max(0, ...options.losses.map(({ at }) => at)),
    daemon: () => daemon,
  });
  const daemon = createDaemon({
    ...options,
    ...workers,
    http: doors.http,
    log,
    lastError,
    owner,
    startedAt: clock.now(),
    holds,
    journal,
    sense,
    senses,
    retainer,
    loopDelay,
    observed,
    stopping: stopRequested,
  });
  const observing = startStage(group, 'observing', (signal) => observed.run(daemon, signal));

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
  const perceiving = senses.start(group);
  const watching = startStage(group, 'configuration', (signal) =>
    watchConfiguration({ folders: options.folders, onChange: reload, signal, since: options.since }),
  );
  const acquainting = startStage(group, 'existing files', meeting.run);
  const probing = startStage(group, 'providers', (signal) => providers.health.watch(signal));
  const capturing = startStage(group, 'capture', capture.run);
  const thinking = startStage(group, 'mind', mind.run);
  const minding = startStage(group, 'manners', workers.manners.run);
  const heartbeats = startStage(group, 'leases', leases.keep);
  const upkeep = startStage(
    group,
    'upkeep',
    createUpkeep({ store, clock, owner, log, configuration, ...workers }),
  );
  const keeping = startStage(group, 'database', options.keeper.run);
  const retaining = startStage(group, 'retention', retainer.run);
  const applying = startStage(group, 'outputs', outputs.run);

  const porting = startStage(group, 'port', doors.port.run);
  await doors.openSocket();
  try {
    // A first scan is over at once for most; what lands after the banner is then never taken for "existing".
    await Promise.race([sense.ready(stopRequested.signal), clock.sleep(READY_WITHIN_MS, group.signal)]);
    options.onReady(await daemon.status());
    meeting.arrange(config.roots.map((root) => root.path));
    await aborted(AbortSignal.any([options.signal, stopRequested.signal, group.signal]));
    stopRequested.abort();
    log.info('daemon stopping');
    failpoint('stop:begun');
    const inOrder = async () => {
      for (const stage of [
        together(intake, perceiving),
        watching,
        acquainting,
        // Together: while a large file is read to its end, nothing more may be claimed.
        together(capturing, thinking),
        applying,
        together(upkeep, minding),
        retaining,
        keeping,
        heartbeats,
        probing,
        porting,
        observing,
      ])
        await stage.stop();
      failpoint('stop:drained');
    };
    const within = holds.reason('store', 'database') === null ? STOP_WITHIN_MS : STOP_HELD_WITHIN_MS;
    await Promise.race([inOrder(), clock.sleep(within, group.signal)]);
  } catch (error) {
    log.error('stopping failed', { error: messageOf(error) });
  } finally {
    await doors.close();
    await sense.close();
    await workers.close();
    loopDelay.disable();
    await group.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
