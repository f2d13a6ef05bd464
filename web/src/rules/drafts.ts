import { computed, effect, signal } from '@preact/signals';
import type { RuleTextView } from '../../../src/contract/rule-text.ts';

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

const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

/** Names of the rules with something that is not saved, those that are new among them. */
export const unsaved = computed(() => [...drafts.value.keys()]);
export const unsavedNew = computed(() =>
  [...drafts.value].filter(([, { base }]) => base.etag === null).map(([name]) => name),
);

/** By rule, as long as this page is open: who looks at another page finds it again. */
export function draftOf(rule: string): Draft | null {
  return drafts.value.get(rule) ?? null;
}

/** Null: there is nothing to be kept. */
export function keepDraft(rule: string, draft: Draft | null): void {
  const next = new Map(drafts.value);
  if (draft === null) next.delete(rule);
  else next.set(rule, draft);
  drafts.value = next;
}

/** Begins a rule that is not there yet. */
export function beginRule(name: string, text: string): void {
  if (draftOf(name) === null) keepDraft(name, { text, base: { name, text: '', etag: null } });
}

/** Whoever closes the page with something unsaved is asked, wherever in it they are. */
export function guardDrafts(window: Pick<Window, 'addEventListener' | 'removeEventListener'>): void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  effect(() => {
    if (drafts.value.size > 0) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  });
}
