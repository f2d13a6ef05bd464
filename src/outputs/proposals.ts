import type { Clock } from '../base/clock.ts';
import type { ContentHash } from '../base/content-hash.ts';
import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { periodMs } from '../contract/config.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Gap } from '../contract/output.ts';
import type { Approve, DecisionView, ProposalRow, ProposalView } from '../contract/proposal.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { StoredProposal } from '../store/queries/proposals.ts';
import type { Store } from '../store/store.ts';
import { onDisk } from './kinds.ts';
import { type Proposed, review } from './review.ts';

/** Most proposals that are listed at once. */
const LISTED = 1000;

export interface ProposalsOptions {
  store: Store;
  clock: Clock;
  owner: string;
  hash: ContentHash;
  diskOf: Disks;
  outputRoots(): readonly string[];
  gaps: readonly Gap[];
  /** `proposals.expire` of the configuration. */
  expire(): string;
  live(event: LiveEvent): void;
  /** The thought has something to apply again. */
  onApproved(thought: string): void;
}

/** Outputs that wait for a person: shown as they would be applied now, and decided on as they were shown. */
export interface Proposals {
  /** Of one thought (by its whole id) or of all, the oldest first. */
  list(thought: string | null): Promise<ProposalRow[]>;
  /** Throws `proposal-unknown`, `proposal-decided`. */
  show(thought: string, position: number): Promise<ProposalView>;
  /**
   * Lets the ordinary worker apply it. Also throws `proposal-changed` where what is to be decided on is not what the
   * digest stands for, `proposal-not-editable`, and `proposal-held` while it cannot be applied.
   */
  approve(thought: string, position: number, what: Approve): Promise<DecisionView>;
  reject(thought: string, position: number): Promise<DecisionView>;
  /** Denies what nobody has decided on in time. */
  expire(): Promise<void>;
}

export function createProposals(options: ProposalsOptions): Proposals {
  const { store, clock, owner, gaps } = options;

  async function find(thought: string, position: number): Promise<Proposed> {
    const found = await store.read('proposal', { thought, position });
    if (found === null) {
      throw new CodedError('proposal-unknown', `the thought ${thought} has no output ${position + 1}`, {
        value: position + 1,
        next: 'list what waits with `consciousness inbox`',
      });
    }
    if (found.state !== 'proposed') throw decided(found);
    const { rule, subject } = found;
    return { proposal: found, former: await store.read('formerOutputs', { rule, subject }) };
  }

  const look = (proposed: Proposed) =>
    review(proposed, { diskOf: options.diskOf, roots: options.outputRoots(), gaps, hash: options.hash });

  function tell({ thought, rule, subject, kind, target }: Told, reason: string, state: ThoughtState): void {
    const at = new Date(clock.now()).toISOString();
    options.live({ type: 'output', at, thought, kind, target, state: 'denied', reason });
    if (state === 'done') options.live({ type: 'state', at, thought, rule, subject, state, reason: '' });
  }

  return {
    list: async (thought) =>
      (await store.read('proposals', { thought, limit: LISTED })).map((row) => rowOf(row, options.expire())),
    async show(thought, position) {
      const proposed = await find(thought, position);
      const { proposal } = proposed;
      const { planned, before, after, note, digest, held } = await look(proposed);
      const { mode, target } = planned;
      return {
        ...rowOf({ ...proposal, mode, target }, options.expire()),
        ...{ digest, content: proposal.text, before, after, note, held },
        editable: onDisk(proposal.kind)?.edited !== undefined,
      };
    },
    async approve(thought, position, what) {
      const proposed = await find(thought, position);
      const { proposal } = proposed;
      const { planned, digest, held } = await look(proposed);
      if (digest === null) {
        throw new CodedError('proposal-held', `it cannot be applied now: ${held}`, {
          value: proposal.target,
          next: 'mend that and approve it again; it waits',
        });
      }
      if (digest !== what.digest) throw changed(proposal);
      const { mode, target, before } = planned;
      const approved = await store.write('approve', {
        ...{ id: thought, attempt: proposal.attempt, position, shown: proposal.content },
        ...{ mode, target, before, owner, now: clock.now() },
        content: what.content === undefined ? planned.content : editedOf(proposal, what.content),
      });
      if (!approved) throw decided(await store.read('proposal', { thought, position }));
      options.onApproved(thought);
      return { thought, position, state: 'planned' };
    },
    async reject(thought, position) {
      const { proposal } = await find(thought, position);
      const { attempt } = proposal;
      const reason = 'rejected by a person';
      const key = { id: thought, attempt, position };
      const state = await store.write('reject', { ...key, reason, now: clock.now() });
      if (state === null) throw decided(await store.read('proposal', { thought, position }));
      tell(proposal, reason, state);
      return { thought, position, state: 'denied' };
    },
    async expire() {
      const period = options.expire();
      const ms = periodMs(period);
      if (ms === null) return;
      const reason = `nobody decided within ${period}`;
      const now = clock.now();
      for (const { id, state, ...row } of await store.write('expireProposals', {
        ...{ before: now - ms, reason, now },
      }))
        tell({ thought: id, ...row }, reason, state);
    },
  };
}

type Told = Pick<StoredProposal, 'thought' | 'rule' | 'subject' | 'target'> & { kind: string };

/** The bytes to apply in place of those proposed. Throws `proposal-not-editable`. */
function editedOf({ kind, text }: StoredProposal & { text: string }, content: string): string {
  const edited = onDisk(kind)?.edited?.(text, content);
  if (edited !== undefined) return edited;
  throw new CodedError('proposal-not-editable', `what an output of the kind ${kind} does cannot be edited`, {
    value: kind,
    allowed: 'what is written whole, or appended',
    next: 'approve it as it is, or reject it and change its rule',
  });
}

function rowOf(proposal: StoredProposal, expire: string): ProposalRow {
  const { thought, position, rule, subject, kind, mode, target, source, reason, size } = proposal;
  const ms = periodMs(expire);
  return {
    ...{ thought, position, rule, subject, kind, mode, target, source, reason, bytes: size },
    proposedAt: new Date(proposal.proposedAt).toISOString(),
    expiresAt: ms === null ? null : new Date(proposal.proposedAt + ms).toISOString(),
  };
}

function changed({ target }: StoredProposal): CodedError {
  return new CodedError(
    'proposal-changed',
    `it is not what was shown: ${target} or what is proposed has changed since, or the digest is another's`,
    {
      value: target,
      next: 'look at it again: `consciousness inbox show`',
    },
  );
}

function decided(found: StoredProposal | null): CodedError {
  const where = found === null ? 'gone' : `${found.state}${found.reason === '' ? '' : ` (${found.reason})`}`;
  return new CodedError('proposal-decided', `it waits for nobody any more: it is ${where}`, {
    value: found?.state,
    next: 'list what waits with `consciousness inbox`',
  });
}
