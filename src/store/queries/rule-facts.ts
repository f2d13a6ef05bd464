import { THOUGHT_STATES, type ThoughtState } from '../../contract/thought.ts';
import type { ThoughtRow } from '../../contract/thought-view.ts';
import { statement, type Transaction } from '../statement.ts';
import { ROW_COLUMNS, type RowColumns, rowOf } from './list-thoughts.ts';

/** What became of one rule's thoughts, of all its versions. */
export interface RuleFacts {
  thoughts: Record<ThoughtState, number>;
  /** The one that was queued last; null where there is none, or retention has taken it away. */
  last: ThoughtRow | null;
  /** The one that was done or given up last. */
  lastResult: ThoughtRow | null;
}

const counts = statement<Record<string, never>, { rule: string; state: ThoughtState; n: number }>(
  `SELECT v.rule, c.state, sum(c.n) AS n FROM thought_counts c JOIN rule_versions v ON v.version = c.version
   WHERE c.n > 0 GROUP BY v.rule, c.state`,
);
const queued = statement<{ rule: string }, RowColumns>(newest(''));
const ended = statement<{ rule: string }, RowColumns>(newest(` AND t.state IN ('done', 'dead')`));

/** Of every rule that ever thought, by name; the numbers from counts that triggers keep. */
export async function ruleFacts(tx: Transaction): Promise<Map<string, RuleFacts>> {
  const facts = new Map<string, RuleFacts>();
  for (const { rule, state, n } of await tx.all(counts, {})) {
    const known = facts.get(rule) ?? noFacts();
    known.thoughts[state] = n;
    facts.set(rule, known);
  }
  for (const [rule, known] of facts) {
    const last = await tx.one(queued, { rule });
    if (last) known.last = rowOf(last);
    // Looked for only where there is one: it would be a look at every thought.
    const result = known.thoughts.done + known.thoughts.dead > 0 ? await tx.one(ended, { rule }) : undefined;
    if (result) known.lastResult = rowOf(result);
  }
  return facts;
}

function newest(condition: string): string {
  return `SELECT ${ROW_COLUMNS} FROM thoughts t JOIN events e ON e.seq = t.event
    WHERE t.rule = :rule${condition} ORDER BY t.seq DESC LIMIT 1`;
}

/** Of a rule that never thought. */
export function noFacts(): RuleFacts {
  const none = THOUGHT_STATES.map((state) => [state, 0]);
  // Each state has its number.
  return { thoughts: Object.fromEntries(none) as RuleFacts['thoughts'], last: null, lastResult: null };
}
