import { editing } from './editing.ts';
import { frontmatter as edit, frontmatterContent } from './edits/frontmatter.ts';

/** Keys of a note's front matter. */
export const frontmatter = editing({
  kind: 'frontmatter',
  mode: 'edit',
  edit,
  keeps: true,
  compose: ({ set = {} }, rendering) =>
    frontmatterContent(new Map(Object.entries(set).map(([key, source]) => [key, rendering.value(source)]))),
});
