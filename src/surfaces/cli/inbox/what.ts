import type { ProposalRow } from '../../../contract/proposal.ts';
import { ago, short } from '../phrases.ts';

/** How it is named on the command line; with its number where its thought proposes more. */
export function idOf({ thought, position }: ProposalRow, all: readonly ProposalRow[]): string {
  const isAlone = all.filter((each) => each.thought === thought).length < 2;
  return isAlone ? short(thought) : `${short(thought)}#${position + 1}`;
}

/** What it would do, in a few words: `move scan.pdf -> ~/Filed/2026/`. */
export function whatOf({ kind, source, target }: ProposalRow, home: string | undefined): string {
  const to = nearHome(target, home);
  if (source === null) return to.startsWith(kind) ? to : `${kind} ${to}`;
  const isSameName = nameOf(source) === nameOf(target);
  return `${kind} ${nameOf(source)} -> ${isSameName ? to.slice(0, to.lastIndexOf('/') + 1) : to}`;
}

/** A path with `~` for the home folder. */
function nearHome(path: string, home: string | undefined): string {
  return home !== undefined && home.length > 1 && path.startsWith(`${home}/`)
    ? `~${path.slice(home.length)}`
    : path;
}

/** When it is denied, from now. */
export function expiryOf({ expiresAt }: ProposalRow, now: number): string {
  if (expiresAt === null) return 'never';
  return Date.parse(expiresAt) <= now ? 'now' : ago(expiresAt, now);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
