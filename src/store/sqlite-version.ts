import { DatabaseSync } from 'node:sqlite';

/** What the SQLite that will be used says of itself, which need not be the one that Node was built with. */
export function sqliteVersion(): string {
  const database = new DatabaseSync(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
  } finally {
    database.close();
  }
}
