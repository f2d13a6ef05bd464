import { computed } from '@preact/signals';
import { short } from '../../../src/surfaces/cli/phrases.ts';
import { createDrafts } from '../drafts.ts';
import { keyIn } from './selection.ts';

/** By the key of a proposal, what somebody writes in its place. */
export const drafts = createDrafts<string>({ titleOf, textOf: (text) => text });

/** What of it is not approved yet, in words. */
export const unapproved = computed(() => [...drafts.all.value.keys()].map(titleOf));

function titleOf(key: string): string {
  return `In place of what thought ${short(keyIn(key)?.thought ?? key)} proposed`;
}
