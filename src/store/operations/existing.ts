import { idOf } from '../../base/ids.ts';
import { PRIORITY } from '../../contract/thought.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

export interface QueueExistingInput {
  root: { id: number; path: string };
  rule: string;
  version: string;
  settleMs: number;
  /** Relative path texts of indexed files that the rule's paths match; at most a few hundred a call. */
  paths: string[];
  now: number;
}

const selectFile = statement<
  { root: number; path: string },
  { revision: number; hash: string | null; size: number; mtime: number }
>(`SELECT revision, hash, size, mtime FROM files WHERE root = :root AND path = :path AND present = 1`);
const selectEvent = statement<{ dedup: string }, { seq: number }>(
  `SELECT seq FROM events WHERE dedup = :dedup`,
);
const decide = statement<{ rule: string; root: number; existing: string; now: number }>(
  `INSERT INTO met_roots (rule, root, existing, decided_at) VALUES (:rule, :root, :existing, :now)
   ON CONFLICT DO NOTHING`,
);

/** Queues a rule's thoughts about files that were there before it met the root; safe to repeat after a crash. */
export async function queueExisting(tx: Transaction, input: QueueExistingInput): Promise<number> {
  let queued = 0;
  for (const relative of input.paths) {
    const file = await tx.one(selectFile, { root: input.root.id, path: relative });
    if (!file) continue;
    const path = `${input.root.path}/${relative}`;
    const subject = `file:${path}`;
    const dedup = `${subject}#${file.revision}`;
    const seq =
      (await tx.one(selectEvent, { dedup }))?.seq ??
      (await appendEvent(tx, {
        dedup,
        sense: 'files',
        subject,
        kind: 'added',
        at: input.now,
        data: {
          path,
          root: input.root.path,
          name: relative.slice(relative.lastIndexOf('/') + 1),
          change: 'added',
          revision: file.revision,
          hash: file.hash,
          size: file.size,
          modified: new Date(file.mtime).toISOString(),
        },
      }));
    if (seq === null) continue;
    const fresh = await insertThought(tx, {
      id: idOf(dedup, input.version),
      rule: input.rule,
      version: input.version,
      event: seq,
      subject,
      state: 'waiting',
      priority: PRIORITY.background,
      content: relative,
      settleUntil: input.now,
      captured: null,
      capture: null,
      now: input.now,
    });
    if (fresh) queued += 1;
  }
  return queued;
}

/** Stores that the question "what about existing files" is decided for this rule and root, once and for all. */
export async function decideExisting(
  tx: Transaction,
  input: { rule: string; root: number; existing: 'ignore' | 'process'; now: number },
): Promise<void> {
  await tx.run(decide, input);
}
