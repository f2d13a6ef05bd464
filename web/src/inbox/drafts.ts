import { createDrafts } from '../drafts.ts';

/** By the key of a proposal, what somebody writes in its place. */
export const drafts = createDrafts<string>();
