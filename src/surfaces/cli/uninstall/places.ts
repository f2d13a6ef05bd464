import { type Dirent, existsSync, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fromFs, toFs } from '../../../base/path-text.ts';
import type { Config, Folders } from '../../../contract/config.ts';

/** One thing that this program has made, or may have. */
export interface Place {
  what: string;
  /** Absolute path text. */
  path: string;
  /** A link counts as itself. */
  bytes: number;
  /** Why a purge leaves it, or something in it; null where all of it goes. */
  stays: string | null;
  /** What of it goes, absolute path texts, in this order. */
  goes: string[];
}

/** Log files as this program names them. */
const LOG = /^consciousness\.log(\.\d+)?$/;
const RULE = /\.md$/;

/** Everything that is there, each place once: with `--home` they lie within one another. `config` is null where it cannot be used. */
export async function placesOf(folders: Folders, config: Config | null): Promise<Place[]> {
  const files: [string, string][] = [
    ['configuration', folders.configFile],
    ['its schema', `${folders.config}/config.schema.json`],
    ['secrets', `${folders.config}/.env`],
  ];
  const found = [
    ...files.map(([what, path]) => wholePlace(what, path)),
    pickedPlace('rules', folders.rules, RULE),
    statePlace(folders, config?.database ?? null),
    pickedPlace('logs', folders.logs, LOG),
    isWithin(folders.socket, folders.state) ? null : wholePlace('socket', folders.socket),
    ...(config === null ? [] : [databasePlace(config)]),
  ];
  return (await Promise.all(found)).filter((place) => place !== null);
}

async function wholePlace(what: string, path: string): Promise<Place | null> {
  const bytes = await sizeOf(path);
  return bytes === null ? null : { what, path, bytes, stays: null, goes: [path] };
}

/** A folder that may hold other things than ours, as `--home` may name any: only what is named like ours goes. */
async function pickedPlace(what: string, path: string, ours: RegExp): Promise<Place | null> {
  const whole = await wholePlace(what, path);
  // Of a link only the link goes.
  if (whole === null || !isFolder(path)) return whole;
  const entries = await entriesOf(path);
  const goes = entries.filter((entry) => ours.test(nameOf(entry)) && !entry.isDirectory());
  const names = goes.map((entry) => `${path}/${nameOf(entry)}`);
  if (goes.length === entries.length) return { ...whole, goes: [...names, path] };
  const others = entries.length - goes.length;
  return { ...whole, stays: `it holds ${others} more that are not of this program`, goes: names };
}

/** Whole where a daemon has lived in it: then everything in it is ours, backups and quarantine too. */
async function statePlace(folders: Folders, database: string | null): Promise<Place | null> {
  const { state } = folders;
  const whole = await wholePlace('state', state);
  if (whole === null || !isFolder(state)) return whole;
  const marks = [
    'lock.db',
    ...(database !== null && dirname(database) === state ? [basename(database)] : []),
  ];
  const isOurs = marks.some((name) => existsSync(toFs(`${state}/${name}`)));
  if (isOurs || (await entriesOf(state)).length === 0) return whole;
  return { ...whole, stays: 'no daemon has lived in it, so it may be yours', goes: [] };
}

/** A database that the configuration has put elsewhere lies among things that are not ours. */
async function databasePlace({ database, folders }: Config): Promise<Place | null> {
  if (isWithin(database, folders.state)) return null;
  const whole = await wholePlace('database', database);
  return whole && { ...whole, stays: 'db_path has put it outside this program’s folders', goes: [] };
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isFolder(path: string): boolean {
  return lstatSync(toFs(path), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Bytes of a file, or of everything in a folder; links are not followed. Null where there is nothing. */
async function sizeOf(path: string): Promise<number | null> {
  const stats = lstatSync(toFs(path), { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isDirectory()) return stats.size;
  let size = 0;
  for (const entry of await entriesOf(path)) size += (await sizeOf(`${path}/${nameOf(entry)}`)) ?? 0;
  return size;
}

async function entriesOf(path: string): Promise<Dirent<Buffer>[]> {
  return readdir(toFs(path), { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
}

function nameOf(entry: Dirent<Buffer>): string {
  return fromFs(entry.name);
}
