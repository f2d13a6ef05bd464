import { editing } from './editing.ts';
import { tag as edit, tagContent } from './edits/tag.ts';

/** Tags of a note, in its front matter. */
export const tag = editing({
  kind: 'tag',
  mode: 'edit',
  edit,
  keeps: true,
  compose: ({ tags = '' }, rendering) => tagContent(tagsOf(rendering.value(tags))),
});

/** A list, or a text of tags between commas. */
function tagsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(',');
  return Array.isArray(value) ? value.filter((each) => each !== null).map(String) : [];
}
