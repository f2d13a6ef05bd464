import type { ProposalRow } from '../../../src/contract/proposal.ts';
import { keyOf, type ProposalKey } from './selection.ts';

/** What was decided here. */
export interface DecisionMade {
  row: ProposalRow;
  /** `rejecting`: it is not told to the daemon yet, and can be taken back. */
  kind: 'approved' | 'rejecting' | 'rejected';
}

/** So many are kept in mind. */
const MOST = 50;

/** With one more, or another standing of it; the last one last. */
export function withDecision(made: readonly DecisionMade[], next: DecisionMade): DecisionMade[] {
  const at = made.findIndex(({ row }) => keyOf(row) === keyOf(next.row));
  const isSame = at >= 0 && next.kind === 'rejected';
  return isSame ? made.with(at, next) : [...withoutDecision(made, next.row), next].slice(-MOST);
}

/** It is as if it had not been decided, or is known to be another thing than was decided. */
export function withoutDecision(made: readonly DecisionMade[], of: ProposalKey): DecisionMade[] {
  return made.filter(({ row }) => keyOf(row) !== keyOf(of));
}

/** What is told of them: the last one, and before it those that can be taken back only for a moment. */
export function toldOf(made: readonly DecisionMade[]): readonly DecisionMade[] {
  return made.filter((each, at) => at === made.length - 1 || each.kind === 'rejecting');
}
