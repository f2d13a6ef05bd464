import { keyOf, type ProposalKey } from './selection.ts';

/** By proposal, what somebody writes in its place, as long as this page is open. */
const drafts = new Map<string, string>();

export function draftOf(proposal: ProposalKey): string | null {
  return drafts.get(keyOf(proposal)) ?? null;
}

/** Null: there is nothing to be kept. */
export function keepDraft(proposal: ProposalKey, text: string | null): void {
  if (text === null) drafts.delete(keyOf(proposal));
  else drafts.set(keyOf(proposal), text);
}
