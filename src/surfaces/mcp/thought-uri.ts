/** Parts of a thought that are resources of their own. */
export type Part = 'answer' | 'text' | 'prompt';

/** The answer, with all that is known of it, has the thought's own address. */
export function uriOf(id: string, part: Part = 'answer'): string {
  return part === 'answer' ? `consciousness://thoughts/${id}` : `consciousness://thoughts/${id}/${part}`;
}
