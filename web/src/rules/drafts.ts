import type { RuleTextView } from '../../../src/contract/rule-text.ts';

/** What is written and not saved yet, and the file that it was begun from. */
export interface Draft {
  text: string;
  base: RuleTextView;
}

/** By rule, as long as this page is open: who looks at another page finds it again. */
const drafts = new Map<string, Draft>();

export function draftOf(rule: string): Draft | null {
  return drafts.get(rule) ?? null;
}

/** Null: there is nothing to be kept. */
export function keepDraft(rule: string, draft: Draft | null): void {
  if (draft === null) drafts.delete(rule);
  else drafts.set(rule, draft);
}
