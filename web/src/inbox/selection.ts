import type { ProposalRow } from '../../../src/contract/proposal.ts';

/** What names a proposal. */
export type ProposalKey = Pick<ProposalRow, 'thought' | 'position'>;

/** A proposal in lists and addresses. */
export function keyOf({ thought, position }: ProposalKey): string {
  return `${thought}.${position}`;
}

/** What an address names; null where it names none. */
export function keyIn(text: string): ProposalKey | null {
  const [, thought, position] = /^([\w-]+)\.(\d{1,6})$/.exec(text) ?? [];
  return thought === undefined ? null : { thought, position: Number(position) };
}

/** What is looked at, and where in the list it stands, or stood. */
export interface Look {
  /** Null: nothing yet, or what was looked at is decided, and what stands in its place is next. */
  of: ProposalKey | null;
  place: number;
}

/** The row of a proposal that is looked at; null where it waits no more. */
export interface Selected {
  of: ProposalKey;
  row: ProposalRow | null;
}

/**
 * What is looked at when the list is read anew: the same as before, also where it waits no more, since somebody may be
 * about to decide on it; else what stands in its place, or the last.
 */
export function lookAt(rows: readonly ProposalRow[], { of, place }: Look): Look {
  if (of === null) {
    const at = Math.min(Math.max(0, place), rows.length - 1);
    return { of: rows[at] ?? null, place: Math.max(0, at) };
  }
  const at = placeOf(rows, of);
  return at < 0 ? { of, place } : { of, place: at };
}

export function selectedOf(rows: readonly ProposalRow[], { of }: Look): Selected | null {
  return of === null ? null : { of, row: rows[placeOf(rows, of)] ?? null };
}

/** The one `by` further; the ends stay. Of what waits no more, its neighbours are further. */
export function moved(rows: readonly ProposalRow[], { of, place }: Look, by: 1 | -1): ProposalRow | null {
  const isThere = of !== null && placeOf(rows, of) >= 0;
  const next = isThere || by < 0 ? place + by : place;
  return rows[Math.min(rows.length - 1, Math.max(0, next))] ?? null;
}

function placeOf(rows: readonly ProposalRow[], of: ProposalKey): number {
  return rows.findIndex((row) => keyOf(row) === keyOf(of));
}
