import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { atLeast } from '../base/dotted-version.ts';
import { CodedError, EXIT, messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { damaged, damageOf } from './damage.ts';
import { syncFolder } from './places.ts';
import { MINIMUM_SQLITE } from './sqlite-version.ts';
import { type SqlValue, type Statement, statement, type Transaction } from './statement.ts';
import { isNoRoom, unavailable } from './unavailable.ts';

/** File systems whose locks cannot be trusted: NFS, SMB, CIFS, SMB2, 9p, FUSE (statfs magic numbers). */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

export interface SqliteConnection extends Transaction {
  run<V extends object>(what: Statement<V, never>, values: V): number;
  insert<V extends object>(what: Statement<V, never>, values: V): number | null;
  one<V extends object, R>(what: Statement<V, R>, values: V): R | undefined;
  all<V extends object, R>(what: Statement<V, R>, values: V): R[];
  visit<V extends object, R>(
    what: Statement<V, R>,
    values: V,
    visit: (...numbers: number[]) => void,
  ): R | undefined;
  exec(sql: string): void;
  /** As `exec`, where the schema's own table may be changed, too: for migrations only. */
  execOnSchema(sql: string): void;
  close(): void;
}

/** After a burst the journal file is cut back to this many bytes once it is copied into the database. */
const JOURNAL_KEPT = 64 * 1024 * 1024;

/**
 * Opens a database file: WAL, synchronous=FULL, checked version and file system. Throws `database-damaged` when it
 * is corrupt or no database, `store-unavailable` (retryable) while its disk is full, `database-unusable` (exit 78) when
 * it cannot be opened, `database-on-network`.
 */
export function openSqlite(path: string, options: { readOnly: boolean }): SqliteConnection {
  if (!options.readOnly) prepareFolder(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5000 });
    assertVersion(database);
    if (!options.readOnly) {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      if (process.platform === 'darwin')
        database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
      chmodSync(path, 0o600);
    }
    // In a burst one page is written again and again: a longer journal copies it into the database less often.
    if (!options.readOnly)
      database.exec(`PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = ${JOURNAL_KEPT}`);
    database.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000');
    return connectionOf(database);
  } catch (error) {
    database?.close();
    throw unusable(path, error);
  }
}

/** The files of the schema in order; the schema's version is how many of them were executed. */
export function migrationsIn(folder: URL): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort();
}

/** Which version of the schema a database has; 0 = none yet. */
export function schemaVersion(connection: SqliteConnection): number {
  return connection.one(USER_VERSION, {})?.user_version ?? 0;
}

/** Brings the schema forward, each file in its own transaction; a newer schema is refused untouched. */
export function migrate(connection: SqliteConnection, path: string, folder: URL): void {
  const files = migrationsIn(folder);
  const version = schemaVersion(connection);
  if (version > files.length) {
    throw new CodedError('database-newer', `the database ${path} was written by a newer version`, {
      value: `schema ${version}`,
      allowed: `schema ${files.length} or older`,
      next: 'install the newer version again: npm install -g consciousness-orchestrator',
      exitCode: EXIT.config,
    });
  }
  for (const [index, name] of files.entries()) {
    if (index < version) continue;
    failpoint('migration:before');
    connection.execOnSchema(
      `BEGIN IMMEDIATE; ${readFileSync(new URL(name, folder), 'utf8')}; PRAGMA user_version = ${index + 1}; COMMIT`,
    );
    failpoint('migration:after');
  }
  if (version === 0) {
    // A new database is whole on disk, with the names of its files, before anything is acknowledged.
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    syncFolder(dirname(path));
    syncFolder(dirname(dirname(path)));
  }
}

const USER_VERSION = statement<Record<string, never>, { user_version: number }>('PRAGMA user_version');

function connectionOf(database: DatabaseSync): SqliteConnection {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const fresh = database.prepare(sql);
    prepared.set(sql, fresh);
    return fresh;
  };
  return {
    run: (what, values) => Number(prepare(what.sql).run(...bind(what.names, values)).changes),
    insert(what, values) {
      const { changes, lastInsertRowid } = prepare(what.sql).run(...bind(what.names, values));
      return changes === 1 ? Number(lastInsertRowid) : null;
    },
    // The row types are the statement's own word for its columns; SQLite's STRICT tables keep them true.
    one: <V extends object, R>(what: Statement<V, R>, values: V) =>
      prepare(what.sql).get(...bind(what.names, values)) as R | undefined,
    all: <V extends object, R>(what: Statement<V, R>, values: V) =>
      prepare(what.sql).all(...bind(what.names, values)) as R[],
    visit<V extends object, R>(what: Statement<V, R>, values: V, visit: (...numbers: number[]) => void) {
      database.function('visit', { varargs: true }, (...numbers) => {
        visit(...(numbers as number[]));
        return 0;
      });
      return database.prepare(what.sql).get(...bind(what.names, values)) as R | undefined;
    },
    exec: (sql) => database.exec(sql),
    execOnSchema(sql) {
      database.enableDefensive(false);
      try {
        database.exec(sql);
      } finally {
        database.enableDefensive(true);
      }
    },
    close: () => database.close(),
  };
}

function bind(names: readonly string[], values: object): SqlValue[] {
  // Statements declare their values by name; here they are only looked up.
  const byName = values as Record<string, SqlValue | undefined>;
  return names.map((name) => {
    const value = byName[name];
    if (value === undefined) throw new CodedError('sql-value-missing', `no value for :${name}`);
    return value;
  });
}

function prepareFolder(path: string): void {
  const folder = dirname(path);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const type = statfsSync(folder).type;
  if (NETWORK_FILE_SYSTEMS.has(type)) {
    throw new CodedError('database-on-network', `the state directory ${folder} is on a network file system`, {
      value: `file system type 0x${type.toString(16)}`,
      allowed: 'a local disk: SQLite locks cannot be trusted over a network',
      next: 'set --home or db_path to a folder on this machine',
      exitCode: EXIT.config,
    });
  }
}

function assertVersion(database: DatabaseSync): void {
  const row = database.prepare('SELECT sqlite_version() AS version').get();
  const version = String(row?.['version']);
  if (!atLeast(version, MINIMUM_SQLITE)) {
    throw new CodedError('sqlite-old', `this Node.js brings SQLite ${version}`, {
      value: version,
      allowed: `${MINIMUM_SQLITE} or newer: older ones can lose committed rows`,
      next: 'use Node.js 24.15 or newer',
      exitCode: EXIT.config,
    });
  }
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof CodedError) return error;
  const reason = damageOf(error);
  if (reason !== null) return damaged(reason);
  if (isNoRoom(error, dirname(path))) return unavailable(`the database ${path} cannot be opened`, error);
  return new CodedError('database-unusable', `the database ${path} cannot be opened: ${messageOf(error)}`, {
    value: path,
    allowed: 'a file in a folder that this user may read and write',
    next: `mend what stands in the way of ${path}, or point db_path at another file`,
    exitCode: EXIT.config,
    cause: error,
  });
}
