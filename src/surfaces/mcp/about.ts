import type { ThoughtRow } from '../../contract/thought-view.ts';
import { cut } from './data.ts';

const REQUEST_LIMIT = 280;

/**
 * What a thought is about, without a word of what was watched: the path of a file, the beginning of a request, or else
 * what it was that happened.
 */
export function aboutOf({ content, context }: Pick<ThoughtRow, 'content' | 'context'>): string {
  if (context.path !== undefined) return context.path;
  return context.sense === 'requests' ? cut(content, REQUEST_LIMIT).text : context.subject;
}

/** Digits of an id that name a thought, for texts; structured answers have the whole id. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
