import { createBell } from '../../base/bell.ts';
import { CodedError } from '../../base/errors.ts';
import type { FollowedEvent, LiveEvent } from '../../contract/live-event.ts';
import type { StatusView } from '../../contract/status-view.ts';
import { nameOf, placesOf } from '../place.ts';
import type { Context } from './command.ts';
import { createLive } from './live.ts';
import { heldLine, progressLine, type Speaking } from './progress.ts';

/** How often it is asked where things stand while something is going on, and the least time between two times. */
const LOOK_MS = 1000;
const SOONEST_MS = 200;
/** Characters of a model's last words that are shown. */
const WORDS = 60;

/** What happens, line by line, and beneath it how things stand. */
export interface LiveView {
  show(event: FollowedEvent): void;
  /** Keeps the last line true until `signal` aborts, and takes it away. */
  run(signal: AbortSignal): Promise<void>;
}

export interface LiveViewOptions {
  /** As the daemon was when it was first asked. */
  info: StatusView;
  verbose: boolean;
  /** Asks the daemon again. */
  status(): Promise<StatusView>;
}

export function createLiveView({ out, clock, line }: Context, options: LiveViewOptions): LiveView {
  const { info, verbose } = options;
  const places = placesOf(info);
  const print = createLive(out, { verbose, places, line });
  const subjects = new Map<string, string>();
  const began = { at: clock.monotonic(), ended: endedOf(info) };
  let status = info;
  let speaking: (Speaking & { thought: string }) | null = null;
  let isNews = true;
  let toldHeld = '';
  const bell = createBell();

  const draw = () =>
    out.status(
      ...progressLine(status, speaking, {
        ended: endedOf(status) - began.ended,
        ms: clock.monotonic() - began.at,
      }),
    );

  function hear({ thought, text, reasoning }: Extract<LiveEvent, { type: 'token' }>): void {
    if (speaking?.thought !== thought)
      speaking = { thought, about: subjects.get(thought) ?? '', tokens: 0, end: '' };
    speaking.tokens += 1;
    if (!reasoning) speaking.end = `${speaking.end}${text}`.replaceAll(/\s+/g, ' ').slice(-WORDS);
    draw();
  }

  async function look(): Promise<void> {
    isNews = false;
    try {
      status = await options.status();
    } catch (error) {
      // One that is going away, or too busy to answer, is asked again.
      if (!(error instanceof CodedError)) throw error;
      isNews = true;
      return;
    }
    draw();
    const held = heldLine(status);
    // Where nothing is redrawn, it is said once.
    if ((out.isPlain || !out.isTty) && held !== toldHeld && held !== '') out.line(['yellow', held]);
    toldHeld = held;
  }

  return {
    show(event) {
      if (event.type === 'token') {
        if (out.isTty && !out.isPlain) hear(event);
        return;
      }
      isNews = true;
      if (event.type === 'hold' || (event.type === 'state' && FINISHED.has(event.state))) bell.ring();
      if (event.type === 'state') {
        subjects.set(event.thought, nameOf(event.subject.replace(/^file:/, ''), places));
        if (event.state !== 'running' && speaking?.thought === event.thought) speaking = null;
        if (FINISHED.has(event.state)) subjects.delete(event.thought);
      }
      print(event, clock.now());
      draw();
    },
    async run(signal) {
      try {
        for (;;) {
          if (isNews || isBusy(status)) await look();
          await clock.sleep(SOONEST_MS, signal);
          await bell.wait(LOOK_MS - SOONEST_MS, signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        out.status();
      }
    },
  };
}

const FINISHED: ReadonlySet<string> = new Set(['done', 'dead', 'cancelled', 'proposed']);

function endedOf({ queue }: StatusView): number {
  return queue.done + queue.dead + queue.cancelled + queue.proposed;
}

function isBusy({ queue, senses, holds }: StatusView): boolean {
  return (
    queue.waiting + queue.ready + queue.running + queue.answered > 0 ||
    holds.length > 0 ||
    senses.some((sense) => sense.roots.some(({ state }) => state === 'scanning'))
  );
}
