import { homedir } from 'node:os';
import { type Broadcast, createBroadcast } from './base/broadcast.ts';
import { systemClock } from './base/clock.ts';
import { CodedError, EXIT, messageOf } from './base/errors.ts';
import { createLog, type Log } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { withTaskGroup } from './base/task-group.ts';
import { environment } from './config/environment.ts';
import { foldersFor, makeFolders } from './config/folders.ts';
import { loadConfig } from './config/load.ts';
import { configFingerprint } from './config/watch.ts';
import type { LiveEvent } from './contract/api.ts';
import type { Config, Folders } from './contract/config.ts';
import { formatProblem } from './contract/problem.ts';
import { createConfiguration } from './main/configuration.ts';
import { lockState } from './store/lock.ts';
import { openStore } from './store/open.ts';
import type { RunDaemon, RunOptions } from './surfaces/daemon.ts';
import { packageVersion } from './surfaces/version.ts';

/**
 * Runs one daemon in this process until `signal` aborts or something it cannot live without is lost: builds the
 * house in flow order, and tears it down in the same order. Exit codes: 0 stopped, 70 defect or lost store,
 * 75 another daemon runs, 78 configuration or database unusable.
 */
export const runDaemon: RunDaemon = async (options) => {
  try {
    return await run(options);
  } catch (error) {
    if (error instanceof CodedError) {
      const details = [error.allowed && `allowed: ${error.allowed}`, error.next].filter(Boolean);
      return { code: error.exitCode, reason: [error.message, ...details].join('\n  ') };
    }
    return { code: EXIT.internal, reason: messageOf(error) };
  }
};

async function run(options: RunOptions): Promise<{ code: number; reason: string }> {
  const env = environment();
  const folders = foldersFor({
    home: options.home ?? null,
    env,
    platform: process.platform,
    homedir: homedir(),
  });
  await makeFolders(folders);
  const lock = lockState(folders.state);
  try {
    const since = await configFingerprint(folders);
    const loaded = await loadConfig({ folders, env, flags: options.flags, homedir: homedir() });
    if (!loaded.ok) {
      const reason = ['the configuration cannot be used:', ...loaded.problems.map(formatProblem)].join('\n');
      return { code: EXIT.config, reason };
    }
    return await withDatabaseLock(loaded.config, () =>
      live({ ...options, since }, folders, loaded.config, env),
    );
  } finally {
    lock.release();
  }
}

/** A database outside the state directory has a lock of its own: two homes may name the same one. */
async function withDatabaseLock<T>({ database, folders }: Config, run: () => Promise<T>): Promise<T> {
  if (database.startsWith(`${folders.state}/`)) return run();
  const lock = lockState(`${database}.lock`);
  try {
    return await run();
  } finally {
    lock.release();
  }
}

async function live(
  options: RunOptions & { since: string },
  folders: Folders,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ code: number; reason: string }> {
  const log = openLog(config);
  const lost = new AbortController();
  const reopen = () => log.reopen();
  process.on('SIGHUP', reopen);
  try {
    const opening = openStore(config.database, (error) => {
      log.critical('store lost', { error });
      lost.abort(error);
    });
    // The rest of the house is loaded while the store's thread starts on another core.
    const [{ runHouse }, store] = await Promise.all([import('./main/house.ts'), opening]);
    try {
      const base = { clock: systemClock, random: systemRandom, log };
      const configuration = await createConfiguration(config, store, {
        ...base,
        folders,
        env,
        flags: options.flags,
        homedir: homedir(),
      });
      const events: Broadcast<LiveEvent> = createBroadcast();
      const entrance = announceFirst(options);
      const live = (event: LiveEvent) => {
        events.send(event);
        entrance.onLive(event);
      };
      const version = packageVersion();
      log.info('daemon starting', { version, pid: process.pid, state: folders.state });
      await withTaskGroup(
        lost.signal,
        (group) =>
          runHouse(group, {
            ...base,
            store,
            configuration,
            folders,
            version,
            events,
            live,
            ...options,
            ...entrance,
          }),
        { name: 'daemon', clock: systemClock },
      );
      log.info('daemon stopped');
      return { code: EXIT.ok, reason: 'stopped' };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof CodedError) throw error;
    log.critical('daemon ended', { error });
    return { code: EXIT.internal, reason: `the daemon ended: ${messageOf(error)} (see ${folders.logs})` };
  } finally {
    process.off('SIGHUP', reopen);
    log.close();
  }
}

/** Keeps back what happens before the banner, so that the banner is what is seen first. */
function announceFirst(
  options: Pick<RunOptions, 'onReady' | 'onLive'>,
): Pick<RunOptions, 'onReady' | 'onLive'> {
  let early: LiveEvent[] | null = [];
  return {
    onReady(info) {
      options.onReady(info);
      for (const event of early ?? []) options.onLive(event);
      early = null;
    },
    onLive(event) {
      if (early === null) options.onLive(event);
      else early.push(event);
    },
  };
}

function openLog(config: Config): Log {
  return createLog({
    level: config.values.log_level,
    file: { path: `${config.folders.logs}/consciousness.log` },
    // On a terminal the CLI shows what happens; whoever asks for DEBUG wants the log itself.
    pretty: config.values.log_level === 'DEBUG' && process.stderr.isTTY === true,
    secrets: () => config.secrets,
  });
}
