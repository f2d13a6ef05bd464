import type { Abilities } from '../../../contract/provider-health.ts';

/** What a server offers. */
export interface Offer {
  /** Chat models, by id. */
  chat: string[];
  /** Models for embeddings. */
  embedding: string[];
  /** The chat model that is loaded, or would be by asking for it; null = none. */
  loaded: string | null;
  /** Of these models it is known that asking for one would load it first. */
  unloaded: string[];
  /** By id. */
  abilities: Record<string, Abilities>;
  /** Calls it takes at once; null where it does not say. */
  slots: number | null;
}

export const NO_OFFER: Offer = {
  chat: [],
  embedding: [],
  loaded: null,
  unloaded: [],
  abilities: {},
  slots: null,
};
