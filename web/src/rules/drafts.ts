import { computed } from '@preact/signals';
import type { RuleTextView } from '../../../src/contract/rule-text.ts';
import { createDrafts } from '../drafts.ts';

/** What a text is begun from: a file as it was read, or (without a tag) nothing, since the rule is a new one. */
export interface Base {
  name: string;
  text: string;
  etag: RuleTextView['etag'] | null;
}

/** What is written and not saved yet. */
export interface Draft {
  text: string;
  base: Base;
}

const drafts = createDrafts<Draft>({ titleOf: (name) => `The rule ${name}`, textOf: ({ text }) => text });

/** Names of the rules with something that is not saved, those that are new among them. */
export const unsaved = computed(() => [...drafts.all.value.keys()]);
export const unsavedNew = computed(() =>
  [...drafts.all.value].filter(([, { base }]) => base.etag === null).map(([name]) => name),
);

export const { of: draftOf, keep: keepDraft } = drafts;

/** Begins a rule that is not there yet. */
export function beginRule(name: string, text: string): void {
  if (draftOf(name) === null) keepDraft(name, { text, base: { name, text: '', etag: null } });
}

/** What is still not saved where the file holds this; `sent`: a text that was to be saved, and may have been. */
export function draftOver(draft: Draft | null, found: Base, sent: string | null): Draft | null {
  if (draft === null || (found.etag !== null && draft.text === found.text)) return null;
  // What was typed after that begins from it.
  return sent !== null && found.text === sent ? { text: draft.text, base: found } : draft;
}
