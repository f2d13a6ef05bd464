/**
 * Whose calls were under way when a server went away. A thought that does it every time is found out: the server has
 * gone away so often in a row, and never without that thought's call. One time without it, and it is cleared.
 */
export interface Suspects {
  /** Calls that were under way when it went away this time. */
  readonly now: ReadonlySet<string>;
  /** The same of the time before, with how often in a row. */
  readonly before: ReadonlyMap<string, number>;
}

/** Times in a row that a server may go away under one thought's call before the thought is given up. */
export const STRIKE_LIMIT = 5;

export const NO_SUSPECTS: Suspects = { now: new Set(), before: new Map() };

/** The server went away under this thought's call. */
export function accused({ now, before }: Suspects, thought: string): Suspects {
  return { now: new Set([...now, thought]), before };
}

/** How often in a row the server went away under this thought's call. */
export function strikesOf({ now, before }: Suspects, thought: string): number {
  return (before.get(thought) ?? 0) + (now.has(thought) ? 1 : 0);
}

/** The server is back: only whose call was under way stays suspected. */
export function returned(suspects: Suspects): Suspects {
  const before = Array.from(suspects.now, (thought): [string, number] => [
    thought,
    strikesOf(suspects, thought),
  ]);
  return { now: new Set(), before: new Map(before) };
}

/** The thought was answered, or given up: it is no suspect any more. */
export function cleared({ now, before }: Suspects, thought: string): Suspects {
  if (!now.has(thought) && !before.has(thought)) return { now, before };
  const without = (other: string) => other !== thought;
  return {
    now: new Set([...now].filter(without)),
    before: new Map([...before].filter(([other]) => without(other))),
  };
}
