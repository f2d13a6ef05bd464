import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { systemCode } from '../base/errors.ts';
import { placesOf, replaceFile } from './places.ts';

/** What is known of a database without opening it, in a file beside it that SQLite never touches. */
export interface DatabaseRecord {
  /** Whether a daemon has it open: still true at a start, it was not closed in order. */
  open: boolean;
  /** Which run of the machine it was opened in. */
  boot: string;
  /** Epoch ms at which all its pages were last found well; null = never. */
  checkedAt: number | null;
  /** Set once it is known or feared to be damaged; `sure` = nothing needs to be looked at again. */
  damage: { reason: string; sure: boolean } | null;
  losses: Loss[];
}

/** One time that the database was lost, and what took its place. */
export interface Loss {
  /** Epoch ms at which it was found and mended. */
  at: number;
  /** Epoch ms of the backup that took its place; null = begun anew with an empty one. */
  from: number | null;
  reason: string;
  /** Where the damaged files are. */
  quarantine: string;
}

/** The record; null where there is none. One that is unreadable says the worst that is safe to believe: not closed. */
export function readRecord(database: string): DatabaseRecord | null {
  try {
    const read: unknown = JSON.parse(readFileSync(placesOf(database).record, 'utf8'));
    if (isRecord(read)) return read;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) !== undefined) throw error;
  }
  return { open: true, boot: 'unknown', checkedAt: null, damage: null, losses: [] };
}

/** By hand: the schema library would cost this thread more memory than everything else in it. */
function isRecord(read: unknown): read is DatabaseRecord {
  if (typeof read !== 'object' || read === null) return false;
  if (!('open' in read && 'boot' in read && 'checkedAt' in read && 'damage' in read && 'losses' in read))
    return false;
  return typeof read.open === 'boolean' && typeof read.boot === 'string' && Array.isArray(read.losses);
}

/** Replaces the record durably. */
export function writeRecord(database: string, record: DatabaseRecord): void {
  replaceFile(placesOf(database).record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Changes what is known; nothing where there is no record. A disk that refuses it is no reason to fail here. */
export function amendRecord(database: string, change: Partial<DatabaseRecord>): void {
  try {
    const record = readRecord(database);
    if (record) writeRecord(database, { ...record, ...change });
  } catch {
    // What stands there says less than is true, never more: the next start looks more closely than it must.
  }
}

/** Which run of this machine this is: within one, the kernel keeps what a killed process wrote. */
export function bootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // To the minute; where two readings fall apart, a check too many is made.
    return `since-${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}
