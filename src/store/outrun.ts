import { statement, type Transaction } from './statement.ts';

const outrun = statement<{ id: string; failures: number | null; now: number }>(
  `UPDATE thoughts SET state = 'cancelled', reason = 'superseded by a newer revision',
     failures = coalesce(:failures, failures), owner = NULL, lease_until = NULL, updated_at = :now, finished_at = :now
   WHERE id = :id AND state IN ('running', 'ready') AND (
     EXISTS (SELECT 1 FROM thoughts n WHERE n.subject = thoughts.subject AND n.rule = thoughts.rule AND n.event > thoughts.event)
     OR 'deleted' = (SELECT e.kind FROM events e WHERE e.subject = thoughts.subject AND e.seq > thoughts.event
       AND json_extract(e.data, '$.existing') IS NULL ORDER BY e.seq DESC LIMIT 1))`,
);

/**
 * Supersedes a thought that comes back without an answer when its rule thinks about a newer revision already, or the
 * file is gone: tried again later, it would end after the newer one, and undo it. A newer revision that its rule does
 * not ask for supersedes nothing: nobody else would think about that file. False where it is not outrun.
 */
export async function supersedeOutrun(
  tx: Transaction,
  { id, failures, now }: { id: string; failures: number | null; now: number },
): Promise<boolean> {
  return (await tx.run(outrun, { id, failures, now })) === 1;
}
