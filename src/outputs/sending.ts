import type { Clock } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Log } from '../base/log.ts';
import type { PendingOutput } from '../contract/output.ts';
import type { OutputState } from '../contract/thought.ts';
import type { Holds } from '../queue/holds.ts';
import type { AnsweredThought } from '../store/operations/apply.ts';
import type { Store } from '../store/store.ts';
import { sent } from './kinds.ts';
import { endsAll } from './trouble.ts';

/** Nothing was sent: the thought waits, answered, and is tried again. */
export class NotSent extends Error {
  readonly retryMs: number;
  constructor(reason: string, retryMs: number) {
    super(reason);
    this.retryMs = retryMs;
  }
}

export interface SendingOptions {
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

export function createSending({ store, clock, log, holds, owner, signal }: SendingOptions): Sending {
  async function mark(thought: AnsweredThought, position: number, at: number | null): Promise<void> {
    const { id, attempt } = thought;
    if (await store.write('markSent', { id, attempt, owner, position, at })) return;
    throw new CodedError('hold-lost', 'another worker has taken over this thought');
  }

  return {
    async send(thought, output) {
      const { position, target, kind, sentAt } = output;
      if (sentAt !== undefined) {
        const at = new Date(sentAt).toISOString();
        const reason = `the daemon ended at ${at} while it was being sent: look there whether it arrived`;
        return { position, target, state: 'unknown', reason };
      }
      try {
        const came = await sent(kind).send(output, {
          thought: thought.id,
          rule: thought.rule,
          async markSent() {
            failpoint('send:before');
            await mark(thought, position, clock.now());
            failpoint('send:marked');
          },
          markUnsent: () => mark(thought, position, null),
          signal,
        });
        if (came.state === 'held') {
          const isNews = holds.reason('output', target) !== came.reason;
          holds.set('output', target, came.reason);
          if (isNews) log.warning('output held', { thought: thought.id, target, reason: came.reason });
          throw new NotSent(came.reason, came.retryMs);
        }
        failpoint('send:sent');
        if (came.state === 'applied') holds.clear('output', target);
        else log.warning('output not sent', { thought: thought.id, target, reason: came.reason });
        return { position, target, state: came.state, reason: came.reason };
      } catch (error) {
        const isOurs =
          error instanceof NotSent || (error instanceof CodedError && error.code === 'hold-lost');
        if (isOurs || endsAll(error)) throw error;
        log.error('output failed', { thought: thought.id, target, reason: messageOf(error) });
        return { position, target, state: 'failed', reason: messageOf(error) };
      }
    },
  };
}
