import { editing } from './editing.ts';
import { appendContent, append as edit } from './edits/append.ts';
import { markOf } from './edits/mark.ts';

/** A block at the end of a file, once: a marker line tells that it is there, and it alone can be taken out again. */
export const append = editing({
  kind: 'append',
  mode: 'append',
  edit,
  keeps: false,
  contentOf: ({ thought, position, body }) => appendContent(markOf(thought, position), body),
});
