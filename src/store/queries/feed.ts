import type { FeedMark, FeedPlace, FeedRow } from '../../contract/feed.ts';
import type { LiveEvent } from '../../contract/live-event.ts';
import type { OutputState, ThoughtState } from '../../contract/thought.ts';
import { statement, type Transaction } from '../statement.ts';
import { eventData } from './list-thoughts.ts';

interface Columns {
  seq: number;
  at: number;
  state: string | null;
  reason: string | null;
  output: number | null;
  event: number | null;
  sense: string | null;
  event_subject: string | null;
  event_kind: string | null;
  data: string | null;
  rules: string | null;
  thought: string | null;
  rule: string | null;
  subject: string | null;
  kind: string | null;
  target: string | null;
}

const select = statement<{ after: number; limit: number }, Columns>(
  `SELECT f.seq, f.at, f.state, f.reason, f.output, f.event, e.sense, e.subject AS event_subject,
     e.kind AS event_kind, e.data, t.id AS thought, t.rule, t.subject, o.kind, o.target,
     (SELECT json_group_array(DISTINCT w.rule) FROM thoughts w WHERE w.subject = e.subject AND w.event = e.seq) AS rules
   FROM feed f LEFT JOIN events e ON e.seq = f.event LEFT JOIN thoughts t ON t.seq = f.thought
     LEFT JOIN outputs o ON o.thought = t.id AND o.attempt = f.attempt AND o.position = f.output
   WHERE f.seq > :after ORDER BY f.seq LIMIT :limit`,
);

/** Rows after one, in their order, and the place of the last that was looked at; what they are about may be gone. */
export async function feed(
  tx: Transaction,
  input: { after: number; limit: number },
): Promise<{ rows: FeedRow[]; last: number }> {
  const found = await tx.all(select, input);
  const rows = found.flatMap((row) => {
    const event = eventOf(row);
    return event === null ? [] : [{ seq: row.seq, at: row.at, event }];
  });
  return { rows, last: found.at(-1)?.seq ?? input.after };
}

function eventOf(row: Columns): LiveEvent | null {
  const at = new Date(row.at).toISOString();
  if (row.event !== null) return row.data === null ? null : perceivedOf(row, row.data, at);
  const { thought, rule, subject, state, reason } = row;
  if (thought === null || rule === null || subject === null || state === null) return null;
  // The states are the columns of rows that this program wrote.
  if (row.output === null)
    return { type: 'state', at, thought, rule, subject, state: state as ThoughtState, reason: reason ?? '' };
  if (row.kind === null) return null;
  const { kind, target } = row;
  return {
    type: 'output',
    at,
    thought,
    kind,
    target: target ?? '',
    state: state as OutputState,
    reason: reason ?? '',
  };
}

function perceivedOf(row: Columns, json: string, at: string): LiveEvent {
  const { event, sense, event_subject: subject, event_kind: kind } = row;
  const seq = event ?? 0;
  const rules: string[] = JSON.parse(row.rules ?? '[]');
  const { path, change } = eventData(json);
  return sense === 'files'
    ? { type: 'perceived', at, seq, path: path ?? '', change: change ?? '', rules }
    : { type: 'happened', at, seq, subject: subject ?? '', kind: kind ?? '', rules };
}

const ends = statement<Record<string, never>, { head: number; headAt: number; first: number }>(
  `SELECT coalesce((SELECT seq FROM feed ORDER BY seq DESC LIMIT 1), 0) AS head,
     coalesce((SELECT at FROM feed ORDER BY seq DESC LIMIT 1), 0) AS headAt,
     coalesce((SELECT seq FROM feed ORDER BY seq LIMIT 1), 0) AS first`,
);
const timeOf = statement<{ seq: number }, { at: number }>(`SELECT at FROM feed WHERE seq = :seq`);

/** The feed's ends, and what a mark is to it. */
export async function feedPlace(tx: Transaction, { mark }: { mark: FeedMark | null }): Promise<FeedPlace> {
  const { head = 0, headAt = 0, first = 0 } = (await tx.one(ends, {})) ?? {};
  if (mark === null) return { head, headAt, first, mark: null };
  // Before the very first one.
  if (mark.seq === 0 && first <= 1) return { head, headAt, first, mark: 'known' };
  if (mark.seq < first) return { head, headAt, first, mark: 'gone' };
  const at = (await tx.one(timeOf, { seq: mark.seq }))?.at;
  return { head, headAt, first, mark: at === mark.at ? 'known' : 'foreign' };
}
