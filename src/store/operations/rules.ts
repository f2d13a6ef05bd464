import { idOf } from '../../base/ids.ts';
import { insertThought } from '../new-thought.ts';
import { statement, type Transaction } from '../statement.ts';

export interface StoredRule {
  name: string;
  version: string;
  file: string;
  text: string;
}

const insertVersion = statement<{ version: string; rule: string; text: string; now: number }>(
  `INSERT INTO rule_versions (version, rule, text, created_at) VALUES (:version, :rule, :text, :now) ON CONFLICT DO NOTHING`,
);
const putRule = statement<{ name: string; version: string; file: string; now: number }>(
  `INSERT INTO rules (name, version, file, updated_at) VALUES (:name, :version, :file, :now)
   ON CONFLICT (name) DO UPDATE SET version = excluded.version, file = excluded.file, updated_at = excluded.updated_at`,
);
const dropRule = statement<{ name: string }>(`DELETE FROM rules WHERE name = :name`);
const selectNames = statement<Record<string, never>, { name: string }>(`SELECT name FROM rules`);

/** Stores the rules in force, each version's text for good; rules not named are removed from force. */
export async function saveRules(tx: Transaction, input: { rules: StoredRule[]; now: number }): Promise<void> {
  const kept = new Set(input.rules.map((rule) => rule.name));
  for (const { name } of await tx.all(selectNames, {})) if (!kept.has(name)) await tx.run(dropRule, { name });
  for (const rule of input.rules) {
    await tx.run(insertVersion, { version: rule.version, rule: rule.name, text: rule.text, now: input.now });
    await tx.run(putRule, { name: rule.name, version: rule.version, file: rule.file, now: input.now });
  }
}

/** A thought that nobody has claimed, with what is needed to decide whether a new version still wants it. */
export interface UnclaimedThought {
  id: string;
  rule: string;
  version: string;
  subject: string;
  sense: string;
  data: string;
}

const selectUnclaimed = statement<Record<string, never>, UnclaimedThought>(
  `SELECT t.id, t.rule, t.version, t.subject, e.sense, e.data FROM thoughts t JOIN events e ON e.seq = t.event
   WHERE t.state IN ('waiting', 'ready')`,
);

/** Every unclaimed thought; asked of the writer after a reload, so that nothing queued meanwhile is missed. */
export async function unclaimedThoughts(tx: Transaction): Promise<UnclaimedThought[]> {
  return tx.all(selectUnclaimed, {});
}

export interface Replacement {
  id: string;
  /** The version in force; null = the rule is gone or does not want this event any more. */
  version: string | null;
  reason: string;
}

interface Replaced {
  rule: string;
  event: number;
  subject: string;
  state: 'waiting' | 'ready';
  priority: number;
  rank: number;
  content: string;
  settle_until: number;
  captured: string | null;
  capture: string | null;
  dedup: string;
}

const selectThought = statement<{ id: string }, Replaced>(
  `SELECT t.rule, t.event, t.subject, t.state, t.priority, t.rank, t.content, t.settle_until, t.captured, t.capture, e.dedup
   FROM thoughts t JOIN events e ON e.seq = t.event WHERE t.id = :id AND t.state IN ('waiting', 'ready')`,
);
/** A version that is in force again after it was replaced: its cancelled thought is the one to go on with. */
const reopen = statement<{
  id: string;
  state: string;
  settleUntil: number;
  priority: number;
  rank: number;
  captured: string | null;
  capture: string | null;
  now: number;
}>(
  `UPDATE thoughts SET state = :state, reason = '', settle_until = :settleUntil, priority = :priority, rank = :rank,
     captured = :captured, capture = :capture, available_at = :now, updated_at = :now, finished_at = NULL
   WHERE id = :id AND state = 'cancelled'`,
);
const cancel = statement<{ id: string; reason: string; now: number }>(
  `UPDATE thoughts SET state = 'cancelled', reason = :reason, updated_at = :now, finished_at = :now WHERE id = :id`,
);

/** Replaces unclaimed thoughts of older rule versions by the new version's, or cancels them with the reason. */
export async function replaceThoughts(
  tx: Transaction,
  input: { replacements: Replacement[]; now: number },
): Promise<void> {
  for (const { id, version, reason } of input.replacements) {
    const old = await tx.one(selectThought, { id });
    if (!old) continue;
    await tx.run(cancel, { id, reason, now: input.now });
    if (version === null) continue;
    const newer = {
      id: idOf(old.dedup, version),
      state: old.state,
      priority: old.priority,
      rank: old.rank,
      settleUntil: old.settle_until,
      captured: old.captured,
      capture: old.capture,
      now: input.now,
    };
    const { rule, event, subject, content } = old;
    const fresh = await insertThought(tx, { ...newer, rule, version, event, subject, content });
    if (!fresh) await tx.run(reopen, newer);
  }
}

const outdated = statement<Record<string, never>, { found: number }>(
  `SELECT EXISTS (SELECT 1 FROM thoughts WHERE state IN ('waiting', 'ready')
     AND version NOT IN (SELECT version FROM rules)) AS found`,
);

/** Whether an unclaimed thought stands under a rule version that is not in force, where no lane would ever take it. */
export async function hasOutdated(tx: Transaction): Promise<boolean> {
  return (await tx.one(outdated, {}))?.found === 1;
}
