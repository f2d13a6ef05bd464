import type { OutputMode } from '../../contract/output.ts';
import type { ThoughtState } from '../../contract/thought.ts';
import { putBlob } from '../blob.ts';
import { DECIDABLE } from '../queries/proposals.ts';
import { statement, type Transaction } from '../statement.ts';
import { tellDone } from './apply.ts';
import type { OutputKey } from './undo.ts';

export interface Approval extends OutputKey {
  /** sha256 of the bytes that were shown. */
  shown: string;
  /** How it is to be applied, as things stood when it was shown. */
  mode: OutputMode;
  target: string;
  before: string | null;
  /** The bytes to apply: those shown, or what a person made of them. */
  content: string;
  /** Who applies it. */
  owner: string;
  now: number;
}

const plan = statement<
  OutputKey & {
    shown: string;
    mode: string;
    target: string;
    before: string | null;
    content: string;
    size: number;
  }
>(
  // What a try before left in the ledger was never put there: it must not be taken for placed.
  `UPDATE outputs AS o SET state = 'planned', reason = 'approved', mode = :mode, target = :target, before = :before,
     content = :content, size = :size, replaced = NULL, ledger_ino = NULL, ledger_size = NULL, ledger_mtime = NULL,
     ledger_hash = NULL, ledger_sha256 = NULL, sent_at = NULL
   WHERE o.thought = :id AND o.attempt = :attempt AND o.position = :position AND o.content = :shown
     AND EXISTS (SELECT 1 FROM thoughts t WHERE t.id = o.thought AND ${DECIDABLE})`,
);
const take = statement<{ id: string; attempt: number; owner: string; now: number }>(
  `UPDATE thoughts SET state = 'answered', reason = '', owner = :owner, lease_until = NULL, updated_at = :now
   WHERE id = :id AND attempt = :attempt AND state = 'proposed'`,
);

/**
 * Makes a proposal a planned output again, and its thought answered, to be applied by `owner`; in the same moment
 * nobody else can decide on it any more. False where somebody has.
 */
export async function approve(tx: Transaction, input: Approval): Promise<boolean> {
  const { id, attempt, position, shown, mode, target, before, owner, now } = input;
  const content = await putBlob(tx, input.content);
  const size = Buffer.byteLength(input.content);
  const key = { id, attempt, position };
  if ((await tx.run(plan, { ...key, shown, mode, target, before, content, size })) !== 1) return false;
  await tx.run(take, { id, attempt, owner, now });
  return true;
}

const deny = statement<OutputKey & { reason: string }>(
  `UPDATE outputs AS o SET state = 'denied', reason = :reason
   WHERE o.thought = :id AND o.attempt = :attempt AND o.position = :position
     AND EXISTS (SELECT 1 FROM thoughts t WHERE t.id = o.thought AND ${DECIDABLE})`,
);

/** Denies a proposal; the state its thought is in then, or null where somebody has decided on it already. */
export async function reject(
  tx: Transaction,
  { now, reason, ...key }: OutputKey & { reason: string; now: number },
): Promise<ThoughtState | null> {
  if ((await tx.run(deny, { ...key, reason })) !== 1) return null;
  return endDecided(tx, { ...key, reason, now });
}

const stateOf = statement<{ id: string }, { state: ThoughtState }>(
  `SELECT state FROM thoughts WHERE id = :id`,
);
const end = statement<{ id: string; attempt: number; reason: string; now: number }, { rule: string }>(
  `UPDATE thoughts SET state = 'done', reason = :reason, updated_at = :now, finished_at = :now
   WHERE id = :id AND attempt = :attempt AND state = 'proposed'
     AND NOT EXISTS (SELECT 1 FROM outputs WHERE thought = :id AND attempt = :attempt AND state = 'proposed')
   RETURNING rule`,
);

/** A thought of which nothing waits any more is done; one that is being applied ends when that is over. */
async function endDecided(
  tx: Transaction,
  { id, attempt, position, reason, now }: OutputKey & { reason: string; now: number },
): Promise<ThoughtState> {
  const why = `output ${position + 1} was denied: ${reason}`;
  const ended = await tx.one(end, { id, attempt, reason: why, now });
  if (ended) await tellDone(tx, { id, attempt, rule: ended.rule, now });
  return (await tx.one(stateOf, { id }))?.state ?? 'done';
}

/** Only for tests: that it looks at nothing but what waits. */
export const outdated = statement<
  { id: string; attempt: number },
  { id: string; attempt: number; position: number }
>(
  `SELECT o.thought AS id, o.attempt, o.position
   FROM outputs n CROSS JOIN outputs o INDEXED BY outputs_waiting ON o.rule = n.rule AND o.subject = n.subject
     AND o.state = 'proposed' AND o.kind = n.kind AND o.position = n.position AND o.thought <> n.thought
   JOIN thoughts t ON t.id = o.thought
   -- The + keeps this out of the choice of an index: as a range it led through all that the rule ever did [measured].
   WHERE n.thought = :id AND n.attempt = :attempt AND +n.subject GLOB 'file:*' AND ${DECIDABLE}
     AND o.kind IN ('write', 'frontmatter', 'tag', 'move', 'rename')`,
);

/**
 * Denies what older thoughts of the same rule about the same file have proposed, where a newer output says how things
 * are now: approved later, the older one would undo it. What is added (a block, a message) is no older state of
 * anything, and neither is what is said of another burst of a log.
 */
export async function denyOutdated(
  tx: Transaction,
  { id, attempt, now }: { id: string; attempt: number; now: number },
): Promise<void> {
  const reason = 'superseded: a newer revision was thought about';
  for (const key of await tx.all(outdated, { id, attempt })) await reject(tx, { ...key, reason, now });
}

/** Proposals of before that are denied in one operation. */
const EXPIRED = 100;

const expired = statement<{ before: number; limit: number }, Expired & { attempt: number }>(
  `SELECT o.thought AS id, o.attempt, o.position, o.kind, o.target, o.rule, o.subject
   FROM outputs o JOIN thoughts t ON t.id = o.thought
   WHERE ${DECIDABLE} AND o.proposed_at < :before ORDER BY o.proposed_at LIMIT :limit`,
);

/** A proposal that was denied because nobody decided. */
export interface Expired {
  id: string;
  position: number;
  kind: string;
  target: string;
  rule: string;
  subject: string;
}

/** Denies what has waited since before (epoch ms), some at a time; which, and the states of their thoughts then. */
export async function expireProposals(
  tx: Transaction,
  { before, reason, now }: { before: number; reason: string; now: number },
): Promise<(Expired & { state: ThoughtState })[]> {
  const denied: (Expired & { state: ThoughtState })[] = [];
  for (const { attempt, ...row } of await tx.all(expired, { before, limit: EXPIRED })) {
    const state = await reject(tx, { id: row.id, attempt, position: row.position, reason, now });
    if (state !== null) denied.push({ ...row, state });
  }
  return denied;
}
