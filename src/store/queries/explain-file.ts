import type { Explanation } from '../../contract/api.ts';
import type { OutputView, ThoughtRow } from '../../contract/thought-view.ts';
import { statement, type Transaction } from '../statement.ts';
import { eventData, ROW_COLUMNS, type RowColumns, rowOf } from './list-thoughts.ts';
import { outputsOf } from './view-thought.ts';

/** What the journal knows of one file. */
export interface FileFacts {
  seen: Explanation['seen'];
  events: Explanation['events'];
  thoughts: (ThoughtRow & { settleUntil: string | null; version: string; outputs: OutputView[] })[];
  writtenBy: Explanation['writtenBy'];
  /** Where it was last moved to; null where it was not. */
  movedTo: { path: string; seq: number } | null;
}

const selectFile = statement<
  { root: string; relative: string },
  { revision: number; hash: string | null; size: number; mtime: number; existing: number }
>(
  `SELECT f.revision, f.hash, f.size, f.mtime, f.existing FROM files f JOIN roots r ON r.id = f.root
   WHERE r.path = :root AND f.path = :relative AND f.present = 1`,
);
const selectEvents = statement<{ subject: string }, { seq: number; at: number; kind: string; data: string }>(
  `SELECT seq, at, kind, data FROM events WHERE subject = :subject ORDER BY seq DESC LIMIT 20`,
);
const selectThoughts = statement<
  { subject: string },
  RowColumns & { settle_until: number; version: string; attempt: number }
>(
  `SELECT ${ROW_COLUMNS}, t.settle_until, t.version, t.attempt FROM thoughts t JOIN events e ON e.seq = t.event
   WHERE t.subject = :subject ORDER BY t.seq DESC LIMIT 20`,
);
// A move is journaled under the new path only.
const selectMove = statement<{ path: string }, { seq: number; data: string }>(
  `SELECT seq, data FROM events WHERE kind = 'moved' AND json_extract(data, '$.from') = :path
   ORDER BY seq DESC LIMIT 1`,
);
const selectWriter = statement<{ target: string }, { thought: string; rule: string; at: number | null }>(
  `SELECT thought, rule, applied_at AS at FROM outputs WHERE target = :target AND ledger_ino IS NOT NULL
   AND state = 'applied' ORDER BY applied_at DESC LIMIT 1`,
);

/** Everything journaled about one file (newest first, at most 20 of each). */
export async function explainFile(
  tx: Transaction,
  input: { path: string; root: string | null },
): Promise<FileFacts> {
  const subject = `file:${input.path}`;
  const { path, root } = input;
  const file =
    root === null ? undefined : await tx.one(selectFile, { root, relative: path.slice(root.length + 1) });
  const thoughts: FileFacts['thoughts'] = [];
  for (const row of await tx.all(selectThoughts, { subject })) {
    thoughts.push({
      ...rowOf(row),
      version: row.version,
      settleUntil: row.state === 'waiting' ? new Date(row.settle_until).toISOString() : null,
      outputs: await outputsOf(tx, { id: row.id, attempt: row.attempt }),
    });
  }
  const move = await tx.one(selectMove, { path });
  const movedTo = move && eventData(move.data).path;
  const writer = await tx.one(selectWriter, { target: path });
  return {
    seen: file
      ? {
          revision: file.revision,
          hash: file.hash,
          size: file.size,
          modified: new Date(file.mtime).toISOString(),
          existing: file.existing === 1,
        }
      : null,
    events: (await tx.all(selectEvents, { subject })).map((row) => ({
      seq: row.seq,
      at: new Date(row.at).toISOString(),
      change: row.kind,
      revision: eventData(row.data).revision ?? 0,
    })),
    thoughts,
    movedTo: move && movedTo !== undefined ? { path: movedTo, seq: move.seq } : null,
    writtenBy: writer
      ? { thought: writer.thought, rule: writer.rule, at: new Date(writer.at ?? 0).toISOString() }
      : null,
  };
}
