import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ContentHash, loadContentHash } from '../../src/base/content-hash.ts';
import type { World } from './world.ts';

export interface ThoughtFact {
  id: string;
  rule: string;
  subject: string;
  event: number;
  state: string;
  reason: string;
  attempt: number;
  answer: unknown;
  reused: boolean;
}

export interface OutputFact {
  thought: string;
  attempt: number;
  position: number;
  kind: string;
  target: string;
  state: string;
}

export interface EventFact {
  seq: number;
  dedup: string;
  sense: string;
  subject: string;
  kind: string;
}

/** What the database holds, once nobody writes to it. */
export interface Books {
  events: EventFact[];
  thoughts: ThoughtFact[];
  outputs: OutputFact[];
  /** Of every file that the index believes to be there, by absolute path: xxh64. */
  index: Map<string, string | null>;
}

/** Relative paths and contents of every file beneath a folder. */
export type Tree = Map<string, string>;

export function treeOf(folder: string): Tree {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** Opens the database for a moment, only to read. */
function reading<T>(database: string, read: (all: (sql: string) => Record<string, unknown>[]) => T): T {
  const connection = new DatabaseSync(database, { readOnly: true, timeout: 5000 });
  try {
    return read((sql) => connection.prepare(sql).all());
  } finally {
    connection.close();
  }
}

const INDEX = `SELECT r.path || '/' || f.path AS path, f.hash FROM files f JOIN roots r ON r.id = f.root WHERE f.present = 1`;

export function readBooks(database: string): Books {
  return reading(database, (all) => ({
    // Rows of our own schema: the columns are what the interfaces say.
    events: all('SELECT seq, dedup, sense, subject, kind FROM events ORDER BY seq') as unknown as EventFact[],
    thoughts: all(
      'SELECT id, rule, subject, event, state, reason, attempt, answer, reused_from IS NOT NULL AS reused FROM thoughts ORDER BY seq',
    ).map((row) => {
      const thought = row as unknown as ThoughtFact & { answer: string | null };
      return { ...thought, answer: thought.answer === null ? null : JSON.parse(thought.answer) };
    }),
    outputs: all(
      'SELECT thought, attempt, position, kind, target, state FROM outputs ORDER BY thought, attempt, position',
    ) as unknown as OutputFact[],
    index: new Map(
      all(INDEX).map((row) => [String(row['path']), row['hash'] === null ? null : String(row['hash'])]),
    ),
  }));
}

let hashing: Promise<ContentHash> | undefined;

/** Hashes as the index does. */
export function contentHash(): Promise<ContentHash> {
  hashing ??= loadContentHash();
  return hashing;
}

/** What is still open: the world's changes that are not journaled, and thoughts that are not processed. */
export async function openWork({ database, files }: World): Promise<string[]> {
  const hash = await contentHash();
  if (!existsSync(database)) return ['there is no database'];
  try {
    return reading(database, (all) => {
      const index = new Map(all(INDEX).map((row) => [row['path'], row['hash']]));
      const open = all(
        `SELECT rule, subject, state, reason FROM thoughts WHERE state NOT IN ('done', 'dead', 'cancelled')`,
      ).map((row) => `${row['rule']} of ${row['subject']} is ${row['state']} (${row['reason']})`);
      for (const { path, now } of files.values()) {
        const known = index.get(path);
        if (now === null ? known !== undefined : known !== hash(Buffer.from(now)))
          open.push(`${path} is not journaled as it is`);
      }
      return open;
    });
  } catch (error) {
    // A database that is just being made has no tables yet.
    return [String(error)];
  }
}
