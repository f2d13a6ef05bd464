import { sha256 } from '../../base/ids.ts';
import type { Reply } from '../requests.ts';

/** The answer as a response; to a GET with an entity tag, so that who has it already is told only that. */
export function jsonResponse({ status, headers, body }: Reply, request: Request): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response(body, { status, headers: { ...headers, 'content-type': 'application/json' } });
  const etag = `"${sha256(body).slice(0, 32)}"`;
  const known = request.headers.get('if-none-match');
  if (known !== null && names(known, etag)) return new Response(null, { status: 304, headers: { etag } });
  return new Response(body, { status, headers: { ...headers, etag, 'content-type': 'application/json' } });
}

/** Whether an `If-None-Match` names this tag: compared weakly, as RFC 9110 says (13.1.2). */
function names(list: string, etag: string): boolean {
  return list.split(',').some((each) => {
    const tag = each.trim();
    return tag === '*' || tag.replace(/^W\//, '') === etag;
  });
}
