import { computed } from '@preact/signals';
import { createDrafts } from '../drafts.ts';
import { keyIn } from './selection.ts';

/** By the key of a proposal, what somebody writes in its place. */
export const drafts = createDrafts<string>({
  titleOf: (key) => `In place of what thought ${keyIn(key)?.thought ?? key} proposed`,
  textOf: (text) => text,
});

/** What of it is not approved yet. */
export const unapproved = computed(() => [...drafts.all.value.keys()]);
