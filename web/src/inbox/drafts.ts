import { computed } from '@preact/signals';
import { createDrafts } from '../drafts.ts';

/** By the key of a proposal, what somebody writes in its place. */
export const drafts = createDrafts<string>();

/** What of it is not approved yet. */
export const unapproved = computed(() => [...drafts.all.value.keys()]);
