import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import type { Page } from '../../../src/contract/page.ts';
import { PROCESSED } from '../../../src/contract/thought.ts';
import type { ThoughtRow } from '../../../src/contract/thought-view.ts';

/**
 * A list after something has happened: rows that it knows are in their new state. `isNews`: there may be a row that
 * it does not have. The same list comes back where nothing of it changed.
 */
export function afterEvent(
  rows: readonly ThoughtRow[],
  event: FollowedEvent,
): { rows: readonly ThoughtRow[]; isNews: boolean } {
  if (event.type !== 'state') return { rows, isNews: false };
  const at = rows.findIndex(({ id }) => id === event.thought);
  const row = rows[at];
  if (row === undefined) return { rows, isNews: true };
  if (row.state === event.state && row.reason === event.reason) return { rows, isNews: false };
  const { state, reason } = event;
  return {
    rows: rows.with(at, { ...row, state, reason, processed: PROCESSED.includes(state) }),
    isNews: false,
  };
}

/** A list, and where it goes on; null = it does not. */
export interface KnownThoughts {
  rows: readonly ThoughtRow[];
  next: string | null;
}

/**
 * A list once its first page was read again: that page, and of the older rows those that come after it. Where the two
 * do not meet any more, the page alone, so that nothing is missing in between.
 */
export function withNewest(before: KnownThoughts | null, { items, next }: Page<ThoughtRow>): KnownThoughts {
  const last = items.at(-1);
  if (before === null || last === undefined || next === null) return { rows: items, next };
  const at = before.rows.findIndex(({ id }) => id === last.id);
  if (at < 0) return { rows: items, next };
  return {
    rows: [...items, ...before.rows.slice(at + 1)],
    next: at + 1 < before.rows.length ? before.next : next,
  };
}

/** A list with its next page; as it is where it goes on from another place meanwhile. */
export function withOlder(
  list: KnownThoughts,
  cursor: string,
  { items, next }: Page<ThoughtRow>,
): KnownThoughts {
  if (list.next !== cursor) return list;
  const have = new Set(list.rows.map(({ id }) => id));
  return { rows: [...list.rows, ...items.filter(({ id }) => !have.has(id))], next };
}
