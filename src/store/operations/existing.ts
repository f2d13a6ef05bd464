import { idOf } from '../../base/ids.ts';
import { PRIORITY, type ThoughtState } from '../../contract/thought.ts';
import { appendEvent } from '../journal-event.ts';
import { type GivenAnswer, insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

export interface QueueExistingInput extends Wish {
  /** Relative path texts of indexed files that the rule's paths match; at most a few hundred a call. */
  paths: string[];
}

/** Whose thoughts are wanted, about files of which root. */
interface Wish {
  root: { id: number; path: string };
  rule: string;
  version: string;
  settleMs: number;
  now: number;
}

const selectFile = statement<
  { root: number; path: string },
  { revision: number; hash: string | null; size: number; mtime: number }
>(`SELECT revision, hash, size, mtime FROM files WHERE root = :root AND path = :path AND present = 1`);
const selectEvent = statement<{ dedup: string }, { seq: number; kind: string }>(
  `SELECT seq, kind FROM events WHERE dedup = :dedup`,
);
const selectThought = statement<{ id: string }, { state: ThoughtState }>(
  `SELECT state FROM thoughts WHERE id = :id`,
);
const decide = statement<{ rule: string; root: number; existing: string; now: number }>(
  `INSERT INTO met_roots (rule, root, existing, decided_at) VALUES (:rule, :root, :existing, :now)
   ON CONFLICT DO NOTHING`,
);

/** Queues a rule's thoughts about files that were there before it met the root; safe to repeat after a crash. */
export async function queueExisting(tx: Transaction, input: QueueExistingInput): Promise<number> {
  let queued = 0;
  for (const path of input.paths) {
    const became = await queueOne(tx, input, path, { priority: PRIORITY.background, again: null });
    if (became.kind === 'queued') queued += 1;
  }
  return queued;
}

/** What became of the wish for a thought about a file. */
export type Queued =
  | { kind: 'queued'; id: string }
  /** The rule's version in force has thought about just this content, or is about to. */
  | { kind: 'known'; id: string; state: ThoughtState }
  /** Nothing of that name is in the index. */
  | { kind: 'unseen' };

export interface QueueFileInput extends Wish {
  /** Relative path text. */
  path: string;
  /** A key that is new for each wish to think again about what was thought about already; null = only what is new. */
  again: string | null;
  given?: GivenAnswer;
}

/** Queues a rule's thought about one indexed file, because a person asks for it. */
export function queueFile(tx: Transaction, input: QueueFileInput): Promise<Queued> {
  const { again, given } = input;
  return queueOne(tx, input, input.path, { priority: PRIORITY.request, again, ...(given ? { given } : {}) });
}

async function queueOne(
  tx: Transaction,
  wish: Wish,
  relative: string,
  { priority, again, given }: { priority: number; again: string | null; given?: GivenAnswer },
): Promise<Queued> {
  const { root, rule, version, now } = wish;
  const file = await tx.one(selectFile, { root: root.id, path: relative });
  if (!file) return { kind: 'unseen' };
  const path = `${root.path}/${relative}`;
  const subject = `file:${path}`;
  const last = `${subject}#${file.revision}`;
  const perceived = await tx.one(selectEvent, { dedup: last });
  // To this rule the file is added, whatever became of it before: such an event is journaled beside its last one.
  const asAdded = perceived === undefined || perceived.kind === 'added';
  const dedup = again === null ? `${last}${asAdded ? '' : '+existing'}` : `${last}+again:${again}`;
  // The rule was in force already when that last event came, or was asked before.
  const known = (again === null ? [idOf(last, version), idOf(dedup, version)] : []).map((id) => ({ id }));
  for (const one of known) {
    const thought = await tx.one(selectThought, one);
    if (thought) return { kind: 'known', id: one.id, state: thought.state };
  }
  const beside = !asAdded || again !== null;
  const seq =
    (await tx.one(selectEvent, { dedup }))?.seq ??
    (await appendEvent(tx, {
      dedup,
      sense: 'files',
      subject,
      kind: 'added',
      at: now,
      data: {
        path,
        root: root.path,
        name: relative.slice(relative.lastIndexOf('/') + 1),
        change: 'added',
        revision: file.revision,
        hash: file.hash,
        size: file.size,
        modified: new Date(file.mtime).toISOString(),
        ...(beside ? { existing: true } : {}),
      },
    }));
  if (seq === null) return { kind: 'unseen' };
  const id = idOf(dedup, version);
  await insertThought(tx, {
    ...{ id, rule, version, event: seq, subject, state: 'waiting', priority, content: relative, now },
    ...{ settleUntil: now, captured: null, capture: null, fresh: again !== null },
    ...(given === undefined ? {} : { given }),
  });
  return { kind: 'queued', id };
}

/** Stores that the question "what about existing files" is decided for this rule and root, once and for all. */
export async function decideExisting(
  tx: Transaction,
  input: { rule: string; root: number; existing: 'ignore' | 'process'; now: number },
): Promise<void> {
  await tx.run(decide, input);
}
