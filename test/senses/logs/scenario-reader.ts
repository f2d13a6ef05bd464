import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../../../src/base/clock.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import { createLogsSense } from '../../../src/senses/logs/sense.ts';

/** Follows a log and keeps what it tells, with its cursor in the same transaction, until it is killed. */
const [path = '', database = ''] = process.argv.slice(2);
const db = new DatabaseSync(database);
db.exec('PRAGMA busy_timeout = 5000');
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
db.exec('CREATE TABLE IF NOT EXISTS told (dedup TEXT PRIMARY KEY, text TEXT) STRICT');
db.exec('CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, value TEXT) STRICT');
const tell = db.prepare('INSERT INTO told VALUES (?, ?) ON CONFLICT DO NOTHING');
const keep = db.prepare('INSERT OR REPLACE INTO cursors VALUES (?, ?)');
const cursors = new Map(
  db
    .prepare('SELECT name, value FROM cursors')
    .all()
    .map(({ name, value }) => [String(name), String(value)]),
);

const on = { path, match: null, ignore: null, begins: null, gatherMs: 100, most: 100_000 };
const rule: Rule = {
  name: 'r',
  version: 'v',
  file: '',
  text: '',
  on: { log: on },
  mind: { models: ['builtin/extract'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
  outputs: [],
  prompt: '',
};
const sense = createLogsSense({ clock: systemClock, cursors, lingerMs: 300, lookMs: 50 });
sense.heed([rule]);
process.stdout.write('started\n');
for await (const { batch, accept } of sense.perceive(new AbortController().signal)) {
  db.exec('BEGIN IMMEDIATE');
  for (const { dedup, text } of batch.happenings) tell.run(dedup, text);
  for (const { name, value } of batch.cursors) keep.run(name, value);
  db.exec('COMMIT');
  accept();
  process.stdout.write('kept\n');
}
