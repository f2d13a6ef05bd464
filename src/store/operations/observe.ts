import { idOf } from '../../base/ids.ts';
import type { FileChange, MetFolder } from '../../contract/event.ts';
import type { Match, MatchedObservation } from '../../contract/match.ts';
import {
  ASIDE,
  type Known,
  markBaselined,
  markDeleted,
  meetFolder,
  refreshRow,
  selectGone,
  selectKnown,
  selectRow,
  setAside,
  upsertRow,
} from '../file-index.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

export interface ObserveInput {
  root: { id: number; path: string };
  observations: MatchedObservation[];
  /** The root's first scan is complete with this batch. */
  baselined: boolean;
  /** The root is this folder from now on. */
  met?: MetFolder;
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

const supersede = statement<{ subject: string; now: number; reason: string }, { rule: string }>(
  `UPDATE thoughts SET state = 'cancelled', reason = :reason, updated_at = :now, finished_at = :now
   WHERE subject = :subject AND state IN ('waiting', 'ready') RETURNING rule`,
);

const unread = statement<{ subject: string; now: number }>(
  `UPDATE thoughts SET state = 'cancelled', reason = 'superseded: the file was moved', updated_at = :now,
     finished_at = :now WHERE subject = :subject AND state = 'waiting'`,
);

/**
 * Journals what the files sense found: events, index rows and the thoughts of matching rules commit together.
 * A revision grows only when content or existence differs from the index row, so a re-observation is no event;
 * a file that looks exactly as the ledger says we left it is our own write, and is indexed without an event, as is
 * one of ours that `undo` took away.
 */
export async function observe(tx: Transaction, input: ObserveInput): Promise<Observed[]> {
  const news: Observed[] = [];
  if (input.met) await meet(tx, input.root.id, input.met);
  for (const observation of input.observations) {
    const seen = await observeOne(tx, input, observation);
    if (seen) news.push(seen);
  }
  if (input.baselined) await tx.run(markBaselined, { root: input.root.id, now: input.now });
  return news;
}

/** The root is this folder from now on; where it holds other files than the one before, those are set aside. */
async function meet(tx: Transaction, root: number, { identity, aside }: MetFolder): Promise<void> {
  const { dev, ino, birth } = identity;
  await tx.run(meetFolder, { root, dev, ino, birth });
  if (aside) await tx.run(setAside, { root, aside: ASIDE });
}

async function observeOne(
  tx: Transaction,
  input: ObserveInput,
  it: MatchedObservation,
): Promise<Observed | null> {
  const root = input.root.id;
  const { path, hash, stat, change } = it;
  if (stat === null) {
    const gone = await tx.one(selectGone, { root, path, target: `${input.root.path}/${path}` });
    if (gone?.present !== 1) return null;
    await tx.run(markDeleted, { root, path, revision: gone.revision + 1 });
    if (gone.own === 1) {
      await supersedeUnread(tx, input, path);
      return null;
    }
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
  if (change === 'unchanged') {
    // Without a row there is nothing to refresh; no rule was asked, so it is left to be perceived as added.
    if (present) await tx.run(refreshRow, { root, path, hash, ...stat });
    return null;
  }
  const place = (as: number, existing: number) =>
    tx.run(upsertRow, { root, path, revision: as, existing, hash, ...stat });
  if (change === 'existing') {
    await place(Math.max(1, revision), 1);
    return null;
  }
  if (change === 'moved') await forget(tx, root, it.from);
  const wasKnown = present || known?.present === ASIDE;
  if (wasKnown && isAsKnown(it, known)) {
    await place(revision, 0);
    await supersedeFormer(tx, input, it);
    return null;
  }
  await place(revision + 1, 0);
  if (known?.own === 1) {
    // We have moved it: whoever has read it under its former name goes on.
    if (it.from !== undefined) await supersedeUnread(tx, input, it.from);
    return null;
  }
  return journal(tx, input, it, change === 'moved' ? 'moved' : wasKnown ? 'modified' : 'added', revision + 1);
}

/** Whether a file is what its row says. One set aside before it was hashed is told by size and time. */
function isAsKnown({ hash, stat }: MatchedObservation, known: Known | undefined): boolean {
  if (known?.hash !== null) return known?.hash === hash;
  return known.present === ASIDE && known.size === stat?.size && known.mtime === stat?.mtime;
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
  if (revision > 1) {
    const reason =
      change === 'deleted' ? 'superseded: the file was deleted' : 'superseded by a newer revision';
    for (const row of await tx.all(supersede, { subject, now: input.now, reason })) rules.add(row.rule);
  }
  for (const rule of await supersedeFormer(tx, input, it)) rules.add(rule);
  return rules;
}

/** Cancels what nobody has claimed about the name that a file was moved from; the rules it was for. */
async function supersedeFormer(
  tx: Transaction,
  input: ObserveInput,
  it: MatchedObservation,
): Promise<string[]> {
  if (it.from === undefined) return [];
  const former = {
    subject: `file:${input.root.path}/${it.from}`,
    now: input.now,
    reason: 'superseded: the file was moved',
  };
  return (await tx.all(supersede, former)).map((row) => row.rule);
}

/** Cancels what has not read a file that we have taken away ourselves: it never can. */
async function supersedeUnread(tx: Transaction, input: ObserveInput, path: string): Promise<void> {
  const { now } = input;
  await tx.run(unread, { subject: `file:${input.root.path}/${path}`, now });
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
