import type { DroppedEvents, LiveEvent, StatusView, StreamEvent, ThoughtView } from '../../contract/api.ts';
import { PROCESSED } from '../../contract/thought.ts';
import type { Daemon } from '../daemon.ts';
import type { Hub } from './hub.ts';

/**
 * One thought from now until it is processed, without a gap: subscribed first, read second, so that nothing
 * can happen between the two. Rejects before the first value where there is no such thought.
 */
export async function followThought(
  daemon: Daemon,
  hub: Hub,
  idOrPrefix: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<StreamEvent, void>> {
  const concerns = (event: LiveEvent) =>
    event.type === 'hold' || ('thought' in event && event.thought.startsWith(idOrPrefix));
  const events = hub.subscribe(concerns, signal);
  const said = hub.said(idOrPrefix);
  const thought = await daemon.thought(idOrPrefix);
  return follow(daemon, events, thought, said);
}

async function* follow(
  daemon: Daemon,
  events: AsyncIterable<LiveEvent | DroppedEvents>,
  begin: ThoughtView,
  said: string,
): AsyncGenerator<StreamEvent, void> {
  const id = begin.id;
  yield { type: 'thought', thought: rowOf(begin), text: said };
  if (PROCESSED.includes(begin.state)) return yield { type: 'end', thought: begin };
  let state = begin.state;
  let held = holdOf(begin, await daemon.status());
  if (held !== '') yield { type: 'held', thought: id, reason: held };

  for await (const event of events) {
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
    const reason = now === null ? '' : holdOf(now, await daemon.status());
    if (reason !== held) yield { type: 'held', thought: id, reason };
    held = reason;
  }
}

/** Why a ready thought is not being claimed, as its row or the daemon's holds tell; empty if it is not held. */
export function holdOf(thought: ThoughtView, status: Pick<StatusView, 'holds' | 'rules'>): string {
  if (thought.state !== 'ready') return '';
  if (thought.reason !== '') return thought.reason;
  const rule = status.rules.find((one) => one.name === thought.rule);
  const providers = new Set(rule?.models.map((model) => model.split('/', 1)[0]));
  const held = new Set(status.holds.filter((hold) => hold.what === 'provider').map((hold) => hold.name));
  // A rule with `offline: next` goes on while any of its providers takes calls.
  const noProvider = [...providers].every((name) => name !== undefined && held.has(name));
  const path = thought.context.path ?? '';
  for (const hold of status.holds) {
    const concerned =
      hold.what === 'store' ||
      (hold.what === 'rule' && hold.name === thought.rule) ||
      (hold.what === 'provider' && noProvider && providers.has(hold.name)) ||
      (hold.what === 'root' && path.startsWith(`${hold.name}/`));
    if (concerned) return hold.reason;
  }
  return '';
}

function rowOf(view: ThoughtView) {
  const { id, timestamp, content, context, processed, state, rule, reason } = view;
  return { id, timestamp, content, context, processed, state, rule, reason };
}
