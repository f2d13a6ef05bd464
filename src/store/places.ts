import { closeSync, constants, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where everything lies that belongs to a database file (absolute paths). */
export interface DatabasePlaces {
  folder: string;
  /** The database's own name in its folder. */
  name: string;
  backups: string;
  /** Damaged databases, each in a folder named by the time. Nothing is ever removed from it. */
  quarantine: string;
  /** What is known of the database without opening it. */
  record: string;
}

/** All of it beside the database, so that moving a file there is a rename. */
export function placesOf(database: string): DatabasePlaces {
  const folder = dirname(database);
  return {
    folder,
    name: basename(database),
    backups: join(folder, 'backups'),
    quarantine: join(folder, 'quarantine'),
    record: `${database}.record`,
  };
}

/** The files that together are one database: what is committed may be in any of them. */
export function filesOf(database: string): string[] {
  return [database, `${database}-wal`, `${database}-shm`, `${database}-journal`];
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  syncPath(folder, constants.O_RDONLY | constants.O_DIRECTORY);
}

/** Makes a file's bytes durable; never for a database that is open: closing it here would drop SQLite's locks. */
export function syncFile(path: string): void {
  syncPath(path, constants.O_RDWR);
}

/** Replaces a small file whole and durably. */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, content, { mode: 0o600, flush: true });
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** A time as it stands in names of files: digits only but T and Z, in UTC. */
export function timeName(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:.]/g, '');
}

/** The time behind {@link timeName}; null where it is none. */
export function timeOfName(name: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/.exec(name);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second, ms] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(at) ? null : at;
}

function syncPath(path: string, flags: number): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
