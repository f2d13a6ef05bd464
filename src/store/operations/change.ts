import { idOf } from '../../base/ids.ts';
import { replayedReason } from '../../contract/replayed.ts';
import { PRIORITY, rankOf, type ThoughtState } from '../../contract/thought.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

/** What came of asking to change a thought. */
export interface Changed {
  id: string;
  ok: boolean;
  state: ThoughtState | null;
  reason: string;
  /** The thought that is thought about in its place, under the rule's newer version. */
  replayedAs?: string;
}

interface Row {
  id: string;
  state: ThoughtState;
  rule: string;
  version: string;
  event: number;
  subject: string;
  content: string;
  captured: string | null;
  capture: string | null;
  dedup: string;
  sense: string;
  current: string | null;
}

const select = statement<{ id: string }, Row>(
  `SELECT t.id, t.state, t.rule, t.version, t.event, t.subject, t.content, t.captured, t.capture, e.dedup, e.sense,
     r.version AS current
   FROM thoughts t JOIN events e ON e.seq = t.event LEFT JOIN rules r ON r.name = t.rule WHERE t.id = :id`,
);
const selectDead = statement<Record<string, never>, { id: string }>(
  `SELECT id FROM thoughts WHERE state = 'dead' ORDER BY seq`,
);
const reopen = statement<{ id: string; state: string; now: number; priority: number; rank: number }>(
  `UPDATE thoughts SET state = :state, reason = 'asked for again', failures = 0, crashes = 0, fresh = 1,
     priority = min(priority, :priority), rank = min(rank, :rank), settle_until = :now, available_at = :now, finished_at = NULL,
     answer = NULL, reused_from = NULL, owner = NULL, lease_until = NULL, updated_at = :now
   WHERE id = :id AND state IN ('dead', 'cancelled')`,
);
const cancelOne = statement<{ id: string; now: number }>(
  `UPDATE thoughts SET state = 'cancelled', reason = 'cancelled by a person', owner = NULL, lease_until = NULL,
     updated_at = :now, finished_at = :now WHERE id = :id AND state IN ('waiting', 'ready', 'running')`,
);
/** Who asks for something again waits for it. */
const asRequest = (now: number) => ({ priority: PRIORITY.request, rank: rankOf(PRIORITY.request, now) });

const abandon = statement<{ id: string }>(
  `UPDATE attempts SET outcome = 'abandoned', error = 'cancelled by a person' WHERE thought = :id AND outcome = 'running'`,
);
const openTwin = statement<{ rule: string; subject: string }, { id: string }>(
  `SELECT id FROM thoughts WHERE rule = :rule AND subject = :subject AND state IN ('waiting', 'ready') LIMIT 1`,
);

/** Puts dead or cancelled thoughts back; under the rule's version in force, which may make a new thought of the same event. */
export async function retry(
  tx: Transaction,
  input: { ids: string[] | 'dead'; now: number },
): Promise<Changed[]> {
  const ids = input.ids === 'dead' ? (await tx.all(selectDead, {})).map((row) => row.id) : input.ids;
  const results: Changed[] = [];
  for (const id of ids) results.push(await retryOne(tx, id, input.now));
  return results;
}

const newest = statement<{ subject: string }, { seq: number }>(
  `SELECT max(seq) AS seq FROM events WHERE subject = :subject AND json_extract(data, '$.existing') IS NULL`,
);
const isThere = statement<{ seq: number }, { there: number }>(
  `SELECT EXISTS (SELECT 1 FROM files f JOIN roots r ON r.id = f.root
     WHERE r.path = json_extract(e.data, '$.root') AND f.present = 1
       AND f.path = substr(json_extract(e.data, '$.path'), length(r.path) + 2)) AS there
   FROM events e WHERE e.seq = :seq AND e.kind <> 'deleted'`,
);

