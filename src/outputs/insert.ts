import { editing } from './editing.ts';
import { insert as edit, insertContent } from './edits/insert.ts';

/** Blocks beneath a line or under a heading: one, or one for each item of a list of the answer. */
export const insert = editing({
  kind: 'insert',
  mode: 'edit',
  edit,
  keeps: true,
  compose: ({ body, beneath, under = '', each }, rendering) =>
    insertContent(
      (each === undefined ? [rendering] : rendering.each(each)).map(({ text }) =>
        beneath === undefined
          ? { under: text(under), body: text(body) }
          : { beneath: text(beneath), body: text(body) },
      ),
    ),
});
