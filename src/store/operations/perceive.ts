import { idOf } from '../../base/ids.ts';
import type { Cursor, MatchedHappening } from '../../contract/happening.ts';
import type { VitalsSample } from '../../contract/vitals-view.ts';
import { putBlob } from '../blob.ts';
import { appendEvent } from '../journal-event.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';
import { keepSample } from './vitals.ts';

export interface PerceiveInput {
  happenings: MatchedHappening[];
  cursors: Cursor[];
  sample?: VitalsSample;
  now: number;
}

/** What became of the happenings that were news. */
export interface Perceived {
  seq: number;
  subject: string;
  kind: string;
  rules: string[];
  thoughts: string[];
}

const putCursor = statement<{ name: string; value: string }>(
  `INSERT INTO cursors (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
);
const selectJournaled = statement<{ dedup: string }, { seq: number }>(
  `SELECT seq FROM events WHERE dedup = :dedup`,
);
const dropCursor = statement<{ name: string }>(`DELETE FROM cursors WHERE name = :name`);

/**
 * Journals what a sense other than files perceived: events, the thoughts of rules that want them, and how far the sense
 * has come commit together. A happening whose dedup key is known is nothing new; one that is journaled already gets
 * its thoughts, once.
 */
export async function perceive(tx: Transaction, input: PerceiveInput): Promise<Perceived[]> {
  const news: Perceived[] = [];
  for (const happening of input.happenings) {
    const seen = await perceiveOne(tx, happening, input.now);
    if (seen) news.push(seen);
  }
  for (const { name, value } of input.cursors)
    await (value === null ? tx.run(dropCursor, { name }) : tx.run(putCursor, { name, value }));
  if (input.sample !== undefined) await keepSample(tx, input.sample);
  return news;
}

async function perceiveOne(tx: Transaction, it: MatchedHappening, now: number): Promise<Perceived | null> {
  const { dedup, sense, subject, kind, at, data, text, matches } = it;
  const seq = it.journaled
    ? ((await tx.one(selectJournaled, { dedup }))?.seq ?? null)
    : await appendEvent(tx, { dedup, sense, subject, kind, at, data: { kind, ...data } });
  if (seq === null) return null;
  const queued: { rule: string; id: string }[] = [];
  // What is still to be gathered is captured later.
  const isWhole = data.gather === undefined;
  const captured = isWhole && matches.length > 0 ? await putBlob(tx, text) : null;
  const capture = captured === null ? null : captureOf(text);
  for (const { rule, version, priority, settleMs } of matches) {
    const id = idOf(dedup, version);
    const thought = { id, rule, version, event: seq, subject, priority, captured, capture, now };
    const fresh = await insertThought(tx, {
      ...thought,
      state: isWhole ? 'ready' : 'waiting',
      content: text.slice(0, SNIPPET).replaceAll(/\s+/g, ' ').trim().slice(0, 280),
      settleUntil: Math.round(at) + settleMs,
    });
    if (fresh) queued.push({ rule, id });
  }
  return {
    seq,
    subject,
    kind,
    rules: queued.map((each) => each.rule),
    thoughts: queued.map((each) => each.id),
  };
}

/** Characters that the list of thoughts is made from. */
const SNIPPET = 1000;

function captureOf(text: string): string {
  return JSON.stringify({ format: 'text', characters: text.length, truncated: false });
}

const selectCursors = statement<Record<string, never>, { name: string; value: string }>(
  `SELECT name, value FROM cursors`,
);

/** Every cursor, by name. */
export async function cursors(tx: Transaction): Promise<{ name: string; value: string }[]> {
  return tx.all(selectCursors, {});
}
