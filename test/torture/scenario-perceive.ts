import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { attend } from '../../src/attention/attend.ts';
import { systemClock } from '../../src/base/clock.ts';
import { hexOf } from '../../src/base/content-hash.ts';
import { createJournal } from '../../src/journal/journal.ts';
import { createFilesSense } from '../../src/senses/files/sense.ts';
import { openStore } from '../../src/store/open.ts';
import { digestOf } from './disk-tree.ts';
import { answerQuestions } from './storm-subject.ts';

// The files sense with the real journal, in a process that can be stopped and blocked. Its last argument is the
// root, one before that (optional) the database to keep.
const root = process.argv.at(-1) ?? '';
const kept = process.argv.length > 3 ? process.argv[2] : undefined;
const scratch = mkdtempSync(join(tmpdir(), 'storm-store-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const file = kept ?? join(scratch, 'state', 'consciousness.db');

const store = await openStore(file, () => undefined);
const sense = createFilesSense({
  roots: [{ path: root, ignorePatterns: [] }],
  ignorePatterns: [],
  debounceMs: 1000,
  stateDirectory: scratch,
  retryMs: 200,
  loadIndex: (path) => store.read('indexColumns', { root: path }),
});
const journal = createJournal({ store, clock: systemClock, live: () => undefined });
await journal.register([root], sense.since());
const signal = new AbortController().signal;
void attend({
  perceptions: sense.perceive(signal),
  journal,
  rules: () => [],
  onQueued: () => undefined,
  onBaselined: () => undefined,
});
await sense.ready(signal);
const events = new DatabaseSync(file, { readOnly: true });

answerQuestions({
  async view() {
    return { known: await known(), heard: [], ...journaled() };
  },
  async digest() {
    return { digest: digestOf(await known()), events: journaled().events };
  },
});

async function known(): Promise<[string, string | null][]> {
  const { paths, hashes } = await store.read('indexColumns', { root });
  if (paths === '') return [];
  return paths.split('\0').map((path, at) => {
    const hash = hashes[at] ?? 0n;
    return [path, hash === 0n ? null : hexOf(hash)];
  });
}

/** An event is doubled where it says of a path what the one before said. */
function journaled(): { events: number; doubled: number } {
  const rows = events
    .prepare(
      `SELECT kind, json_extract(data, '$.path') AS path, json_extract(data, '$.from') AS former,
         json_extract(data, '$.hash') AS hash FROM events ORDER BY seq`,
    )
    .all();
  const last = new Map<unknown, unknown>();
  let doubled = 0;
  for (const { kind, path, former, hash } of rows) {
    const now = kind === 'deleted' ? 'gone' : hash;
    if (last.get(path) === now) doubled += 1;
    last.set(path, now);
    if (kind === 'moved') last.set(former, 'gone');
  }
  return { events: rows.length, doubled };
}
