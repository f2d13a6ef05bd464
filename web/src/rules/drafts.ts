/** What is written and not saved yet, by rule, as long as this page is open: who looks at another page finds it again. */
const drafts = new Map<string, string>();

export function draftOf(rule: string): string | null {
  return drafts.get(rule) ?? null;
}

/** Null: there is nothing to be kept. */
export function keepDraft(rule: string, text: string | null): void {
  if (text === null) drafts.delete(rule);
  else drafts.set(rule, text);
}
