import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { CodedError, EXIT, messageOf } from '../base/errors.ts';
import { MINIMUM_SQLITE } from './sqlite-version.ts';
import { type SqlValue, type Statement, statement, type Transaction } from './statement.ts';

/** File systems whose locks cannot be trusted: NFS, SMB, CIFS, SMB2, 9p, FUSE (statfs magic numbers). */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

export interface SqliteConnection extends Transaction {
  run<V extends object>(what: Statement<V, never>, values: V): number;
  one<V extends object, R>(what: Statement<V, R>, values: V): R | undefined;
  all<V extends object, R>(what: Statement<V, R>, values: V): R[];
  each<V extends object, R>(what: Statement<V, R>, values: V, visit: (row: R) => void): void;
  exec(sql: string): void;
  close(): void;
}

/**
 * Opens a database file: WAL, synchronous=FULL, checked version and file system. Throws `database-unusable`
 * (exit 78) when it is corrupt, no database, newer than this program, or on a network file system.
 */
export function openSqlite(path: string, options: { readOnly: boolean }): SqliteConnection {
  if (!options.readOnly) prepareFolder(path);
  try {
    const database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5000 });
    assertVersion(database);
    if (!options.readOnly) {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      if (process.platform === 'darwin')
        database.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1');
      chmodSync(path, 0o600);
    }
    database.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000');
    return connectionOf(database);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Brings the schema forward, each file in its own transaction; a newer schema is refused untouched. */
export function migrate(connection: SqliteConnection, path: string, folder: URL): void {
  const files = readdirSync(folder)
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .sort();
  const version = connection.one(USER_VERSION, {})?.user_version ?? 0;
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
    connection.exec(
      `BEGIN IMMEDIATE; ${readFileSync(new URL(name, folder), 'utf8')}; PRAGMA user_version = ${index + 1}; COMMIT`,
    );
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
    // The row types are the statement's own word for its columns; SQLite's STRICT tables keep them true.
    one: <V extends object, R>(what: Statement<V, R>, values: V) =>
      prepare(what.sql).get(...bind(what.names, values)) as R | undefined,
    all: <V extends object, R>(what: Statement<V, R>, values: V) =>
      prepare(what.sql).all(...bind(what.names, values)) as R[],
    each<V extends object, R>(what: Statement<V, R>, values: V, visit: (row: R) => void) {
      for (const row of prepare(what.sql).iterate(...bind(what.names, values))) visit(row as R);
    },
    exec: (sql) => database.exec(sql),
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
  if (version.localeCompare(MINIMUM_SQLITE, 'en', { numeric: true }) < 0) {
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
  return new CodedError('database-unusable', `the database ${path} cannot be opened: ${messageOf(error)}`, {
    value: path,
    allowed: 'a database written by this program; its bytes were left as they are',
    next: 'move the file aside (keep it) and start again, or point db_path at another one',
    exitCode: EXIT.config,
    cause: error,
  });
}
