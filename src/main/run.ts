import { homedir } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { CodedError, EXIT, messageOf, systemCode } from '../base/errors.ts';
import { environment } from '../config/environment.ts';
import { foldersFor, makeFolders } from '../config/folders.ts';
import { loadConfig } from '../config/load.ts';
import { configFingerprint } from '../config/watch.ts';
import type { Config, Folders } from '../contract/config.ts';
import { formatProblem } from '../contract/problem.ts';
import { createFilesSense } from '../senses/files/sense.ts';
import { lockState } from '../store/lock.ts';
import { beginStore } from '../store/open.ts';
import type { RunOptions } from '../surfaces/daemon.ts';
import { createAnnouncements } from './announce.ts';
import type { LifeOptions } from './live.ts';
import { livingMended } from './mend.ts';
import { type Threads, withThreads } from './threads.ts';

/** How long a start waits before it tries again to open a database that has no room. */
const OPEN_AGAIN_MS = 3000;

type Ended = { code: number; reason: string };

/** Takes the lock, reads the configuration, and lives by it; throws what makes a daemon impossible. */
export async function run(options: RunOptions, threads: Threads): Promise<Ended> {
  const env = environment();
  const folders = foldersFor({
    home: options.home ?? null,
    env,
    platform: process.platform,
    homedir: homedir(),
  });
  const once = announcedOnce(options);
  const lock = await whenThereIsRoom({ ...options, ...once }, takeFolders(folders), () =>
    takeFolders(folders),
  );
  if (lock === null) return STOPPED;
  try {
    const since = await configFingerprint(folders);
    const loaded = await loadConfig({ folders, env, flags: options.flags, homedir: homedir() });
    if (!loaded.ok) {
      const reason = ['the configuration cannot be used:', ...loaded.problems.map(formatProblem)].join('\n');
      return { code: EXIT.config, reason };
    }
    const { config } = loaded;
    const life = { ...options, ...once, since, folders, config, env, homedir: homedir() };
    return await withDatabaseLock(config, () =>
      livingMended((mended) => {
        // Who asked for an empty database meant the one that was lost then, not one that is lost months later.
        const own = mended ? { ...life, freshDatabase: false } : life;
        const again = () => withThreads((fresh) => begin(own, fresh));
        const first = mended ? again() : begin(life, threads);
        return whenThereIsRoom(life, first, again).then((ended) => ended ?? STOPPED);
      }, systemClock),
    );
  } finally {
    lock.release();
  }
}

/** Makes the daemon's folders and locks them. Throws `state-unwritable` where they may not be written to. */
async function takeFolders(folders: Folders): Promise<ReturnType<typeof lockState>> {
  try {
    await makeFolders(folders);
    return lockState(folders.state);
  } catch (error) {
    const said = `${systemCode(error) ?? ''} ${messageOf(error)}`;
    if (error instanceof CodedError || !/EROFS|EACCES|EPERM|readonly database/.test(said)) throw error;
    throw new CodedError('state-unwritable', `the daemon's folders take no changes: ${messageOf(error)}`, {
      value: folders.state,
      allowed: 'folders that this user may write to, on a file system that is not read-only',
      next: `mend the permissions or the mount of ${folders.state}, or name another place with --home`,
      exitCode: EXIT.config,
      cause: error,
    });
  }
}

const STOPPED: Ended = { code: EXIT.ok, reason: 'stopped while it waited for room on its disk' };

/** What cannot begin for want of room on a disk is tried again, and goes on by itself; null = asked to stop meanwhile. */
async function whenThereIsRoom<T>(
  { signal, onWaiting }: Pick<RunOptions, 'signal' | 'onWaiting'>,
  first: Promise<T>,
  again: () => Promise<T>,
): Promise<T | null> {
  for (let trying = first; ; trying = again()) {
    try {
      return await trying;
    } catch (error) {
      const refused = refusedForRoom(error);
      if (refused === null) throw error;
      if (!signal.aborted) onWaiting(refused.message, refused.next ?? '');
    }
    // Asked to stop, it wakes at once.
    await systemClock.sleep(OPEN_AGAIN_MS, signal).catch(() => undefined);
    if (signal.aborted) return null;
  }
}

/** The refusal behind an error, where only room is missing: for the database, its lock, a folder or the socket. */
function refusedForRoom(error: unknown): CodedError | null {
  if (error instanceof CodedError && error.code === 'store-unavailable') return error;
  if (!ROOM_CODES.has(systemCode(error) ?? '')) return null;
  return new CodedError('no-room', `a disk is full: ${messageOf(error)}`, {
    next: 'make room, also for new files (df -h, df -i); the start goes on by itself',
    retryable: true,
  });
}

const ROOM_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** Who is told that it is ready, or why it waits, is told once, also where the house is built a second time. */
function announcedOnce({
  onReady,
  onWaiting,
}: Pick<RunOptions, 'onReady' | 'onWaiting'>): Pick<RunOptions, 'onReady' | 'onWaiting'> {
  let told = false;
  let waitsFor = '';
  return {
    onWaiting(reason, next) {
      if (waitsFor !== reason) onWaiting(reason, next);
      waitsFor = reason;
    },
    onReady(info) {
      if (!told) onReady(info);
      told = true;
    },
  };
}

/** A database outside the state directory has a lock of its own: two homes may name the same one. */
async function withDatabaseLock<T>({ database, folders }: Config, runLocked: () => Promise<T>): Promise<T> {
  if (database.startsWith(`${folders.state}/`)) return runLocked();
  const lock = lockState(`${database}.lock`);
  try {
    return await runLocked();
  } finally {
    lock.release();
  }
}

/** Sets the store and the files sense going, and loads the rest of the house while they are at it. */
async function begin(
  options: RunOptions & Pick<LifeOptions, 'since' | 'folders' | 'config' | 'env' | 'homedir'>,
  threads: Threads,
): Promise<Ended> {
  const { config, folders } = options;
  const lost = new AbortController();
  const announcements = createAnnouncements(options, systemClock);
  const lose = (error: Error) => {
    if (!lost.signal.aborted) lost.abort(error);
  };
  const { store, opened } = beginStore(config.database, lose, threads.store, {
    fresh: options.freshDatabase ?? false,
    now: systemClock.now(),
  });
  opened.catch(() => undefined); // whoever lives by it is told
  const sense = createFilesSense({
    roots: config.roots,
    debounceMs: config.values.file_watcher.debounce_seconds * 1000,
    ignorePatterns: [],
    stateDirectory: folders.state,
    databases: [config.database],
    loadIndex: (root) => store.read('indexColumns', { root }),
    onHealth: announcements.onHealth,
    thread: threads.files,
  });
  try {
    const { live } = await import('./live.ts');
    return await live({ ...options, ...announcements, store, opened, sense, lost: lost.signal, lose });
  } finally {
    await sense.close();
  }
}
