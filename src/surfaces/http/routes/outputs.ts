import * as z from 'zod';
import { undoableView, undoResult } from '../../../contract/api.ts';
import { pageOf } from '../../../contract/page.ts';
import { decisionView, proposalRow, proposalView } from '../../../contract/proposal.ts';
import type { Daemon } from '../../daemon.ts';
import type { UndoWhich } from '../../requests.ts';
import { approveBody, emptyBody, proposalPath, proposalsQuery, undoableQuery, undoBody } from '../input.ts';
import { replyOnce } from '../once.ts';
import { proposalPage } from '../proposal-page.ts';
import { answers, PLAIN, type Route } from '../route.ts';

/** What waits for a person, and what can be taken back. */
export const outputRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'listProposals',
    method: 'GET',
    path: '/v1/proposals',
    scope: 'read',
    summary: 'Outputs that wait for a person, the oldest first.',
    query: proposalsQuery,
    answer: pageOf(proposalRow, 'ProposalPage'),
    problems: ['thought-unknown', 'thought-ambiguous'],
    handle: async ({ query: { thought = null, ...page } }, { daemon }) =>
      proposalPage(await daemon.proposals(thought), page),
  }),
  answers({
    ...PLAIN,
    name: 'getProposal',
    method: 'GET',
    path: '/v1/proposals/{thought}/{position}',
    scope: 'read',
    summary: 'All that a proposal would do, as things stand now, and the digest that an approval names.',
    params: proposalPath,
    answer: proposalView,
    problems: ['thought-unknown', 'thought-ambiguous', 'proposal-unknown', 'proposal-decided'],
    handle: ({ params }, { daemon }) => daemon.proposal(params.thought, params.position),
  }),
  answers({
    ...PLAIN,
    name: 'approveProposal',
    method: 'POST',
    path: '/v1/proposals/{thought}/{position}/approve',
    scope: 'act',
    summary:
      'Lets it be applied, if it still is what the digest stands for; with `content`, that in its place.',
    params: proposalPath,
    body: approveBody,
    answer: decisionView,
    once: true,
    problems: [
      ...['thought-unknown', 'thought-ambiguous', 'proposal-unknown', 'proposal-decided'],
      ...['proposal-changed', 'proposal-held', 'proposal-not-editable'],
    ],
    handle: ({ params, body: { digest, content } }, { daemon }) =>
      daemon.approve(
        params.thought,
        params.position,
        content === undefined ? { digest } : { digest, content },
      ),
  }),
  answers({
    ...PLAIN,
    name: 'rejectProposal',
    method: 'POST',
    path: '/v1/proposals/{thought}/{position}/reject',
    scope: 'act',
    summary: 'Denies it: nothing is written.',
    params: proposalPath,
    body: emptyBody,
    answer: decisionView,
    once: true,
    problems: ['thought-unknown', 'thought-ambiguous', 'proposal-unknown', 'proposal-decided'],
    handle: ({ params }, { daemon }) => daemon.reject(params.thought, params.position),
  }),
  answers({
    ...PLAIN,
    name: 'listUndoable',
    costly: true,
    method: 'GET',
    path: '/v1/undo',
    scope: 'read',
    summary: 'What an undo of this rule would take back, the last done first.',
    query: undoableQuery,
    answer: pageOf(undoableView, 'UndoablePage'),
    handle: ({ query }, { daemon }) => daemon.undoable(query),
  }),
  answers({
    ...PLAIN,
    name: 'undo',
    method: 'POST',
    path: '/v1/undo',
    scope: 'act',
    summary: 'Takes back what a thought has done, or the last one that did something, or a rule.',
    body: undoBody,
    answer: z.array(undoResult),
    once: true,
    problems: ['thought-unknown', 'thought-ambiguous', 'nothing-to-undo'],
    handle: async (asked, { daemon }) => daemon.undo(await whichOf(asked, daemon)),
  }),
];

/** What was done last is another thing once it was taken back: with a key, which it is is settled before. */
async function whichOf(
  { body, ...asked }: { body: z.output<typeof undoBody>; key: string | null; params: unknown },
  daemon: Daemon,
): Promise<UndoWhich> {
  if (!('last' in body) || asked.key === null) return body;
  const settled = { ...asked, key: `${asked.key} last`, body };
  const { body: json } = await replyOnce(settled, 'undo', daemon, async () => ({
    ...{ status: 200, headers: {} },
    body: JSON.stringify(await daemon.lastDone()),
  }));
  const id: unknown = JSON.parse(json);
  return typeof id === 'string' ? { id } : body;
}
