import type { Page } from '../../contract/page.ts';
import type { ThoughtState } from '../../contract/thought.ts';
import type { ThoughtRow } from '../../contract/thought-view.ts';
import { type Statement, statement, type Transaction } from '../statement.ts';
import { ROW_COLUMNS, type RowColumns, rowOf } from './list-thoughts.ts';

/** Which thoughts; what is absent does not matter. */
export interface PageQuery {
  state?: ThoughtState;
  rule?: string;
  /** Epoch ms: made from then on. */
  since?: number;
  /** Epoch ms: made before. */
  until?: number;
  unprocessed?: boolean;
  subject?: string;
  /** A part of content, subject or answer. */
  search?: string;
  /** `next` of the page before. */
  cursor?: number;
  limit: number;
}

/** A page, the newest first; thoughts that come meanwhile are on none of the next ones. */
export async function pageThoughts(
  tx: Transaction,
  query: PageQuery,
): Promise<Omit<Page<ThoughtRow>, 'next'> & { next: number | null }> {
  const { limit, unprocessed, ...filters } = query;
  const search = filters.search === undefined ? {} : { search: `%${escaped(filters.search)}%` };
  const wanted = CLAUSES.filter(({ key }) => query[key] !== undefined && query[key] !== false);
  const rows = await tx.all(statementFor(wanted.map(({ key }) => key)), {
    ...filters,
    ...search,
    limit: limit + 1,
  });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(rowOf), next: rows.length > limit && last ? last.seq : null };
}

type FilterKey = Exclude<keyof PageQuery, 'limit'>;

const CLAUSES: readonly { key: FilterKey; sql: string }[] = [
  { key: 'state', sql: 't.state = :state' },
  { key: 'rule', sql: 't.rule = :rule' },
  { key: 'since', sql: 't.created_at >= :since' },
  { key: 'until', sql: 't.created_at < :until' },
  { key: 'unprocessed', sql: `t.state IN ('waiting', 'ready', 'running', 'answered', 'proposed')` },
  { key: 'subject', sql: 't.subject = :subject' },
  {
    key: 'search',
    sql: String.raw`(t.content LIKE :search ESCAPE '\' OR t.subject LIKE :search ESCAPE '\' OR t.answer LIKE :search ESCAPE '\')`,
  },
  { key: 'cursor', sql: 't.seq < :cursor' },
];

/** Only what is asked for is in the text: an index of states or subjects is of no use behind `:state IS NULL OR`. */
function statementFor(keys: readonly FilterKey[]): Statement<object, RowColumns & { seq: number }> {
  const name = keys.join(' ');
  const made = STATEMENTS.get(name);
  if (made) return made;
  const where = CLAUSES.filter(({ key }) => keys.includes(key)).map(({ sql }) => sql);
  const fresh = statement<object, RowColumns & { seq: number }>(
    `SELECT ${ROW_COLUMNS}, t.seq FROM thoughts t JOIN events e ON e.seq = t.event
     ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY t.seq DESC LIMIT :limit`,
  );
  STATEMENTS.set(name, fresh);
  return fresh;
}

const STATEMENTS = new Map<string, Statement<object, RowColumns & { seq: number }>>();

function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
