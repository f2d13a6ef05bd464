import type { SenseName } from '../../contract/event.ts';
import type { EventData } from '../../contract/event-data.ts';
import { PRIORITY, PROCESSED, type ThoughtState } from '../../contract/thought.ts';
import type { ThoughtRow } from '../../contract/thought-view.ts';
import { statement, type Transaction } from '../statement.ts';
import { ANSWER_TEXT, titleIn } from './answer-title.ts';

export interface ThoughtFilter {
  state: ThoughtState | null;
  rule: string | null;
  since: number | null;
  unprocessed: boolean;
  subject: string | null;
  limit: number;
}

/** The columns that a {@link ThoughtRow} is made of. */
export interface RowColumns {
  id: string;
  created_at: number;
  content: string;
  state: ThoughtState;
  rule: string;
  reason: string;
  subject: string;
  event: number;
  sense: SenseName;
  data: string;
  priority: number;
  answer_text: string | null;
}

export const ROW_COLUMNS = `t.id, t.created_at, t.content, t.state, t.rule, t.reason, t.subject, t.event, t.priority,
  e.sense, e.data, ${ANSWER_TEXT} AS answer_text`;

const select = statement<
  {
    state: string | null;
    rule: string | null;
    since: number | null;
    unprocessed: number;
    subject: string | null;
    limit: number;
  },
  RowColumns
>(
  `SELECT ${ROW_COLUMNS} FROM thoughts t JOIN events e ON e.seq = t.event
   WHERE (:state IS NULL OR t.state = :state) AND (:rule IS NULL OR t.rule = :rule)
     AND (:since IS NULL OR t.created_at >= :since) AND (:subject IS NULL OR t.subject = :subject)
     AND (:unprocessed = 0 OR t.state NOT IN ('done', 'dead', 'cancelled'))
   ORDER BY t.seq DESC LIMIT :limit`,
);
const selectOne = statement<{ id: string }, RowColumns>(
  `SELECT ${ROW_COLUMNS} FROM thoughts t JOIN events e ON e.seq = t.event WHERE t.id = :id`,
);

/** Newest first. */
export async function listThoughts(tx: Transaction, filter: ThoughtFilter): Promise<ThoughtRow[]> {
  const rows = await tx.all(select, { ...filter, unprocessed: filter.unprocessed ? 1 : 0 });
  return rows.map(rowOf);
}

/** One row by its whole id. */
export async function thoughtRow(tx: Transaction, input: { id: string }): Promise<ThoughtRow | null> {
  const row = await tx.one(selectOne, input);
  return row ? rowOf(row) : null;
}

export function rowOf(row: RowColumns): ThoughtRow {
  const data = eventData(row.data);
  const title = row.answer_text === null || row.state === 'dead' ? null : titleIn(row.answer_text);
  return {
    id: row.id,
    timestamp: new Date(row.created_at).toISOString(),
    content: row.content,
    context: {
      sense: row.sense,
      subject: row.subject,
      event: row.event,
      ...(data.path === undefined ? {} : { path: data.path }),
      ...(data.change === undefined ? {} : { change: data.change }),
      ...(row.priority === PRIORITY.request ? { asked: true as const } : {}),
    },
    processed: PROCESSED.includes(row.state),
    state: row.state,
    rule: row.rule,
    reason: row.reason,
    ...(title === null ? {} : { title }),
  };
}

/** An event's data as this program stored it. */
export function eventData(json: string): EventData {
  // Written by journal-event.ts from an EventData; nothing else writes that column.
  return JSON.parse(json) as EventData;
}
