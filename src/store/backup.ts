import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { CodedError, EXIT, systemCode } from '../base/errors.ts';
import { damaged, damageOf } from './damage.ts';
import { filesOf, placesOf, syncFile, syncFolder, timeName, timeOfName } from './places.ts';

/** How many are kept; with one every six hours of work that is most of a day. */
const KEPT = 4;

/** Bytes that must stay free beside a backup: it is worth less than the work it protects. */
const ROOM_LEFT = 100e6;

/** All pages in one step: the copy is of one moment, however much is written meanwhile. */
const ALL_PAGES = 0x7fffffff;

/** A finished, verified copy of a database. */
export interface Backup {
  path: string;
  /** Epoch ms of the moment it is of. */
  at: number;
  bytes: number;
}

/** The backups of a database, newest first. */
export function listBackups(database: string): Backup[] {
  const { backups, name } = placesOf(database);
  const found: Backup[] = [];
  for (const file of namesIn(backups)) {
    if (!file.startsWith(`${name}.`) || !file.endsWith('.backup')) continue;
    const at = timeOfName(file.slice(name.length + 1, -'.backup'.length));
    const path = join(backups, file);
    if (at !== null) found.push({ path, at, bytes: statSync(path).size });
  }
  return found.sort((a, b) => b.at - a.at);
}

/**
 * Copies a database through SQLite's own backup, verifies the copy, and only then gives it its name; older ones
 * beyond the newest few go. The writer goes on meanwhile. Throws `database-damaged` where the database itself is
 * the trouble, `backup-no-room`, or what the disk said.
 */
export async function makeBackup(database: string, now: number): Promise<Backup> {
  const { backups, name } = placesOf(database);
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  for (const file of namesIn(backups))
    if (file.startsWith(`${name}.`) && file.includes('.partial'))
      rmSync(join(backups, file), { force: true });
  assertRoom(database, backups);
  const path = join(backups, `${name}.${timeName(now)}.backup`);
  const partial = `${path}.partial`;
  try {
    await copyDatabase(database, partial);
    renameSync(partial, path);
  } catch (error) {
    for (const each of filesOf(partial)) rmSync(each, { force: true });
    throw error;
  }
  syncFolder(backups);
  // What is dated later is older all the same, of a clock that was wrong, and would be taken for the newest.
  const all = listBackups(database);
  const later = all.filter((each) => each.at > now);
  for (const old of [...later, ...all.slice(later.length + KEPT)]) rmSync(old.path, { force: true });
  return { path, at: now, bytes: statSync(path).size };
}

/**
 * A complete copy of one moment of `from` in the new file `to`, durable and verified: every page is well, and each
 * table has as many rows. Throws `database-damaged`, or what the disk said.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  for (const each of filesOf(to)) rmSync(each, { force: true });
  let counts: string;
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  try {
    source.exec('BEGIN');
    counts = countRows(source);
    await backup(source, to, { rate: ALL_PAGES });
    source.exec('ROLLBACK');
  } catch (error) {
    const reason = damageOf(error);
    throw reason === null ? error : damaged(reason);
  } finally {
    source.close();
  }
  chmodSync(to, 0o600);
  const copy = new DatabaseSync(to, { timeout: 5000 });
  try {
    // In this mode a database is one file; the daemon sets its own when it opens it.
    copy.exec('PRAGMA journal_mode = DELETE');
    assertWell(copy);
    if (countRows(copy) !== counts) throw damaged('a copy of it has other numbers of rows');
  } finally {
    copy.close();
  }
  syncFile(to);
}

/** What is wrong with a backup, or null where it can be restored by a program that knows `schema` versions. */
export function whyUnfit(path: string, schema: number): string | null {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      assertWell(database);
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      if (version === 0) return 'it is empty';
      return version > schema ? `it was written by a newer version (schema ${version})` : null;
    } finally {
      database.close();
    }
  } catch (error) {
    return damageOf(error) ?? (error instanceof Error ? error.message : String(error));
  }
}

function assertWell(database: DatabaseSync): void {
  const said = String(database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
  if (said !== 'ok') throw damaged(said);
}

function countRows(database: DatabaseSync): string {
  const tables = database.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
  return tables
    .all()
    .map(({ name }) => `${name} ${database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.['n']}`)
    .join('\n');
}

function assertRoom(database: string, folder: string): void {
  const needed = filesOf(database)
    .slice(0, 2)
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= needed + Math.min(ROOM_LEFT, needed)) return;
  throw new CodedError('backup-no-room', 'there is no room for a backup of the database', {
    value: `${free} bytes free`,
    allowed: `${needed + Math.min(ROOM_LEFT, needed)} bytes`,
    next: `make room on the disk of ${folder}`,
    retryable: true,
    exitCode: EXIT.config,
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
