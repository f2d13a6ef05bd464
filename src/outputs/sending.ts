import type { Clock } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { EventData } from '../contract/event-data.ts';
import type { PendingOutput } from '../contract/output.ts';
import type { OutputState } from '../contract/thought.ts';
import type { Holds } from '../queue/holds.ts';
import type { AnsweredThought } from '../store/operations/apply.ts';
import type { Store } from '../store/store.ts';
import { sent } from './kinds.ts';
import type { Senders, Sent, SentKind } from './output.ts';
import { createPatience } from './send/patience.ts';
import { endsAll, isPassing } from './trouble.ts';

/** Nothing was sent: the thought waits, answered, and is tried again. */
export class NotSent extends Error {
  readonly retryMs: number;
  constructor(reason: string, retryMs: number) {
    super(reason);
    this.retryMs = retryMs;
  }
}

/** How many are sent to one target at once: two runs of one program would be in each other's way. */
const AT_ONCE: Record<SentKind, number> = { notify: 4, webhook: 4, command: 1 };

/** What outputs that leave the disk need beside what all do. */
export interface Means {
  senders: Senders;
  random: Random;
  /** Why what an event tells does not leave this machine; null = it may. */
  staysHere(data: EventData): string | null;
}

export interface SendingOptions extends Means {
  store: Store;
  clock: Clock;
  log: Log;
  holds: Holds;
  owner: string;
  /** Aborts when the daemon stops. */
  signal: AbortSignal;
}

interface Settled {
  position: number;
  state: OutputState;
  reason: string;
  target: string;
}

/** Sends what leaves the disk, each thing at most once: what a crash left unclear is said to be so. */
export interface Sending {
  /** Throws `hold-lost`, and {@link NotSent} where it is to be tried again. */
  send(thought: AnsweredThought, output: PendingOutput): Promise<Settled>;
}

export function createSending(options: SendingOptions): Sending {
  const { store, clock, random, log, holds, owner, senders, signal } = options;
  const patience = createPatience(clock, random);

  /** What became of it, recorded at once: a crash while the other outputs are applied leaves no doubt about it. */
  async function settle({ id, attempt }: AnsweredThought, settled: Settled): Promise<Settled> {
    const written = { id, attempt, owner, outputs: [settled], now: clock.now() };
    if (!(await store.write('settleOutputs', written))) throw lost();
    failpoint('send:settled');
    return settled;
  }

  async function mark({ id, attempt }: AnsweredThought, position: number, at: number | null): Promise<void> {
    if (!(await store.write('markSent', { id, attempt, owner, position, at }))) throw lost();
  }

  async function attempt(thought: AnsweredThought, output: PendingOutput): Promise<Sent> {
    const { position, kind } = output;
    let isMarked = false;
    try {
      const came = await senders[sent(kind).kind].send(output, {
        thought: thought.id,
        rule: thought.rule,
        stays: options.staysHere(thought.event),
        async markSent() {
          failpoint('send:before');
          await mark(thought, position, clock.now());
          isMarked = true;
          failpoint('send:marked');
        },
        signal,
      });
      if (came.state !== 'held') failpoint('send:sent');
      else if (isMarked) await mark(thought, position, null);
      return came;
    } catch (error) {
      if (endsAll(error) || isPassing(error) || isLost(error)) throw error;
      log.error('output failed', { thought: thought.id, target: output.target, reason: messageOf(error) });
      return { state: isMarked ? 'unknown' : 'failed', reason: messageOf(error) };
    }
  }

  function hold(thought: AnsweredThought, target: string, reason: string, asked: number): NotSent {
    const isNews = holds.reason('output', target) !== reason;
    holds.set('output', target, reason);
    if (isNews) log.warning('output held', { thought: thought.id, target, reason });
    return new NotSent(reason, patience.missed(target, asked));
  }

  return {
    async send(thought, output) {
      const { position, target, kind, sentAt } = output;
      if (sentAt !== undefined) {
        const at = new Date(sentAt).toISOString();
        const doubt = senders[sent(kind).kind].doubt(target);
        const reason = `the daemon ended while it was being sent (${at}): ${doubt}`;
        return settle(thought, { position, target, state: 'unknown', reason });
      }
      const wait = patience.enter(target, AT_ONCE[sent(kind).kind]);
      if (wait > 0) throw new NotSent(holds.reason('output', target) ?? '', wait);
      const came = await attempt(thought, output).catch((error: unknown) => {
        // Whatever went wrong here, the next one may try.
        patience.met(target);
        throw error;
      });
      if (came.state === 'held') throw hold(thought, target, came.reason, came.retryMs ?? 0);
      patience.met(target);
      holds.clear('output', target);
      const { state, reason } = came;
      if (state !== 'applied') log.warning('output not sent', { thought: thought.id, target, state, reason });
      return settle(thought, { position, target, state, reason });
    },
  };
}

function isLost(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'hold-lost';
}

function lost(): CodedError {
  return new CodedError('hold-lost', 'another worker has taken over this thought');
}
