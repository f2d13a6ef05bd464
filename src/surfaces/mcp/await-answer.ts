import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/errors.ts';
import type { StreamEvent } from '../../contract/live-event.ts';
import type { ThoughtState } from '../../contract/thought.ts';
import type { Progress } from './progress.ts';
import type { Source } from './source.ts';

/** How long it is waited for a thought that is held: a model that is loading may be there soon. */
const HELD_MS = 10_000;

/** How a thought stood when it was no longer waited for. */
export interface Waited {
  state: ThoughtState;
  /** Why it is not being thought just now; empty where nothing holds it. */
  held: string;
}

interface Waiting {
  id: string;
  begin: ThoughtState;
  waitMs: number;
  clock: Clock;
  progress: Progress;
  /** Aborts when the caller is gone. */
  signal: AbortSignal;
  ask(signal: AbortSignal): Source;
}

/**
 * Follows a thought until it is processed, waits for a person, was waited for long enough, or is held. That it is not
 * done by then is no failure, nor is a daemon that stops meanwhile: it stays queued.
 */
export async function awaitAnswer(waiting: Waiting): Promise<Waited> {
  const { id, begin, waitMs, clock, progress, signal, ask } = waiting;
  const enough = new AbortController();
  const over = AbortSignal.any([signal, enough.signal]);
  const waited: Waited = { state: begin, held: '' };
  const patience = createPatience(clock, enough);
  const limits = [patience.atMost(waitMs, over), progress.beat(over)];
  try {
    for await (const event of await ask(over).stream(id)) {
      take(event, waited);
      patience.whileHeld(waited.held !== '', over);
      const told = tellingOf(event);
      if (told !== '') progress.say(told);
      if (event.type === 'end' || waited.state === 'proposed') return waited;
    }
    // The daemon ends its streams when it stops; ours are ended by `over`.
    if (!over.aborted) waited.held = STOPPED;
  } catch (error) {
    if (!over.aborted && !isGone(error)) throw error;
    if (!over.aborted) waited.held = STOPPED;
  } finally {
    enough.abort();
    await Promise.all(limits);
  }
  signal.throwIfAborted();
  return waited;
}

const STOPPED = 'the daemon stopped; it goes on when the daemon is started again';

function take(event: StreamEvent, waited: Waited): void {
  if (event.type === 'thought' || event.type === 'end') waited.state = event.thought.state;
  else if (event.type === 'state') waited.state = event.state;
  else if (event.type === 'held') waited.held = event.reason;
  if (event.type === 'sent' || event.type === 'token') waited.held = '';
}

/** Nothing of what is thought: only how it stands. */
function tellingOf(event: StreamEvent): string {
  if (event.type === 'thought') return event.thought.state;
  if (event.type === 'held') return event.reason === '' ? 'ready' : `held: ${event.reason}`;
  if (event.type === 'sent') return `asked ${event.provider}/${event.model}`;
  return event.type === 'state' ? event.state : '';
}

function isGone(error: unknown): boolean {
  return error instanceof CodedError && (error.code === 'daemon-lost' || error.code === 'daemon-not-running');
}

/** Two bounds of one wait: for all of it, and for as long as the thought is held. */
function createPatience(clock: Clock, enough: AbortController) {
  let release: AbortController | null = null;
  const end = async (ms: number, signal: AbortSignal) => {
    const slept = await clock.sleep(ms, signal).then(
      () => true,
      () => false,
    );
    if (slept) enough.abort();
  };
  return {
    atMost: end,
    whileHeld(held: boolean, over: AbortSignal) {
      if (!held) {
        release?.abort();
        release = null;
      } else if (release === null) {
        release = new AbortController();
        void end(HELD_MS, AbortSignal.any([over, release.signal]));
      }
    },
  };
}
