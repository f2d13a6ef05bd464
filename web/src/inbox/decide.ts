import { CodedError } from '../../../src/base/errors.ts';
import type { Approve, ProposalRow } from '../../../src/contract/proposal.ts';
import type { Client } from '../../../src/surfaces/client.ts';
import { nameOf } from '../../../src/surfaces/place.ts';

/** What came of a decision. */
export type Decided =
  | { kind: 'approved' }
  | { kind: 'rejected' }
  /** It is another one now, and has to be looked at again. */
  | { kind: 'changed' }
  /** Somebody else decided, or its time was over. */
  | { kind: 'gone'; reason: string };

/** So often it is looked whether an approved output is applied, and no longer. */
const LOOKS = 20;
const LOOK_MS = 150;

/** Approves exactly what the digest stands for. Throws what is about more than this one. */
export async function approve(
  client: Pick<Client, 'approve'>,
  { thought, position }: ProposalRow,
  what: Approve,
): Promise<Decided> {
  try {
    await client.approve(thought, position, what);
    return { kind: 'approved' };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** What became of an approved one, for people: applied at once, as a rule. `what` it is, in a few words. */
export async function becameOf(client: Client, row: ProposalRow, what: string): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { outputs } = await client.thought(row.thought);
    const output = outputs.find(({ position }) => position === row.position);
    if (output?.state === 'applied') return `Done: ${what}.`;
    if (output !== undefined && output.state !== 'planned') {
      return `Approved, and ${output.state}: ${output.reason || what}.`;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return `Approved, and held just now: ${what}. It goes on by itself.`;
}

/** Denies it: nothing is written. */
export async function reject(
  client: Pick<Client, 'reject'>,
  { thought, position }: ProposalRow,
): Promise<Decided> {
  try {
    await client.reject(thought, position);
    return { kind: 'rejected' };
  } catch (error) {
    return outcomeOf(error);
  }
}

/** What it would do, in a few words: `move scan.pdf to ~/Filed/2026/`. */
export function whatOf(
  { kind, source, target }: Pick<ProposalRow, 'kind' | 'source' | 'target'>,
  places: readonly string[],
): string {
  const to = target.startsWith('/') ? nameOf(target, places) : target;
  if (source === null) return `${kind} ${to}`;
  const name = nameOf(source, []);
  return `${kind} ${name} to ${to.endsWith(`/${name}`) ? to.slice(0, -name.length) : to}`;
}

function outcomeOf(error: unknown): Decided {
  if (error instanceof CodedError) {
    if (error.code === 'proposal-changed') return { kind: 'changed' };
    if (
      error.code === 'proposal-decided' ||
      error.code === 'proposal-unknown' ||
      error.code === 'thought-unknown'
    )
      return { kind: 'gone', reason: error.message };
  }
  throw error;
}