/** Why thinking about this event again would not mirror the present; null where it would. */
async function whyOutdated(tx: Transaction, row: Row): Promise<string | null> {
  if (row.sense !== 'files') return null;
  if (((await tx.one(newest, { subject: row.subject }))?.seq ?? 0) > row.event)
    return 'the file has a newer revision';
  return (await tx.one(isThere, { seq: row.event }))?.there === 0 ? 'the file is gone' : null;
}

async function retryOne(tx: Transaction, id: string, now: number): Promise<Changed> {
  const row = await tx.one(select, { id });
  if (!row) return { id, ok: false, state: null, reason: 'there is no such thought' };
  if (row.state !== 'dead' && row.state !== 'cancelled') {
    return {
      id,
      ok: false,
      state: row.state,
      reason: `it is ${row.state}: only dead or cancelled thoughts can be retried`,
    };
  }
  if (row.current === null) {
    return {
      id,
      ok: false,
      state: row.state,
      reason: `its rule ${row.rule} is gone: put the rule file back first`,
    };
  }
  const outdated = await whyOutdated(tx, row);
  if (outdated !== null) return { id, ok: false, state: row.state, reason: `superseded: ${outdated}` };
  const twin = await tx.one(openTwin, { rule: row.rule, subject: row.subject });
  if (twin) {
    return {
      id,
      ok: false,
      state: row.state,
      reason: `thought ${twin.id} about the same subject is queued already`,
    };
  }
  if (row.sense !== 'files' && row.captured === null)
    return { id, ok: false, state: row.state, reason: 'its text was removed by retention: ask again' };
  const state = row.sense === 'files' && row.captured === null ? 'waiting' : 'ready';
  if (row.current === row.version) {
    await tx.run(reopen, { id, state, now, ...asRequest(now) });
    return { id, ok: true, state, reason: 'queued again' };
  }
  return retryUnderNewVersion(tx, row, row.current, state, now);
}

/** What is thought again as another one says so, and is dead no more: it would be replayed again and again. */
const replayed = statement<{ id: string; reason: string; now: number }>(
  `UPDATE thoughts SET state = 'cancelled', reason = :reason, updated_at = :now, finished_at = :now
   WHERE id = :id AND state IN ('dead', 'cancelled')`,
);

async function retryUnderNewVersion(
  tx: Transaction,
  row: Row,
  version: string,
  state: 'waiting' | 'ready',
  now: number,
): Promise<Changed> {
  const id = idOf(row.dedup, version);
  const fresh = await insertThought(tx, {
    id,
    rule: row.rule,
    version,
    event: row.event,
    subject: row.subject,
    state,
    priority: PRIORITY.request,
    content: row.content,
    settleUntil: now,
    captured: row.captured,
    capture: row.capture,
    now,
  });
  if (fresh || (await tx.run(reopen, { id, state, now, ...asRequest(now) })) === 1) {
    const reason = replayedReason(id);
    await tx.run(replayed, { id: row.id, reason, now });
    return { id: row.id, ok: true, state: 'cancelled', reason, replayedAs: id };
  }
  const twin = await tx.one(select, { id });
  return {
    id: row.id,
    ok: false,
    state: row.state,
    reason: `${id}, under the rule's newer version, is ${twin?.state}`,
  };
}

/** Cancels thoughts that are not answered yet; a running one loses its hold and its call is dropped. */
export async function cancel(tx: Transaction, input: { ids: string[]; now: number }): Promise<Changed[]> {
  const results: Changed[] = [];
  for (const id of input.ids) {
    if ((await tx.run(cancelOne, { id, now: input.now })) === 1) {
      await tx.run(abandon, { id });
      results.push({ id, ok: true, state: 'cancelled', reason: 'cancelled' });
      continue;
    }
    const row = await tx.one(select, { id });
    const reason =
      row === undefined
        ? 'there is no such thought'
        : row.state === 'proposed'
          ? 'it waits for your decision: reject what it proposes'
          : `it is ${row.state}: only waiting, ready or running thoughts can be cancelled`;
    results.push({ id, ok: false, state: row?.state ?? null, reason });
  }
  return results;
}
