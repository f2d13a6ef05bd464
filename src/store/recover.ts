import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CodedError, EXIT } from '../base/errors.ts';
import { copyDatabase, listBackups, makeBackup, whyUnfit } from './backup.ts';
import { damageOf, findDamage } from './damage.ts';
import { filesOf, placesOf, syncFolder, timeName } from './places.ts';
import {
  amendRecord,
  bootName,
  type DatabaseRecord,
  type Loss,
  readRecord,
  writeRecord,
} from './record-file.ts';
import { migrate, migrationsIn, openSqlite, type SqliteConnection, schemaVersion } from './sqlite.ts';
import { isNoRoom, unavailable } from './unavailable.ts';

export interface OpenQuestion {
  path: string;
  migrations: URL;
  /** Where it is lost and no backup can take its place, begin with an empty one. */
  fresh: boolean;
  /** Epoch ms. */
  now: number;
}

/** How a database was found at this start. */
export interface Opening {
  /** Set where it was lost and something else took its place just now. */
  loss: Loss | null;
  /** Every time that it was lost, oldest first. */
  losses: Loss[];
  /** Its pages are to be looked at while the daemon works already. */
  checkDue: boolean;
  checkedAt: number | null;
}

/** A database that was not looked at for so long is looked at again; so does every backup. */
const CHECK_EVERY_MS = 24 * 60 * 60 * 1000;

/**
 * Opens the database for its only writer. A damaged or lost one is put into quarantine, whole, and the newest backup
 * that is well takes its place; never is one begun anew without being asked. After a power cut every page is looked
 * at before anything else; after a mere crash, which the kernel's memory outlives, that can wait until the daemon
 * works. Throws `database-lost` (exit 78) where there is no backup, `store-unavailable` (retryable) while the disk is
 * full, and what {@link openSqlite} and {@link migrate} throw.
 */
export async function openDatabase(
  question: OpenQuestion,
): Promise<{ connection: SqliteConnection; opening: Opening }> {
  try {
    return await openOrMend(question);
  } catch (error) {
    // Each step can be begun again: nothing is lost by waiting for room.
    const isRoom =
      isNoRoom(error, dirname(question.path)) ||
      (error instanceof CodedError && error.code === 'backup-no-room');
    throw isRoom ? unavailable(`the database ${question.path} cannot be opened`, error) : error;
  }
}

async function openOrMend(
  question: OpenQuestion,
): Promise<{ connection: SqliteConnection; opening: Opening }> {
  const { path, now } = question;
  const record = readRecord(path);
  const checkedFirst = record?.open === true && record.boot !== bootName();
  const trouble = whyLost(path, record, checkedFirst);
  let loss = trouble === null ? null : await mend(question, record, trouble);
  let connection: SqliteConnection;
  try {
    connection = await openWell(question);
  } catch (error) {
    const reason = damageOf(error);
    if (reason === null || loss !== null) throw error;
    loss = await mend(question, record, reason);
    connection = await openWell(question);
  }
  const losses = [...(record?.losses ?? []), ...(loss ? [loss] : [])];
  const isNew = record === null && loss === null && listBackups(path).length === 0;
  const checkedAt = checkedFirst || loss !== null ? now : (record?.checkedAt ?? null);
  const checkDue =
    !checkedFirst && loss === null && (record?.open === true || (checkedAt ?? 0) < now - CHECK_EVERY_MS);
  try {
    writeRecord(path, { open: true, boot: bootName(), checkedAt, damage: null, losses });
  } catch (error) {
    connection.close();
    throw error;
  }
  return { connection, opening: { loss, losses, checkDue: checkDue && !isNew, checkedAt } };
}

/** Says that the database was closed in order. */
export function recordClosed(path: string): void {
  amendRecord(path, { open: false });
}

/** Opens and migrates; a schema that will change is backed up first. */
async function openWell({ path, migrations, now }: OpenQuestion): Promise<SqliteConnection> {
  const connection = openSqlite(path, { readOnly: false });
  try {
    const version = schemaVersion(connection);
    if (version > 0 && version < migrationsIn(migrations).length) await makeBackup(path, now);
    migrate(connection, path, migrations);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Why this database must not be gone on with, or null. */
function whyLost(path: string, record: DatabaseRecord | null, everyPage: boolean): string | null {
  if (record?.damage?.sure) return record.damage.reason;
  const known = record !== null || listBackups(path).length > 0;
  if (!existsSync(path)) return known ? 'its file is gone' : null;
  if (statSync(path).size === 0) return known ? 'its file is empty' : null;
  const depth = record?.damage ? 'whole' : everyPage ? 'quick' : 'schema';
  try {
    // Read-only: nothing of a damaged database is changed by looking at it.
    const connection = openSqlite(path, { readOnly: true });
    try {
      const blank = known && schemaVersion(connection) === 0 ? 'there is nothing in it' : null;
      return blank ?? findDamage(connection, depth);
    } finally {
      connection.close();
    }
  } catch (error) {
    const reason = damageOf(error);
    if (reason === null) throw error;
    return reason;
  }
}

/**
 * Puts what is damaged aside and something well in its place. A crash anywhere in it leaves the record saying so, and
 * the next start does it again: what is in quarantine already stays there.
 */
async function mend(
  { path, migrations, fresh, now }: OpenQuestion,
  record: DatabaseRecord | null,
  reason: string,
): Promise<Loss> {
  const { folder, quarantine } = placesOf(path);
  const schema = migrationsIn(migrations).length;
  const unfit: string[] = [];
  const from = listBackups(path).find((each) => {
    const why = whyUnfit(each.path, schema);
    if (why !== null) unfit.push(`${basename(each.path)}: ${why}`);
    return why === null;
  });
  if (!from && !fresh) throw lost(path, reason, unfit);
  const restored = `${path}.restored`;
  if (from) await copyDatabase(from.path, restored);
  const aside = join(quarantine, timeName(now));
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const known = record ?? { open: true, boot: bootName(), checkedAt: null, damage: null, losses: [] };
  writeRecord(path, { ...known, open: true, damage: { reason, sure: true } });
  for (const file of filesOf(path)) if (existsSync(file)) renameSync(file, join(aside, basename(file)));
  for (const each of [aside, quarantine, folder]) syncFolder(each);
  if (from) renameSync(restored, path);
  syncFolder(folder);
  return { at: now, from: from?.at ?? null, reason, quarantine: aside };
}

function lost(path: string, reason: string, unfit: readonly string[]): CodedError {
  const backups = unfit.length === 0 ? 'there is no backup of it' : `no backup is well (${unfit.join('; ')})`;
  return new CodedError('database-lost', `the database ${path} is damaged (${reason}), and ${backups}`, {
    value: path,
    allowed: 'a database written by this program; its bytes were left as they are',
    next:
      'put a good copy in its place, or point db_path at another file, or begin with an empty one: ' +
      '`consciousness start --fresh-database` (the damaged one is kept in quarantine)',
    exitCode: EXIT.config,
  });
}
