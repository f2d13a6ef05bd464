import { createGate, type Gate } from '../base/gate.ts';
import type { Provider } from '../contract/provider.ts';

/** Who goes first: whether the server is well at all, then what a person asked, then everything else. */
export const RANK = { trial: 2, request: 1, usual: 0 } as const;
export type Rank = (typeof RANK)[keyof typeof RANK];

/**
 * The places of every provider. Whoever calls one has a place until the call ends, so that a server is never asked
 * more at once than it has slots for: neither by thoughts nor by the trial calls that are made between them.
 */
export interface Places {
  /** Resolves with the function that gives the place back; who waits with a higher rank goes first. */
  enter(provider: Pick<Provider, 'name' | 'slots'>, signal: AbortSignal, rank?: Rank): Promise<() => void>;
}

export function createPlaces(): Places {
  const slots = new Map<string, number>();
  const gates = new Map<string, Gate>();
  return {
    enter(provider, signal, rank) {
      // As many as it has now: a server or the configuration may say otherwise later.
      slots.set(provider.name, provider.slots);
      const gate = gates.get(provider.name) ?? createGate(() => slots.get(provider.name) ?? 1);
      gates.set(provider.name, gate);
      return gate.enter(signal, rank);
    },
  };
}
