import type { Clock } from '../base/clock.ts';
import { createRunning, type Running } from '../base/running.ts';
import type { Rank } from './places.ts';

/** Waits for a slot of the provider; resolves with the function that says, safely twice, that the call has ended. */
export type EnterCall = (signal: AbortSignal, rank?: Rank) => Promise<() => void>;

/** One provider's calls: at most so many at once, and the thoughts that are being made ready for them. */
export interface Lane extends Pick<Running, 'assertWell' | 'idle'> {
  /** How many more thoughts may be claimed for it. */
  free(): number;
  /** Calls under way. */
  busy(): number;
  /** Begins with a claimed thought; `askedAt`: when its claim was asked for (monotonic). */
  start(askedAt: number, work: (enterCall: EnterCall, asked: () => void) => Promise<void>): void;
}

/** At most so many thoughts a slot are made ready beside the call under way. */
const MOST_AHEAD = 4;

/** What the newest measurement counts for in a mean. */
const WEIGHT = 0.2;

/** What a lane is made of. */
export interface LaneOptions {
  /** How many there are just now. */
  slots(): number;
  /** Waits for one of the provider's places; resolves with the function that gives it back. */
  enter(signal: AbortSignal, rank?: Rank): Promise<() => void>;
  clock: Clock;
  /** Another may be claimed. */
  onFreed(): void;
}

/**
 * Makes the lane of a provider with so many slots. While the next claim is committed, a quick model would wait for
 * it: as many thoughts are claimed ahead as it calls meanwhile. For a model that takes seconds that is none, so a
 * person's request never waits behind them.
 */
export function createLane({ slots, enter, clock, onFreed }: LaneOptions): Lane {
  const working = createRunning();
  let claimed = 0;
  let calling = 0;
  let preparingMs = 0;
  let callMs = Number.POSITIVE_INFINITY;

  function begin(askedAt: number): { enterCall: EnterCall; release(): void } {
    let holds = true;
    claimed += 1;
    const release = () => {
      if (!holds) return;
      holds = false;
      claimed -= 1;
      onFreed();
    };
    const enterCall: EnterCall = async (signal, rank) => {
      if (holds) preparingMs = mean(preparingMs, clock.monotonic() - askedAt);
      const leave = await enter(signal, rank);
      const calledAt = clock.monotonic();
      let called = false;
      calling += 1;
      return () => {
        if (called) return;
        called = true;
        calling -= 1;
        callMs = mean(callMs, clock.monotonic() - calledAt);
        leave();
      };
    };
    return { enterCall, release };
  }

  return {
    free: () => Math.max(0, slots() + aheadOf(slots(), preparingMs, callMs) - claimed),
    busy: () => calling,
    start(askedAt, work) {
      const { enterCall, release } = begin(askedAt);
      working.start(() => work(enterCall, release), release);
    },
    assertWell: working.assertWell,
    idle: working.idle,
  };
}

/** How many calls begin in the time that it takes to make a thought ready for one. */
function aheadOf(slots: number, preparingMs: number, callMs: number): number {
  return Math.min(MOST_AHEAD * slots, Math.floor((slots * preparingMs) / Math.max(callMs, 1)));
}

function mean(before: number, now: number): number {
  return Number.isFinite(before) ? before + (now - before) * WEIGHT : now;
}
