import { type ReadonlySignal, signal } from '@preact/signals';
import type { Clock } from '../../../src/base/clock.ts';
import { CodedError } from '../../../src/base/errors.ts';
import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import type { ThoughtState } from '../../../src/contract/thought.ts';
import type { Client } from '../../../src/surfaces/client.ts';
import type { Live } from '../live.ts';
import { createFlow, type Thing } from './flow.ts';
import type { Thinking } from './thinking.ts';

/** What happened since this page was opened. */
export interface Counters {
  perceived: number;
  thought: number;
  written: number;
}

/** The flow, drawn once a frame. */
export interface FlowStore {
  things: ReadonlySignal<readonly Thing[]>;
  counters: ReadonlySignal<Counters>;
  /** Whether thoughts of before were read. */
  isSeeded: ReadonlySignal<boolean>;
  /** Reads the whole of what is shown and not known in full, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface FlowOptions {
  live: Pick<Live, 'connection' | 'onEvents'>;
  client: Pick<Client, 'thoughts' | 'thought' | 'stream'>;
  clock: Clock;
}

/** Thoughts of before that are shown. */
const SEEDED = 40;
/** So many of the newest are read in full, one at a time, so often. */
const READ_IN_FULL = 12;
const PAUSE_MS = 200;
/** With so many in a frame, not each frame is drawn. */
const MANY = 50;
const SETTLED: readonly ThoughtState[] = ['proposed', 'done', 'dead'];

export function createFlowStore({ live, client, clock }: FlowOptions): FlowStore {
  const flow = createFlow();
  const things = signal<readonly Thing[]>([]);
  const counters = signal<Counters>({ perceived: 0, thought: 0, written: 0 });
  const isSeeded = signal(false);
  let asked: ReadonlySet<string> = new Set();
  let isStale = true;

  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = true;

  function draw(): void {
    drawnAt = clock.monotonic();
    isDrawn = true;
    things.value = flow.things();
  }

  live.onEvents((events) => {
    flow.take(events);
    isDrawn = false;
    // Nobody reads what changes whole sixty times a second.
    if (events.length < MANY || clock.monotonic() - drawnAt > PAUSE_MS) draw();
    counters.value = counted(counters.value, events);
    if (events.some(({ type }) => type === 'gap' || type === 'dropped')) isStale = true;
  });

  async function seed(): Promise<void> {
    const { items } = await client.thoughts({ limit: SEEDED });
    isStale = false;
    flow.seed(items);
    draw();
    isSeeded.value = true;
  }

  async function readOne(): Promise<void> {
    const wanted = unread(things.value);
    // What is wanted no more, and then again, is read again.
    asked = new Set(wanted.map(({ id }) => id).filter((id) => asked.has(id)));
    const next = wanted.find(({ id }) => !asked.has(id));
    if (next === undefined) return;
    asked = new Set([...asked, next.id]);
    flow.detail(await client.thought(next.id));
    if (next.state === 'running') flow.join(next.id, await saidSoFar(next.id));
    draw();
  }

  async function saidSoFar(id: string): Promise<string> {
    const told = (await client.stream(id))[Symbol.asyncIterator]();
    const { done, value } = await told.next();
    await told.return?.();
    return !done && value.type === 'thought' ? value.text : '';
  }

  return {
    things,
    counters,
    isSeeded,
    async run(signal) {
      while (!signal.aborted) {
        if (!isDrawn) draw();
        try {
          if (live.connection.value.kind === 'live') await (isStale ? seed() : readOne());
        } catch (error) {
          // What cannot be read is shown as far as it was told.
          if (!(error instanceof CodedError)) throw error;
        }
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    },
  };
}

/** Thoughts whose answers were not told, or what they said before this page listened. */
function unread(things: readonly Thing[]): Thinking[] {
  return things
    .filter(({ rules }) => rules.length > 0)
    .slice(0, READ_IN_FULL)
    .flatMap(({ thoughts }) => thoughts)
    .filter(
      ({ state, answer, heard }) =>
        (answer === undefined && SETTLED.includes(state)) || (state === 'running' && heard === 'part'),
    );
}

function counted(before: Counters, events: readonly FollowedEvent[]): Counters {
  const next = { ...before };
  for (const event of events) {
    if (event.type === 'perceived' || event.type === 'happened') next.perceived += 1;
    if (event.type === 'state' && event.state === 'answered') next.thought += 1;
    if (event.type === 'output' && event.state === 'applied') next.written += 1;
  }
  return next;
}
