import type { Picture } from '../../contract/provider.ts';
import { putBlob } from '../blob.ts';
import { tellDead } from '../dead.ts';
import { statement, type Transaction } from '../statement.ts';

/** A thought that is settled and waits for its text. */
export interface CaptureJob {
  id: string;
  rule: string;
  version: string;
  sense: string;
  /** Its event: the place in the journal, and what it is about. */
  event: number;
  subject: string;
  data: string;
  /** xxh64 the index has for the file now; null = unknown, gone, or no file. */
  hash: string | null;
}

const due = statement<{ now: number; limit: number; but: string }, CaptureJob>(
  `SELECT t.id, t.rule, t.version, e.sense, e.seq AS event, e.subject, e.data,
     (SELECT f.hash FROM files f JOIN roots r ON r.id = f.root
      WHERE r.path = json_extract(e.data, '$.root')
        AND f.path = substr(json_extract(e.data, '$.path'), length(r.path) + 2) AND f.present = 1) AS hash
   FROM thoughts t JOIN events e ON e.seq = t.event
   WHERE t.state = 'waiting' AND t.settle_until <= :now AND t.id NOT IN (SELECT value FROM json_each(:but)) ORDER BY t.settle_until LIMIT :limit`,
);
const nextDue = statement<{ now: number }, { at: number | null }>(
  `SELECT min(settle_until) AS at FROM thoughts WHERE state = 'waiting' AND settle_until > :now`,
);

/**
 * Settled thoughts to capture, but for those whose ids are given, and when the next one will be settled (epoch ms;
 * null = none waits).
 */
export async function captureDue(
  tx: Transaction,
  { now, limit, but }: { now: number; limit: number; but: readonly string[] },
): Promise<{ jobs: CaptureJob[]; nextAt: number | null }> {
  const jobs = await tx.all(due, { now, limit, but: JSON.stringify(but) });
  const next = await tx.one(nextDue, { now });
  return { jobs, nextAt: next?.at ?? null };
}

export type CaptureResult = { id: string; now: number } & (
  | {
      kind: 'captured';
      text: string;
      format: string;
      characters: number;
      truncated: boolean;
      content: string;
      /** What a model with vision is to see; absent = nothing. */
      pictures?: readonly Picture[];
      /** Why the text of the pictures is not there; absent = it is. */
      unread?: string;
    }
  /** There is nothing to read: a deletion. */
  | { kind: 'nothing' }
  | { kind: 'unreadable'; reason: string }
  /** Its rule looks for something that is not in it. */
  | { kind: 'unwanted'; reason: string }
  /** Look again at `at`: the file changed meanwhile, or its root is offline. */
  | { kind: 'later'; at: number; reason: string }
);

const ready = statement<{
  id: string;
  captured: string | null;
  capture: string | null;
  content: string | null;
  now: number;
}>(
  `UPDATE thoughts SET state = 'ready', reason = '', captured = :captured, capture = :capture,
     content = coalesce(:content, content), available_at = :now, updated_at = :now
   WHERE id = :id AND state = 'waiting'`,
);
const end = statement<{ id: string; state: 'dead' | 'cancelled'; reason: string; now: number }>(
  `UPDATE thoughts SET state = :state, reason = :reason, updated_at = :now, finished_at = :now
   WHERE id = :id AND state = 'waiting'`,
);
const later = statement<{ id: string; reason: string; at: number; now: number }>(
  `UPDATE thoughts SET settle_until = :at, reason = :reason, updated_at = :now WHERE id = :id AND state = 'waiting'`,
);

/** Stores what capture made of a file; false where the thought has moved on meanwhile. */
export async function captured(tx: Transaction, result: CaptureResult): Promise<boolean> {
  const { id, now } = result;
  switch (result.kind) {
    case 'captured': {
      const pictures: { type: string; hash: string }[] = [];
      for (const { type, bytes } of result.pictures ?? [])
        pictures.push({ type, hash: await putBlob(tx, bytes) });
      return (
        (await tx.run(ready, {
          id,
          now,
          captured: await putBlob(tx, result.text),
          capture: JSON.stringify({
            format: result.format,
            characters: result.characters,
            truncated: result.truncated,
            ...(pictures.length === 0 ? {} : { pictures }),
            ...(result.unread === undefined ? {} : { unread: result.unread }),
          }),
          content: result.content,
        })) === 1
      );
    }
    case 'nothing':
      return (await tx.run(ready, { id, now, captured: null, capture: null, content: null })) === 1;
    case 'unreadable':
      if ((await tx.run(end, { id, now, state: 'dead', reason: result.reason })) !== 1) return false;
      await tellDead(tx, { id, now });
      return true;
    case 'unwanted':
      return (await tx.run(end, { id, now, state: 'cancelled', reason: result.reason })) === 1;
    case 'later':
      return (await tx.run(later, { id, now, at: Math.round(result.at), reason: result.reason })) === 1;
    default:
      return result satisfies never;
  }
}
