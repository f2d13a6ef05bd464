import type { ProposalView } from '../../../contract/proposal.ts';
import type { Context } from '../command.ts';
import { printForeseen } from '../foreseen.ts';
import { printLines } from '../lines.ts';
import { ago } from '../phrases.ts';
import { expiryOf } from './what.ts';

/** All that a person decides on: nothing of it is cut. */
export function printProposal(context: Context, view: ProposalView, id: string): void {
  const { out, clock } = context;
  const now = clock.now();
  const expires = view.expiresAt === null ? 'never expires' : `denied ${expiryOf(view, now)}`;
  out.line(['bold', id], `  ${view.rule}`, ['dim', `  proposed ${ago(view.proposedAt, now)}, ${expires}`]);
  out.line('  ', view.reason);
  if (view.held !== '') out.line('  ', ['yellow', 'cannot be applied now'], `: ${view.held}`);
  if (view.note !== '') out.line('  ', ['yellow', view.note]);
  const { source, mode, target, content, before, after } = view;
  if (source !== null) {
    out.line(['green', `would ${view.kind}`], ' ', ['bold', source]);
    out.line('  to ', ['bold', target]);
  } else if (after === null) {
    out.line(['green', mode === 'send' ? 'would send to' : `would ${view.kind}`], ' ', ['bold', target]);
    printLines(out, content, Number.POSITIVE_INFINITY);
  } else printForeseen(out, { mode, target, before, after, reason: '' }, Number.POSITIVE_INFINITY);
}
