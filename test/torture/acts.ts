import type { Client } from '../../src/surfaces/client.ts';
import type { World } from './world.ts';

/** What a person does so that the daemon comes by a place; it leaves the world as the audit expects it. */
export interface Act {
  /** The places that it is for. */
  points: RegExp;
  /** Changes of the program, by name in swaps.ts, for the life in which it is done. */
  swaps?: string[];
  do(client: Client, world: World): Promise<void>;
}

const nothing = async () => undefined;

/** One of these is done where a place is not met by itself. Most ask for what cannot be: that is a commit, too. */
const ACTS: readonly Act[] = [
  { points: /commit:retry:/, do: async (client) => void (await client.retry({ dead: true })) },
  { points: /commit:cancel:/, do: async (client) => void (await client.cancel(await processed(client))) },
  {
    points: /commit:askUndo:/,
    async do(client) {
      // Superseded ones have written nothing.
      for (const id of await processed(client, 'cancelled')) await client.undo({ id });
    },
  },
  {
    points: /commit:queueFile:/,
    async do(client, world) {
      const known = [...world.files.values()].filter(({ now }) => now !== null).map(({ path }) => path);
      if (known.length > 0) await client.run({ rule: 'copy', paths: known.slice(0, 1), again: false });
    },
  },
  {
    points: /commit:(?:pause|resume|replaceThoughts):/,
    async do(client, world) {
      await client.pause(null);
      world.change(6);
      world.editRule();
      // The edit is in force, and what waits is under its older version no more.
      for await (const event of await client.events({ tokens: false })) if (event.type === 'reloaded') break;
      await client.resume(null);
    },
  },
  {
    points: /commit:giveBack:/,
    async do(_, world) {
      world.server.misbehave = (_prompt, response) => {
        world.server.misbehave = null;
        response.destroy();
        return true;
      };
      world.change(3);
    },
  },
  { points: /commit:(?:heartbeat|hasOutdated|expireProposals):/, swaps: ['short leases'], do: nothing },
];

export function actFor(point: string): Act | undefined {
  return ACTS.find(({ points }) => points.test(point));
}

async function processed(client: Client, state: 'done' | 'cancelled' = 'done'): Promise<string[]> {
  return (await client.thoughts({ state, limit: 3 })).items.map(({ id }) => id);
}
