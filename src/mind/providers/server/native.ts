import type { Abilities } from '../../../contract/provider-health.ts';
import type { Ask, Said } from './ask.ts';
import type { Offer } from './offer.ts';

/** What a kind of server has beside OpenAI's API. */
export interface Native {
  /**
   * What it offers by its own account, on top of what its list of models said; null where the body is none of such a
   * server. `root`: the path before its own API.
   */
  offer(ask: Ask, root: string, listed: Offer): Promise<Offer | null>;
  /** Tokens of a text; null where the answer is none. */
  countTokens?(ask: Ask, root: string, text: string, model: string): Promise<number | null>;
  /** Orders to load and unload a model: the question to put, and whether the answer says that it is done. */
  load?(ask: Ask, root: string, model: string, settings: LoadSettings): Promise<Said>;
  unload?(ask: Ask, root: string, model: string): Promise<Said>;
}

/** How a model is to be loaded; what is absent is the server's own choice. */
export interface LoadSettings {
  context_length?: number;
  flash_attention?: boolean;
  parallel?: number;
}

/** One ability more of a model. */
export function withAbility(offer: Offer, model: string, more: Abilities): Offer {
  return { ...offer, abilities: { ...offer.abilities, [model]: { ...offer.abilities[model], ...more } } };
}
