import { CodedError, EXIT } from '../../base/errors.ts';
import type { Page } from '../../contract/page.ts';
import type { ProposalRow } from '../../contract/proposal.ts';

/** The proposals after a cursor: those that were made later, whatever was decided on meanwhile. */
export function proposalPage(
  all: readonly ProposalRow[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Page<ProposalRow> {
  const sorted = [...all].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const after = cursor ? placeIn(cursor) : '';
  const rest = sorted.filter((row) => placeOf(row) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const isMore = rest.length > items.length && last !== undefined;
  return { items, next: isMore ? Buffer.from(placeOf(last)).toString('base64url') : null };
}

/** Its place in the order of being made. */
function placeOf({ proposedAt, thought, position }: ProposalRow): string {
  return `${proposedAt} ${thought} ${String(position).padStart(4, '0')}`;
}

function placeIn(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (/^\S{20,30} [0-9a-f]{4,64} \d{4}$/.test(place)) return place;
  throw new CodedError('request-invalid', 'the query: cursor: not one that was given', {
    value: cursor.slice(0, 200),
    allowed: '`next` of the page before',
    exitCode: EXIT.usage,
  });
}
