import { CodedError, EXIT, messageOf } from '../base/errors.ts';
import type { SqliteConnection } from './sqlite.ts';
import { statement } from './statement.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB: what the file says of itself does not fit together. */
const DAMAGE_CODES = new Set([11, 26]);

/** What SQLite said where an error means that the database's bytes are wrong; null for any other error. */
export function damageOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  if (error instanceof CodedError)
    return error.code === 'database-damaged' ? String(error.value) : damageOf(error.cause);
  if (!('errcode' in error) || typeof error.errcode !== 'number') return null;
  return DAMAGE_CODES.has(error.errcode & 0xff) ? messageOf(error) : null;
}

/** What ends a daemon whose database turned out to be damaged; the next start restores a backup. */
export function damaged(reason: string): CodedError {
  return new CodedError('database-damaged', `the database is damaged: ${reason}`, {
    value: reason,
    allowed: 'a database whose pages fit together',
    next: 'start again: the newest good backup is restored, and the damaged files are kept',
    exitCode: EXIT.internal,
  });
}

const SCHEMA = statement<Record<string, never>, { tables: number }>(
  `SELECT count(*) AS tables FROM sqlite_schema`,
);
const QUICK = statement<Record<string, never>, { quick_check: string }>('PRAGMA quick_check(1)');
const WHOLE = statement<Record<string, never>, { integrity_check: string }>('PRAGMA integrity_check(1)');

/**
 * What is wrong with a database, or null. `schema` reads its first pages; `quick` every page (some 1 GB/s from
 * memory); `whole` compares indexes with their tables too, in three times as long [measured].
 */
export function findDamage(connection: SqliteConnection, depth: 'schema' | 'quick' | 'whole'): string | null {
  try {
    if (depth === 'schema') return (connection.one(SCHEMA, {})?.tables ?? 0) >= 0 ? null : 'no schema';
    const said =
      depth === 'quick' ? connection.one(QUICK, {})?.quick_check : connection.one(WHOLE, {})?.integrity_check;
    return said === 'ok' ? null : (said ?? 'the check said nothing');
  } catch (error) {
    const reason = damageOf(error);
    if (reason === null) throw error;
    return reason;
  }
}
