import { answeredThoughts, finish, ledger, markSent, settleOutputs } from './operations/apply.ts';
import { captureDue, captured } from './operations/capture.ts';
import { cancel, retry } from './operations/change.ts';
import { claim } from './operations/claim.ts';
import { dropVectors, keepVectors, vectorsOf } from './operations/embeddings.ts';
import { decideExisting, queueExisting, queueFile } from './operations/existing.ts';
import { dropFeed } from './operations/feed.ts';
import { giveBack } from './operations/give-back.ts';
import { observe } from './operations/observe.ts';
import { keepPart, partsOf } from './operations/parts.ts';
import { pause, pauses, resume } from './operations/pause.ts';
import { cursors, perceive } from './operations/perceive.ts';
import { approve, expireProposals, reject } from './operations/proposals.ts';
import { record } from './operations/record.ts';
import { dropReplies, keepReply, keptReply } from './operations/replies.ts';
import { acceptRequest } from './operations/request.ts';
import { beginRetention, clearThoughts, dropBlobs, dropEvents, dropThoughts } from './operations/retain.ts';
import { registerRoots } from './operations/roots.ts';
import { hasOutdated, replaceThoughts, saveRules, unclaimedThoughts } from './operations/rules.ts';
import { send, sentInstead } from './operations/send.ts';
import { reserve, settleSpending } from './operations/spend.ts';
import { clockSetBack, heartbeat, sweep } from './operations/sweep.ts';
import { dropTokens, keepToken, tokens, useToken } from './operations/tokens.ts';
import { askUndo, restored, settleUndo, undoJobs } from './operations/undo.ts';
import { dropVitals, rollUpVitals } from './operations/vitals.ts';
import { appliedBy } from './queries/applied-by.ts';
import { endedThoughts, newestEvent } from './queries/ended-thoughts.ts';
import { expiredEvents, expiredThoughts } from './queries/expired.ts';
import { explainFile } from './queries/explain-file.ts';
import { feed, feedPlace } from './queries/feed.ts';
import { isOurs, readersOf } from './queries/file-readers.ts';
import { formerOutputs } from './queries/former-outputs.ts';
import { gathered } from './queries/gathered.ts';
import { indexColumns } from './queries/index-columns.ts';
import { lastApplied } from './queries/last-applied.ts';
import { listThoughts, thoughtRow } from './queries/list-thoughts.ts';
import { oldestLease } from './queries/oldest-lease.ts';
import { pageThoughts } from './queries/page-thoughts.ts';
import { picturesOf } from './queries/pictures.ts';
import { proposal, proposals } from './queries/proposals.ts';
import { queueAges } from './queries/queue-ages.ts';
import { queueFacts } from './queries/queue-facts.ts';
import { recentAnswers } from './queries/recent-answers.ts';
import { ruleFacts } from './queries/rule-facts.ts';
import { hasMet, indexedPaths, rulesInForce } from './queries/rules-in-force.ts';
import { spentOn } from './queries/spending.ts';
import { idsByPrefix, showThought, viewThought } from './queries/view-thought.ts';
import { vitalsSeries } from './queries/vitals-series.ts';

/** Everything the writer does, by name; each runs whole inside one transaction. */
export const WRITES = {
  rulesInForce,
  registerRoots,
  observe,
  perceive,
  queueExisting,
  queueFile,
  decideExisting,
  saveRules,
  unclaimedThoughts,
  replaceThoughts,
  hasOutdated,
  acceptRequest,
  captureDue,
  captured,
  claim,
  send,
  sentInstead,
  keepPart,
  reserve,
  settleSpending,
  keepVectors,
  dropVectors,
  record,
  giveBack,
  answeredThoughts,
  ledger,
  markSent,
  finish,
  settleOutputs,
  approve,
  reject,
  expireProposals,
  askUndo,
  undoJobs,
  restored,
  settleUndo,
  sweep,
  heartbeat,
  clockSetBack,
  retry,
  cancel,
  pause,
  resume,
  beginRetention,
  clearThoughts,
  dropThoughts,
  dropBlobs,
  dropEvents,
  rollUpVitals,
  dropVitals,
  keepReply,
  dropFeed,
  dropReplies,
  keepToken,
  useToken,
  dropTokens,
};

/** Everything the reader answers, by name. */
export const READS = {
  indexColumns,
  listThoughts,
  pageThoughts,
  keptReply,
  feed,
  feedPlace,
  thoughtRow,
  idsByPrefix,
  viewThought,
  showThought,
  queueAges,
  queueFacts,
  recentAnswers,
  explainFile,
  hasMet,
  indexedPaths,
  pauses,
  expiredThoughts,
  expiredEvents,
  lastApplied,
  appliedBy,
  formerOutputs,
  readersOf,
  isOurs,
  spentOn,
  partsOf,
  picturesOf,
  vectorsOf,
  ruleFacts,
  proposals,
  proposal,
  cursors,
  vitalsSeries,
  gathered,
  newestEvent,
  endedThoughts,
  tokens,
  oldestLease,
};

type InputOf<Op> = Op extends (tx: never, input: infer Input) => unknown ? Input : undefined;
type OutputOf<Op> = Op extends (...args: never[]) => infer Output ? Awaited<Output> : never;

export type Writes = typeof WRITES;
export type Reads = typeof READS;
export type WriteInput<Name extends keyof Writes> = InputOf<Writes[Name]>;
export type WriteOutput<Name extends keyof Writes> = OutputOf<Writes[Name]>;
export type ReadInput<Name extends keyof Reads> = InputOf<Reads[Name]>;
export type ReadOutput<Name extends keyof Reads> = OutputOf<Reads[Name]>;
