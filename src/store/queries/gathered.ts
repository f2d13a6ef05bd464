import { statement, type Transaction } from '../statement.ts';

export interface GatherQuery {
  /** Epoch ms: after the first, up to and with the second. */
  since: number;
  until: number;
  /** The rule that gathers: what it wrote itself is no news to it. */
  rule: string;
  /** Rules whose answers are gathered. */
  rules: readonly string[];
}

/** A watched file that is there and was changed within the time. */
export interface ChangedFile {
  root: string;
  /** Relative to the root. */
  path: string;
  /** When (epoch ms). */
  at: number;
}

export interface GatheredAnswer {
  rule: string;
  subject: string;
  /** JSON text. */
  answer: string;
  at: number;
}

const changed = statement<{ since: number; until: number; rule: string }, ChangedFile>(
  // When it was perceived, or as the file says where that was before; a file that was moved in tells by its ctime alone.
  `SELECT root, path, at FROM (
     SELECT r.path AS root, f.path AS path, coalesce(
       (SELECT max(e.at) FROM events e WHERE e.subject = 'file:' || r.path || '/' || f.path AND e.at > :since),
       max(f.mtime, f.birth)) AS at
     FROM files f JOIN roots r ON r.id = f.root
     WHERE f.present = 1 AND max(f.ctime, f.mtime) > :since AND NOT EXISTS (
       SELECT 1 FROM outputs o WHERE o.target = r.path || '/' || f.path AND o.rule = :rule
         AND o.ledger_ino = f.ino AND o.ledger_size = f.size AND o.ledger_mtime = f.mtime)
   ) WHERE at > :since AND at <= :until ORDER BY at DESC, root, path`,
);
const answers = statement<{ since: number; until: number; rules: string }, GatheredAnswer>(
  `SELECT rule, subject, answer, coalesce(finished_at, updated_at) AS at FROM thoughts
   WHERE state IN ('done', 'proposed') AND answer IS NOT NULL AND rule IN (SELECT value FROM json_each(:rules))
     AND coalesce(finished_at, updated_at) > :since AND coalesce(finished_at, updated_at) <= :until
   ORDER BY at DESC, seq DESC LIMIT 1000`,
);

/** Files that were changed within a time and answers that rules gave in it, the newest first. */
export async function gathered(
  tx: Transaction,
  { since, until, rule, rules }: GatherQuery,
): Promise<{ files: ChangedFile[]; answers: GatheredAnswer[] }> {
  return {
    files: await tx.all(changed, { since, until, rule }),
    answers: rules.length === 0 ? [] : await tx.all(answers, { since, until, rules: JSON.stringify(rules) }),
  };
}
