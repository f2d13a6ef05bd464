import { readdirSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { StorageView } from '../contract/status-view.ts';
import { type Backup, listBackups } from './backup.ts';
import { damaged } from './damage.ts';
import type { KeeperJob, KeeperResult } from './keeper-thread.ts';
import { placesOf } from './places.ts';
import { amendRecord, readRecord } from './record-file.ts';
import type { Opening } from './recover.ts';

/** How old the newest backup gets before the next, where anything changed. */
const BACKUP_EVERY_MS = 6 * 60 * 60 * 1000;

/** A start is left alone for so long: what it has to do comes first. */
const FIRST_MS = 30_000;

/** How often it is looked whether a backup is due, and how long one that failed waits. */
const LOOK_EVERY_MS = 60_000;
const AFTER_FAILURE_MS = 10 * 60_000;

export interface KeeperOptions {
  /** The database's path. */
  path: string;
  clock: Clock;
  log: Log;
  opening: Opening;
  /** The database turned out to be damaged: the daemon must end, and its next start mends it. */
  onDamaged(error: Error): void;
  /** Default: six hours. */
  backupEveryMs?: number;
  /** Default: half a minute. */
  firstMs?: number;
}

/** Looks after the database file while others work in it. */
export interface Keeper {
  /** Checks it once where that is due, and backs it up every few hours in which it changed, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Hashes of blobs that nothing needs; see `unreferencedBlobs`. */
  unreferenced(query: { epoch: number; undoneBefore: number; limit: number }): Promise<string[]>;
  /** Sizes and ages, from the file system only. */
  facts(): Omit<StorageView, 'retention'>;
}

export function createKeeper(options: KeeperOptions): Keeper {
  const { path, clock, log, opening } = options;
  const every = options.backupEveryMs ?? BACKUP_EVERY_MS;
  let checkedAt = opening.checkedAt;
  let problem: string | null = null;

  async function work(job: KeeperJob): Promise<KeeperResult> {
    const began = clock.monotonic();
    const result = await runJob(job);
    const ms = Math.round(clock.monotonic() - began);
    if (result.kind === 'damaged') {
      log.critical('database damaged', { reason: result.reason });
      amendRecord(path, { damage: { reason: result.reason, sure: false } });
      options.onDamaged(damaged(result.reason));
    } else if (result.kind === 'failed')
      log.warning(`database ${job.kind} failed`, { reason: result.reason });
    else if (job.kind !== 'unreferenced') {
      // A backup is checked page by page, and it is a copy page by page.
      checkedAt = clock.now();
      amendRecord(path, { checkedAt });
      log.info(`database ${job.kind} made`, { ms });
    }
    return result;
  }

  return {
    async run(signal) {
      await clock.sleep(options.firstMs ?? FIRST_MS, signal);
      if (opening.checkDue) await work({ kind: 'check', path });
      while (!signal.aborted) {
        let wait = LOOK_EVERY_MS;
        if (isBackupDue(path, clock.now(), every)) {
          const made = await work({ kind: 'backup', path, now: clock.now() });
          problem = made.kind === 'well' ? null : made.reason;
          if (made.kind !== 'well') wait = AFTER_FAILURE_MS;
        }
        await clock.sleep(Math.min(wait, every), signal);
      }
    },
    async unreferenced(query) {
      const result = await work({ kind: 'unreferenced', path, ...query });
      return result.kind === 'well' ? result.hashes : [];
    },
    facts: () => storageFacts(path, { checkedAt, problem }),
  };
}

/** What can be said of a database's files from outside; nothing is opened. */
export function storageFacts(
  path: string,
  known: { checkedAt: number | null; problem: string | null },
): Omit<StorageView, 'retention'> {
  const { backups: folder, quarantine } = placesOf(path);
  const backups = listBackups(path);
  const loss = readRecord(path)?.losses.at(-1);
  return {
    database: path,
    databaseBytes: sizeOf(path),
    journalBytes: sizeOf(`${path}-wal`),
    checkedAt: isoOrNull(known.checkedAt),
    backups: {
      folder,
      count: backups.length,
      bytes: backups.reduce((sum, each) => sum + each.bytes, 0),
      newest: isoOrNull(backups[0]?.at ?? null),
      problem: known.problem,
    },
    quarantined: countIn(quarantine),
    lost: loss
      ? {
          at: new Date(loss.at).toISOString(),
          from: isoOrNull(loss.from),
          reason: loss.reason,
          quarantine: loss.quarantine,
        }
      : null,
  };
}

/** Whether something was written since the newest backup, and that is old enough. */
function isBackupDue(path: string, now: number, every: number): boolean {
  const newest: Backup | undefined = listBackups(path)[0];
  if (!newest) return true;
  // Dated in the future, it was made while the clock was wrong: what was written since cannot be told.
  if (newest.at > now) return true;
  if (now - newest.at < every) return false;
  return [path, `${path}-wal`].some(
    (file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest.at,
  );
}

function runJob(job: KeeperJob): Promise<KeeperResult> {
  return new Promise((resolve) => {
    const worker = new Worker(workerUrl(import.meta.url, './keeper-thread'), {
      workerData: job,
      name: `store-${job.kind}`,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'failed', reason: messageOf(error) }));
    worker.once('exit', (code) => resolve({ kind: 'failed', reason: `its thread ended with ${code}` }));
  });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function countIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
