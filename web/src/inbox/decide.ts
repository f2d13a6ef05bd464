import { CodedError } from '../../../src/base/errors.ts';
import type { Approve, ProposalRow } from '../../../src/contract/proposal.ts';
import type { Client } from '../../../src/surfaces/client.ts';
import { nameOf } from '../../../src/surfaces/place.ts';

/** Somebody else decided, or its time was over. */
interface Gone {
  kind: 'gone';
  reason: string;
}

/** What came of an approval; `changed`: it is another one now, and has to be looked at again. */
export type Approved = { kind: 'approved' | 'changed' } | Gone;

/** What came of a rejection. */
export type Rejected = { kind: 'rejected' } | Gone;

/** So often it is looked whether an approved output is applied, and no longer. */
const LOOKS = 20;
const LOOK_MS = 150;

/** Approves exactly what the digest stands for. Throws what is about more than this one. */
export async function approve(
  client: Pick<Client, 'approve'>,
  { thought, position }: ProposalRow,
  what: Approve,
): Promise<Approved> {
  try {
    await client.approve(thought, position, what);
    return { kind: 'approved' };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'proposal-changed') return { kind: 'changed' };
    return goneBy(error);
  }
}

/** What became of an approved one, for people: applied at once, as a rule. `what` it is, in a few words. */
export async function becameOf(
  client: Pick<Client, 'thought'>,
  row: ProposalRow,
  what: string,
): Promise<string> {
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
): Promise<Rejected> {
  try {
    await client.reject(thought, position);
    return { kind: 'rejected' };
  } catch (error) {
    return goneBy(error);
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

function goneBy(error: unknown): Gone {
  if (error instanceof CodedError && GONE.includes(error.code))
    return { kind: 'gone', reason: error.message };
  throw error;
}

const GONE = ['proposal-decided', 'proposal-unknown', 'thought-unknown'];
