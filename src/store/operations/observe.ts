import { idOf } from '../../base/ids.ts';
import type { FileChange, FileStat } from '../../contract/event.ts';
import type { Match, MatchedObservation } from '../../contract/match.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

export interface ObserveInput {
  root: { id: number; path: string };
  observations: MatchedObservation[];
  /** The root's first scan is complete with this batch. */
  baselined: boolean;
  now: number;
}

/** What became of the observations that were news. */
export interface Observed {
  seq: number;
  path: string;
  change: FileChange;
  rules: string[];
  thoughts: string[];
}

interface IndexRow {
  revision: number;
  present: number;
  hash: string | null;
}

/** The index row, if any, and whether the ledger says that this is how we left the file. */
interface Known {
  revision: number | null;
  present: number | null;
  hash: string | null;
  own: number;
}

const selectRow = statement<{ root: number; path: string }, IndexRow>(
  `SELECT revision, present, hash FROM files WHERE root = :root AND path = :path`,
);

const upsertRow = statement<
  FileStat & { root: number; path: string; revision: number; existing: number; hash: string | null }
>(
  `INSERT INTO files (root, path, revision, present, existing, dev, ino, birth, size, mtime, ctime, hash)
   VALUES (:root, :path, :revision, 1, :existing, :dev, :ino, :birth, :size, :mtime, :ctime, :hash)
   ON CONFLICT (root, path) DO UPDATE SET revision = excluded.revision, present = 1,
     existing = excluded.existing, dev = excluded.dev, ino = excluded.ino, birth = excluded.birth,
     size = excluded.size, mtime = excluded.mtime, ctime = excluded.ctime, hash = excluded.hash`,
);

const refreshRow = statement<FileStat & { root: number; path: string; hash: string | null }>(
  `UPDATE files SET dev = :dev, ino = :ino, birth = :birth, size = :size, mtime = :mtime, ctime = :ctime,
     hash = coalesce(:hash, hash) WHERE root = :root AND path = :path`,
);

const markDeleted = statement<{ root: number; path: string; revision: number }>(
  `UPDATE files SET present = 0, existing = 0, revision = :revision, hash = NULL WHERE root = :root AND path = :path`,
);

const markBaselined = statement<{ root: number; now: number }>(
  `UPDATE roots SET baselined_at = coalesce(baselined_at, :now) WHERE id = :root`,
);

const selectKnown = statement<
  {
    root: number;
    path: string;
    target: string;
    ino: number;
    size: number;
    mtime: number;
    hash: string | null;
  },
  Known
>(
  `SELECT f.revision, f.present, f.hash, EXISTS (
     SELECT 1 FROM outputs WHERE target = :target AND ledger_ino = :ino AND ledger_size = :size
       AND ledger_mtime = :mtime AND ledger_hash = :hash) AS own
   FROM (SELECT 1) LEFT JOIN files f ON f.root = :root AND f.path = :path`,
);

const supersede = statement<{ subject: string; now: number; reason: string }, { rule: string }>(
  `UPDATE thoughts SET state = 'cancelled', reason = :reason, updated_at = :now, finished_at = :now
   WHERE subject = :subject AND state IN ('waiting', 'ready') RETURNING rule`,
);

/**
 * Journals what the files sense found: events, index rows and the thoughts of matching rules commit together.
 * A revision grows only when content or existence differs from the index row, so a re-observation is no event;
 * a file that looks exactly as the ledger says we left it is our own write, and is indexed without an event.
 */
export async function observe(tx: Transaction, input: ObserveInput): Promise<Observed[]> {
  const news: Observed[] = [];
  for (const observation of input.observations) {
    const seen = await observeOne(tx, input, observation);
    if (seen) news.push(seen);
  }
  if (input.baselined) await tx.run(markBaselined, { root: input.root.id, now: input.now });
  return news;
}

