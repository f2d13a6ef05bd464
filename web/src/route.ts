/** Where the page is: the parts of its hash, and what follows a question mark. */
export interface Place {
  /** `thoughts`, or empty for the first page. */
  page: string;
  /** What of it: the id of a thought, the name of a rule; empty for all. */
  of: string;
  query: Readonly<Record<string, string>>;
}

/** `#/thoughts/3f2a?state=dead`; what is none of ours is the first page. */
export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', of = ''] = path.split('/').map(decoded);
  return { page, of, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The hash of a place. What is in it is escaped, so that data names no address but one within this page. */
export function hashOf({ page, of = '', query = {} }: Partial<Place>): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const path = [page ?? '', of].filter(Boolean).map(encodeURIComponent).join('/');
  return `#/${path}${search.size > 0 ? `?${search}` : ''}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not what escapes look like: it is what it says.
    return part;
  }
}
