import type { LiveEvent, StreamEvent } from '../../contract/live-event.ts';
import { PROCESSED } from '../../contract/thought.ts';
import type { ThoughtView } from '../../contract/thought-view.ts';
import type { Daemon } from '../daemon.ts';
import type { Hub } from './hub.ts';
import type { Told } from './reader.ts';

/**
 * One thought from now until it is processed, without a gap: subscribed first, read second, so that nothing
 * can happen between the two. Rejects before the first value where there is no such thought.
 */
export async function followThought(
  daemon: Daemon,
  hub: Hub,
  idOrPrefix: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Told<StreamEvent>>> {
  const concerns = (event: LiveEvent) =>
    event.type === 'hold' || ('thought' in event && event.thought.startsWith(idOrPrefix));
  const { events, said } = await hub.subscribe({ want: concerns, after: null, saidOf: idOrPrefix }, signal);
  const thought = await daemon.thought(idOrPrefix);
  return told(follow(daemon, events, thought, said));
}

async function* follow(
  daemon: Daemon,
  events: AsyncIterable<Told>,
  begin: ThoughtView,
  said: string,
): AsyncGenerator<StreamEvent, void> {
  const id = begin.id;
  yield { type: 'thought', thought: rowOf(begin), text: said };
  if (PROCESSED.includes(begin.state)) return yield { type: 'end', thought: begin };
  let state = begin.state;
  let held = holdOf(begin);
  if (held !== '') yield { type: 'held', thought: id, reason: held };

  for await (const { event } of events) {
    if (event.type === 'token' || event.type === 'sent' || event.type === 'output') yield event;
    if (event.type !== 'state' && event.type !== 'hold') continue;
    if (event.type === 'state') {
      yield event;
      state = event.state;
    }
    // What was read is newer than the event: only the event says that all before it has been told.
    const now = PROCESSED.includes(state) || state === 'ready' ? await daemon.thought(id) : null;
    if (now !== null && PROCESSED.includes(state) && PROCESSED.includes(now.state)) {
      return yield { type: 'end', thought: now };
    }
    const reason = now === null ? '' : holdOf(now);
    if (reason !== held) yield { type: 'held', thought: id, reason };
    held = reason;
  }
}

/** Nobody goes on in the middle of one: who comes again is told how it stands then. */
async function* told(events: AsyncIterable<StreamEvent>): AsyncGenerator<Told<StreamEvent>, void> {
  for await (const event of events) yield { id: null, event };
}

/** Why a ready thought is not being claimed; empty if it is not held. */
function holdOf(thought: ThoughtView): string {
  return thought.state === 'ready' ? thought.reason : '';
}

function rowOf(view: ThoughtView) {
  const { id, timestamp, content, context, processed, state, rule, reason } = view;
  return { id, timestamp, content, context, processed, state, rule, reason };
}
