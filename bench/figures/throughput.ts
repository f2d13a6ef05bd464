import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { MatchedObservation } from '../../src/contract/match.ts';
import { openStore } from '../../src/store/open.ts';
import type { RegisteredRoot } from '../../src/store/operations/roots.ts';
import type { Figure } from '../figure.ts';
import { filesFrom } from '../observations.ts';
import { median, spread } from '../statistics.ts';

const ROWS = 20_000;
const BATCH = 200;
const ROWS_A_COMMIT = 200;
const ROUNDS = 5;
const TARGET = 0.5;
const TABLES = ['events', 'files', 'thoughts'] as const;

/** Event, index row and thought, durable, through the store's thread; against inserting the very same rows. */
export const throughput: Figure = {
  name: 'throughput',
  async measure(bench) {
    const ours: number[] = [];
    const alone: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = bench.folder('store');
      const file = join(folder, 'ours', 'consciousness.db');
      ours.push(await observed(file, 3));
      raw.push(inserted(file, join(folder, 'raw.db')));
      alone.push(await observed(join(folder, 'alone', 'consciousness.db'), 1));
    }
    const ratios = ours.map((rate, round) => rate / (raw[round] ?? Number.NaN));
    const ratio = median(ratios);
    const alongside = median(alone.map((rate, round) => rate / (raw[round] ?? Number.NaN)));
    return {
      rows: [
        {
          what: 'event + thought committed',
          ours: `${median(ours).toFixed(0)}/s`,
          baseline: `${median(raw).toFixed(0)}/s raw node:sqlite`,
          ratio,
          target: `>= ${TARGET}x`,
          met: ratio >= TARGET,
        },
      ],
      notes: [
        `${ROWS} files in batches of ${BATCH}, each matching one rule, 3 batches in flight, synchronous=FULL; the ` +
          `baseline inserts the rows that ours left (events, files, thoughts, ready-made) in commits of ${ROWS_A_COMMIT} rows.`,
        `Ratio over ${ROUNDS} rounds: ${spread(ratios, 2)}; with one batch in flight ${alongside.toFixed(2)}x.`,
      ],
    };
  },
};

/** Files a second that the store takes with so many batches in flight. */
async function observed(file: string, inFlight: number): Promise<number> {
  const store = await openStore(file, () => undefined);
  try {
    const [root] = await store.write('registerRoots', { paths: ['/inbox'], now: 1 });
    if (!root) throw new Error('no root was registered');
    await store.write('saveRules', {
      rules: [{ name: 'r', version: 'v1', file: '/r.md', text: '{}' }],
      now: 1,
    });
    const write = (observations: MatchedObservation[]) =>
      store.write('observe', { root: known(root), observations, baselined: true, now: Date.now() });
    await write(filesFrom(ROWS, BATCH));
    let next = 0;
    const keepWriting = async () => {
      for (; next < ROWS; ) {
        const from = next;
        next += BATCH;
        const news = await write(filesFrom(from, BATCH));
        if (news.some(({ thoughts }) => thoughts.length !== 1))
          throw new Error('an event without its thought');
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: inFlight }, keepWriting));
    return ROWS / ((performance.now() - began) / 1000);
  } finally {
    await store.close();
  }
}

const known = ({ id, path }: RegisteredRoot) => ({ id, path });

/** Files a second when their rows are read from `from` first, and then inserted into a new database. */
function inserted(from: string, to: string): number {
  const source = new DatabaseSync(from, { readOnly: true });
  const database = new DatabaseSync(to);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    for (const sql of schemaOf(source)) database.exec(sql);
    for (const table of ['roots', 'rule_versions']) copy(source, database, table);
    const tables = TABLES.map((table) => ({
      rows: rowsOf(source, table),
      insert: insertInto(source, database, table),
    }));
    const count = tables[0]?.rows.length ?? 0;
    const files = Math.floor(ROWS_A_COMMIT / tables.length);
    const began = performance.now();
    for (let first = 0; first < count; first += files) {
      database.exec('BEGIN IMMEDIATE');
      for (let row = first; row < Math.min(first + files, count); row += 1) {
        for (const { rows, insert } of tables) insert.run(...(rows[row] ?? []));
      }
      database.exec('COMMIT');
    }
    return count / ((performance.now() - began) / 1000);
  } finally {
    source.close();
    database.close();
  }
}

/** Tables and their indexes, without the triggers, which are ours. */
function schemaOf(source: DatabaseSync): string[] {
  return source
    .prepare(
      `SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
       ORDER BY type DESC, rowid`,
    )
    .all()
    .map(({ sql }) => String(sql));
}

function copy(source: DatabaseSync, database: DatabaseSync, table: string): void {
  const insert = insertInto(source, database, table);
  for (const row of rowsOf(source, table)) insert.run(...row);
}

function rowsOf(source: DatabaseSync, table: string): SQLInputValue[][] {
  return source
    .prepare(`SELECT * FROM ${table} ORDER BY ${orderOf(table)}`)
    .all()
    .map((row) => Object.values(row));
}

function insertInto(source: DatabaseSync, database: DatabaseSync, table: string): StatementSync {
  const columns = source.prepare(`SELECT * FROM ${table}`).columns();
  const names = columns.map(({ name }) => name).join(', ');
  return database.prepare(`INSERT INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
}

/** The order in which ours inserted them: inodes count up with the files. */
function orderOf(table: string): string {
  if (table === 'files') return 'ino';
  return table === 'events' || table === 'thoughts' ? 'seq' : '1';
}
