import { editing } from './editing.ts';
import { appendContent, append as edit } from './edits/append.ts';
import { markOf } from './edits/mark.ts';
import type { OutputHandler } from './output.ts';

/** A block at the end of a file, once: a marker line tells that it is there, and it alone can be taken out again. */
export const append: OutputHandler = {
  ...editing({
    kind: 'append',
    mode: 'append',
    edit,
    keeps: false,
    contentOf: ({ thought, position, body }) => appendContent(markOf(thought, position), body),
  }),

  /** Its first line is the mark: without it the block could be appended twice. */
  edited(proposed, content) {
    const mark = proposed.slice(0, proposed.indexOf('\n') + 1);
    return `${content.startsWith(mark) ? '' : mark}${content.replace(/\n*$/, '\n')}`;
  },
};
