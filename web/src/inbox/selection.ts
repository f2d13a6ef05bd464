import type { ProposalRow } from '../../../src/contract/proposal.ts';

/** Names a proposal in lists and addresses. */
export function keyOf({ thought, position }: Pick<ProposalRow, 'thought' | 'position'>): string {
  return `${thought}.${position}`;
}

/** The proposal that is looked at: the one that was, or what stands where it stood, or the last. */
export function selectedOf(rows: readonly ProposalRow[], key: string | null, at: number): ProposalRow | null {
  return rows.find((row) => keyOf(row) === key) ?? rows[Math.min(Math.max(0, at), rows.length - 1)] ?? null;
}

/** The one `by` further; the ends stay. */
export function moved(
  rows: readonly ProposalRow[],
  from: ProposalRow | null,
  by: 1 | -1,
): ProposalRow | null {
  const at = from === null ? -1 : rows.findIndex((row) => keyOf(row) === keyOf(from));
  return rows[Math.min(rows.length - 1, Math.max(0, at + by))] ?? null;
}
