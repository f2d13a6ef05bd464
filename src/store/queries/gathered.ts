import { statement, type Transaction } from '../statement.ts';

export interface GatherQuery {
  /** The event of the schedule (its `seq`) that is gathered for, and what its events are about. */
  event: number;
  subject: string;
  /** Epoch ms: where no event of the schedule came before, what is from later than `since` counts. */
  since: number;
  until: number;
  /** The rule that gathers: what it wrote itself is no news to it. */
  rule: string;
  /** Rules whose answers are gathered. */
  rules: readonly string[];
}

/** A watched file that is there and was changed. */
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

const before = statement<{ event: number; subject: string; since: number }, { seq: number | null }>(
  `SELECT coalesce(
     (SELECT max(seq) FROM events WHERE subject = :subject AND kind = 'schedule.due' AND seq < :event),
     (SELECT seq FROM events WHERE seq < :event AND at <= :since ORDER BY seq DESC LIMIT 1)) AS seq`,
);
const changed = statement<
  { after: number; event: number; since: number; until: number; rule: string },
  ChangedFile
>(
  // What raises no event (files that rules have written, for one) is told by the file itself.
  `WITH touched AS (
     SELECT subject, max(seq) AS last, max(at) FILTER (WHERE seq < :event) AS at FROM events
     WHERE seq > :after AND sense = 'files' GROUP BY subject)
   SELECT r.path AS root, f.path AS path, coalesce(t.at, max(f.mtime, f.birth)) AS at
   FROM files f JOIN roots r ON r.id = f.root
   LEFT JOIN touched t ON t.subject = 'file:' || r.path || '/' || f.path
   WHERE f.present = 1
     AND (t.at IS NOT NULL OR (t.last IS NULL AND max(f.mtime, f.birth) > :since AND max(f.mtime, f.birth) <= :until))
     AND NOT EXISTS (
       SELECT 1 FROM outputs o WHERE o.target = r.path || '/' || f.path AND o.rule = :rule
         AND o.ledger_ino = f.ino AND o.ledger_size = f.size AND o.ledger_mtime = f.mtime)
   ORDER BY 3 DESC, root, path`,
);
const answers = statement<{ after: number; event: number; rules: string }, GatheredAnswer>(
  `SELECT t.rule, t.subject, t.answer, e.at FROM events e
   JOIN thoughts t ON t.id = json_extract(e.data, '$.thought')
   WHERE e.seq > :after AND e.seq < :event AND e.kind = 'thought.done' AND t.answer IS NOT NULL
     AND t.rule IN (SELECT value FROM json_each(:rules))
   GROUP BY t.id ORDER BY e.seq DESC LIMIT 1000`,
);

/**
 * Files that were changed and answers that rules gave between two times of a schedule, the newest first. Between is
 * by the order in which the journal took them: what is journaled late, for an instant before, is in the next one.
 */
export async function gathered(
  tx: Transaction,
  { event, subject, since, until, rule, rules }: GatherQuery,
): Promise<{ files: ChangedFile[]; answers: GatheredAnswer[] }> {
  const after = (await tx.one(before, { event, subject, since }))?.seq ?? 0;
  return {
    files: await tx.all(changed, { after, event, since, until, rule }),
    answers: rules.length === 0 ? [] : await tx.all(answers, { after, event, rules: JSON.stringify(rules) }),
  };
}
