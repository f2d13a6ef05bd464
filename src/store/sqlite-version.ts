import { DatabaseSync } from 'node:sqlite';

/** Oldest SQLite whose WAL code is known not to lose committed rows in a rare reset race. */
export const MINIMUM_SQLITE = '3.51.3';

/** What the SQLite that will be used says of itself, which need not be the one that Node was built with. */
export function sqliteVersion(): string {
  const database = new DatabaseSync(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  } finally {
    database.close();
  }
}
