import type { StreamEvent } from '../../contract/live-event.ts';
import type { Client } from '../client.ts';
import type { Daemon } from '../daemon.ts';
import type { Hub } from '../http/hub.ts';
import type { Told } from '../http/reader.ts';
import { followThought } from '../http/thought-stream.ts';
import type { Turns } from '../http/turns.ts';

/** What is asked of the daemon: over its socket from another process, or within its own. */
export type Source = Pick<
  Client,
  'status' | 'thoughts' | 'thought' | 'explain' | 'think' | 'proposals' | 'stream'
>;

/** Asks the daemon of this process; streams end when `signal` aborts. */
export function sourceWithin(daemon: Daemon, hub: Hub, turns: Turns, signal: AbortSignal): Source {
  return {
    status: () => daemon.status(),
    thoughts: (query) => turns.run('mcp', signal, () => daemon.thoughts(query)),
    thought: (id) => daemon.thought(id),
    explain: (path) => turns.run('mcp', signal, () => daemon.explain(path)),
    think: (request) => daemon.think(request),
    proposals: (thought) => daemon.proposals(thought),
    stream: async (id) => eventsOf(await followThought(daemon, hub, id, signal)),
  };
}

async function* eventsOf(told: AsyncIterable<Told<StreamEvent>>): AsyncGenerator<StreamEvent, void> {
  for await (const { event } of told) yield event;
}
