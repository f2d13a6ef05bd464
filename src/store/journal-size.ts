import { statSync } from 'node:fs';
import type { SqliteConnection } from './sqlite.ts';

/** How often the write-ahead journal is looked at. */
const EVERY_MS = 5000;

/** Beyond this many bytes it is brought back also while there is work. */
const TOO_LARGE = 64 * 1024 * 1024;

/** How long readers are waited for, then: the writer stands still meanwhile. */
const WAIT_MS = 200;

/**
 * Keeps the write-ahead journal small: copied into the database and cut to nothing when nobody has written for a
 * while, and tried also under load once it is large, as a reader that is always there keeps SQLite from starting it
 * over by itself.
 */
export function boundJournal(
  connection: SqliteConnection,
  path: string,
  everyMs = EVERY_MS,
): { stop(): void } {
  let last = '';
  const timer = setInterval(() => {
    const stat = statSync(`${path}-wal`, { throwIfNoEntry: false });
    const now = `${stat?.size} ${stat?.mtimeMs}`;
    const large = (stat?.size ?? 0) > TOO_LARGE;
    if (stat && stat.size > 0 && (large || now === last)) cut(connection, large ? WAIT_MS : 0);
    last = now;
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function cut(connection: SqliteConnection, waitMs: number): void {
  connection.exec(`PRAGMA busy_timeout = ${waitMs}`);
  try {
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Within a transaction, or the disk does not take it: the next look tries again, and writers are told by themselves.
  } finally {
    connection.exec('PRAGMA busy_timeout = 5000');
  }
}
