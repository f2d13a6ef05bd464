import { THOUGHT_STATES, type ThoughtState } from '../../../src/contract/thought.ts';
import type { ThoughtQuery } from '../../../src/surfaces/requests.ts';

/** Which thoughts a list shows. Empty texts ask for nothing. */
export interface Filter {
  /** `open`: those that are not processed. */
  state: ThoughtState | 'open' | '';
  rule: string;
  since: (typeof SINCE)[number]['key'];
  search: string;
  /** Absolute path text. */
  path: string;
}

const HOUR = 3_600_000;
/** How far back a list may be asked to go. */
export const SINCE = [
  { key: '', label: 'any time', ms: null },
  { key: '1h', label: 'last hour', ms: HOUR },
  { key: '24h', label: 'last 24 hours', ms: 24 * HOUR },
  { key: '7d', label: 'last 7 days', ms: 168 * HOUR },
] as const;

export const NO_FILTER: Filter = { state: '', rule: '', since: '', search: '', path: '' };

/** The filter that an address names; what it cannot mean is left out. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  const text = (key: string) => (query[key] ?? '').slice(0, 1000);
  return {
    state:
      text('state') === 'open' ? 'open' : (THOUGHT_STATES.find((state) => state === text('state')) ?? ''),
    rule: text('rule'),
    since: SINCE.find(({ key }) => key === text('since'))?.key ?? '',
    search: text('search'),
    path: text('path'),
  };
}

/** What of a filter says something. */
export function isNarrow(filter: Filter): boolean {
  return Object.values(filter).some((value) => value !== '');
}

/** What to ask the daemon; `now` is epoch milliseconds. */
export function queryOf(filter: Filter, now: number, limit: number, cursor: string | null): ThoughtQuery {
  const { state, rule, since, search, path } = filter;
  const back = SINCE.find(({ key }) => key === since)?.ms ?? null;
  return {
    limit,
    ...(state === '' ? {} : state === 'open' ? { unprocessed: true } : { state }),
    ...(rule === '' ? {} : { rule }),
    ...(back === null ? {} : { since: now - back }),
    ...(search.trim() === '' ? {} : { search: search.trim().slice(0, 200) }),
    ...(path.startsWith('/') ? { path } : {}),
    ...(cursor === null ? {} : { cursor }),
  };
}

/** Whether a thought that is in this state belongs to the list, as far as its state says. */
export function wantsState({ state }: Filter, of: ThoughtState): boolean {
  if (state === '') return true;
  if (state === 'open') return of !== 'done' && of !== 'dead' && of !== 'cancelled';
  return state === of;
}
