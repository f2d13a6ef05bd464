import { CodedError, EXIT } from '../../../base/errors.ts';
import type { ProposalRow } from '../../../contract/proposal.ts';
import type { Client } from '../../client.ts';

/**
 * What a person means by `ID` (all that the thought proposes) or `ID#2` (its second output). Throws `proposal-id`,
 * `proposal-decided`, `thought-unknown`, `thought-ambiguous`.
 */
export async function named(client: Client, given: string): Promise<ProposalRow[]> {
  const [, id, number] = /^([0-9a-f]{4,64})(?:#([1-9]\d{0,3}))?$/i.exec(given) ?? [];
  if (id === undefined) {
    throw new CodedError('proposal-id', `\`${given.slice(0, 80)}\` names no proposal`, {
      allowed: "a thought's id or at least 4 of its first digits, and #2 for its second output",
      exitCode: EXIT.usage,
    });
  }
  const all = await client.proposals(id.toLowerCase());
  const rows = all.filter(({ position }) => number === undefined || position === Number(number) - 1);
  if (rows.length > 0) return rows;
  const { state, outputs } = await client.thought(id.toLowerCase());
  const output = outputs.find(({ position }) => position === Number(number) - 1);
  const where = output === undefined ? `the thought is ${state}` : `it is ${output.state}`;
  throw new CodedError('proposal-decided', `nothing of it waits for you: ${where}`, { value: given });
}

/** Whether it says something of one proposal only: the others can still be decided on. */
export function isAboutOne(error: unknown): error is CodedError {
  return error instanceof CodedError && /^(proposal|thought|request)-/.test(error.code);
}
