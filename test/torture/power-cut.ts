import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { listBackups } from '../../src/store/backup.ts';
import { amendRecord } from '../../src/store/record-file.ts';
import { openDatabase } from '../../src/store/recover.ts';
import { ACTUAL, modelAfter, STEPS_EACH } from './power-cut-model.ts';

export const SCENARIO = fileURLToPath(new URL('./scenario-power-cut.ts', import.meta.url));
const MIGRATIONS = pathToFileURL(join(import.meta.dirname, '../../migrations/sqlite/'));
const HEADER = 32;

/** One line of a torture run's table. */
export interface TortureRow {
  name: string;
  runs: number;
  /** Acknowledged before the damage, and gone. */
  lost: number;
  /** States that the database never was in. */
  doubled: number;
  /** The slowest recovery in milliseconds. */
  slowest: number;
  /** Damage that was found, and mended from a backup: not lost in silence. */
  mended: number;
  /** How to see the first failure again; empty where there is none. */
  failure: string;
  /** Why it was not run; empty where it was. */
  skipped: string;
}

export interface PowerCutOptions {
  seed: number;
  /** Mutations. */
  count: number;
  /** Monotonic milliseconds (`performance.now`) at which it ends, whatever is left. */
  deadline: number;
  thoughts?: number;
  /** Control: bytes that were acknowledged are thrown away without a word, and the run must say that they are lost. */
  forgetful?: boolean;
}

/** A database as `kill -9` left it: everything that was acknowledged is in its write-ahead journal. */
interface Hot {
  folder: string;
  file: string;
  journal: Buffer;
  pageSize: number;
  /** Of each acknowledged commit, how long the journal was. */
  acknowledged: number[];
}

/**
 * Cuts and corrupts the write-ahead journal of a real store that was killed, at the borders of frames and anywhere:
 * opened as after a power cut, everything acknowledged before the damage must be there, and the whole must be how the
 * database once was, by a reference model; or the damage is found, and a backup has taken its place.
 */
export async function powerCut(options: PowerCutOptions): Promise<TortureRow> {
  const hot = await makeHot(options.thoughts ?? 45);
  const random = seeded(options.seed);
  const states = statesUpTo((hot.acknowledged.length - 1) / STEPS_EACH);
  const row = emptyRow('power cut: journal');
  try {
    for (let n = 0; n < options.count && performance.now() < options.deadline; n += 1) {
      const mutation = mutate(hot, n, random);
      const began = performance.now();
      if (options.forgetful) mutation.journal = mutation.journal.subarray(0, mutation.intact / 2);
      const found = await reopened(hot, mutation.journal);
      row.slowest = Math.max(row.slowest, Math.round(performance.now() - began));
      row.runs += 1;
      const at = states.get(found.state);
      // The first line says that it is open, before the first commit of the model.
      const before = hot.acknowledged.filter((length) => length <= mutation.intact).length - 1;
      if (found.mended) row.mended += 1;
      else if (at === undefined) row.doubled += 1;
      else if (at < before) row.lost += 1;
      else continue;
      if (!found.mended || at === undefined)
        row.failure ||= `seed ${options.seed}, mutation ${n}: ${mutation.what}; ${before} acknowledged, found ${at}`;
    }
  } finally {
    rmSync(hot.folder, { recursive: true, force: true });
  }
  return row;
}

export function emptyRow(name: string): TortureRow {
  return { name, runs: 0, lost: 0, doubled: 0, slowest: 0, mended: 0, failure: '', skipped: '' };
}

/** Every state that the scenario goes through, and after how many commits. */
export function statesUpTo(thoughts: number): Map<string, number> {
  const states = new Map<string, number>();
  for (let n = 0; n <= thoughts * STEPS_EACH; n += 1) states.set(modelAfter(n), n);
  return states;
}

/** mulberry32: the same numbers from the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where files are in memory, an fsync costs nothing; what is looked at here are bytes. */
export function scratch(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'power-cut-'));
}

async function makeHot(thoughts: number): Promise<Hot> {
  const folder = scratch();
  const file = join(folder, 'hot', 'consciousness.db');
  const child = spawn(process.execPath, [SCENARIO, file, String(thoughts)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'end') break;
    acknowledged.push(Number(line));
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  if (acknowledged.length !== thoughts * STEPS_EACH + 1) throw new Error('the scenario ended early');
  const journal = readFileSync(`${file}-wal`);
  amendRecord(file, { boot: 'the one before the power cut' });
  return { folder, file, journal, pageSize: journal.readUInt32BE(8), acknowledged };
}

interface Mutation {
  what: string;
  journal: Buffer;
  /** How many of the journal's first bytes are as they were. */
  intact: number;
}

/** Kinds take turns; borders of frames are gone through evenly, the rest is drawn. */
function mutate({ journal, pageSize }: Hot, n: number, random: () => number): Mutation {
  const frame = pageSize + 24;
  const frames = Math.floor((journal.length - HEADER) / frame);
  const border = HEADER + frame * Math.floor(((n * 0.6180339887498949) % 1) * (frames + 1));
  const anywhere = Math.floor(random() * journal.length);
  const kind = n % 5;
  const at = Math.min(kind === 0 || kind === 2 ? border : anywhere, journal.length - 1);
  if (kind === 0 || kind === 1) return { what: `cut at ${at}`, journal: journal.subarray(0, at), intact: at };
  const copy = Buffer.from(journal);
  if (kind === 4) {
    // A sector that never reached the disk.
    const sector = at - (at % 512);
    copy.fill(0, sector, sector + 512);
    return { what: `sector ${sector} zeroed`, journal: copy, intact: firstDifference(journal, copy, sector) };
  }
  const bit = Math.floor(random() * 8);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return { what: `bit ${bit} of byte ${at} flipped`, journal: copy, intact: at };
}

function firstDifference(one: Buffer, other: Buffer, from: number): number {
  for (let at = from; at < one.length; at += 1) if (one[at] !== other[at]) return at;
  return one.length;
}

/** Opens it by the daemon's own way, and says how it is then. */
async function reopened(hot: Hot, journal: Buffer): Promise<{ state: string; mended: boolean }> {
  const folder = join(hot.folder, 'cut');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const file = join(folder, 'consciousness.db');
  cpSync(hot.file, file);
  cpSync(`${hot.file}.record`, `${file}.record`);
  writeFileSync(`${file}-wal`, journal);
  if (listBackups(file).length === 0)
    cpSync(join(hot.folder, 'hot', 'backups'), join(folder, 'backups'), { recursive: true });
  return foundIn(file);
}

/** Opens a database as the daemon does, and says how it is then, and whether a backup had to take its place. */
export async function foundIn(file: string): Promise<{ state: string; mended: boolean }> {
  const { connection, opening } = await openDatabase({
    path: file,
    migrations: MIGRATIONS,
    fresh: false,
    now: Date.now(),
  });
  connection.close();
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const events = database.prepare('SELECT count(*) AS n FROM events').get()?.['n'];
    const rows = database
      .prepare(ACTUAL)
      .all()
      .map((row) => String(row['row']));
    return { state: [`${events} events`, ...rows].join('\n'), mended: opening.loss !== null };
  } finally {
    database.close();
  }
}
