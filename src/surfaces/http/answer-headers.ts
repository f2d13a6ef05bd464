import type { ServerResponse } from 'node:http';

/**
 * Of every answer, whatever else it says: nobody keeps it, guesses what it is, frames it, or takes it into a page of
 * another site. An answer that is a page has a policy of its own.
 */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function setAnswerHeaders(outgoing: ServerResponse): void {
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) outgoing.setHeader(name, value);
}