async function observeOne(
  tx: Transaction,
  input: ObserveInput,
  it: MatchedObservation,
): Promise<Observed | null> {
  const root = input.root.id;
  const { path, hash, stat, change } = it;
  if (stat === null) {
    const gone = await tx.one(selectRow, { root, path });
    if (gone?.present !== 1) return null;
    await tx.run(markDeleted, { root, path, revision: gone.revision + 1 });
    return journal(tx, input, it, 'deleted', gone.revision + 1);
  }
  const { ino, size, mtime } = stat;
  const known = await tx.one(selectKnown, {
    root,
    path,
    target: `${input.root.path}/${path}`,
    ino,
    size,
    mtime,
    hash,
  });
  const revision = known?.revision ?? 0;
  const present = known?.present === 1;
  if (change === 'unchanged' && present) {
    await tx.run(refreshRow, { root, path, hash, ...stat });
    return null;
  }
  const place = (as: number, existing: number) =>
    tx.run(upsertRow, { root, path, revision: as, existing, hash, ...stat });
  if (change === 'existing') {
    await place(Math.max(1, revision), 1);
    return null;
  }
  if (change === 'moved') await forget(tx, root, it.from);
  if (present && known?.hash !== null && known?.hash === hash) {
    await place(revision, 0);
    return null;
  }
  await place(revision + 1, 0);
  if (known?.own === 1) return null;
  return journal(tx, input, it, change === 'moved' ? 'moved' : present ? 'modified' : 'added', revision + 1);
}

async function journal(
  tx: Transaction,
  input: ObserveInput,
  it: MatchedObservation,
  change: FileChange,
  revision: number,
): Promise<Observed | null> {
  const path = `${input.root.path}/${it.path}`;
  const subject = `file:${path}`;
  const dedup = `${subject}#${revision}`;
  const seq = await appendEvent(tx, {
    dedup,
    sense: 'files',
    subject,
    kind: change,
    at: it.observedAt,
    data: {
      path,
      root: input.root.path,
      name: it.path.slice(it.path.lastIndexOf('/') + 1),
      change,
      revision,
      hash: it.hash,
      ...(it.from === undefined ? {} : { from: `${input.root.path}/${it.from}` }),
      ...(it.stat ? { size: it.stat.size, modified: new Date(it.stat.mtime).toISOString() } : {}),
      ...(it.binary ? { binary: true } : {}),
      ...(it.growing ? { growing: true } : {}),
    },
  });
  if (seq === null) return null;

  const replaced = await supersedeOlder(tx, input, it, subject, change, revision);
  const matched = it.matches.filter((match) => !match.carried || replaced.has(match.rule));
  const queued: { rule: string; id: string }[] = [];
  for (const match of matched) {
    const id = idOf(dedup, match.version);
    const fresh = await insertThought(tx, thoughtOf(match, id, seq, subject, it, input.now));
    if (fresh) queued.push({ rule: match.rule, id });
  }
  return {
    seq,
    path,
    change,
    rules: queued.map((each) => each.rule),
    thoughts: queued.map((each) => each.id),
  };
}

/** Cancels what nobody has claimed about this file's older revisions and former name; the rules it was for. */
async function supersedeOlder(
  tx: Transaction,
  input: ObserveInput,
  it: MatchedObservation,
  subject: string,
  change: FileChange,
  revision: number,
): Promise<Set<string>> {
  const rules = new Set<string>();
  const cancel = async (of: string, reason: string) => {
    for (const row of await tx.all(supersede, { subject: of, now: input.now, reason })) rules.add(row.rule);
  };
  if (revision > 1)
    await cancel(
      subject,
      change === 'deleted' ? 'superseded: the file was deleted' : 'superseded by a newer revision',
    );
  if (it.from !== undefined)
    await cancel(`file:${input.root.path}/${it.from}`, 'superseded: the file was moved');
  return rules;
}

async function forget(tx: Transaction, root: number, from: string | undefined): Promise<void> {
  if (from === undefined) return;
  const row = await tx.one(selectRow, { root, path: from });
  if (row?.present === 1) await tx.run(markDeleted, { root, path: from, revision: row.revision + 1 });
}

function thoughtOf(
  match: Match,
  id: string,
  seq: number,
  subject: string,
  it: MatchedObservation,
  now: number,
) {
  return {
    id,
    rule: match.rule,
    version: match.version,
    event: seq,
    subject,
    state: 'waiting' as const,
    priority: match.priority,
    content: it.path,
    settleUntil: Math.round(it.observedAt) + match.settleMs,
    captured: null,
    capture: null,
    now,
  };
}
