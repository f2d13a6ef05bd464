import { createGate, type Gate } from '../base/gate.ts';
import type { Provider } from '../contract/provider.ts';

/**
 * The places of every provider. Whoever calls one has a place until the call ends, so that a server is never asked
 * more at once than it has slots for: neither by thoughts nor by the trial calls that are made between them.
 */
export interface Places {
  /** Resolves with the function that gives the place back. `first`: before all who wait for one. */
  enter(
    provider: Pick<Provider, 'name' | 'slots'>,
    signal: AbortSignal,
    first?: boolean,
  ): Promise<() => void>;
}

export function createPlaces(): Places {
  const gates = new Map<string, Gate>();
  return {
    enter({ name, slots }, signal, first) {
      // A reload that changes the slots begins anew beside the calls under way.
      const key = `${name} ${slots}`;
      const gate = gates.get(key) ?? createGate(slots);
      gates.set(key, gate);
      return gate.enter(signal, first);
    },
  };
}
