import type { Provider } from '../../contract/provider.ts';
import { anthropicMessages } from './anthropic/protocol.ts';
import { offerOf } from './openai/models.ts';
import type { Offer } from './server/offer.ts';
import { createServerProvider, type ServerOptions } from './server.ts';

/** Tokens that one call of any of its models has room for; the list does not say it. */
const CONTEXT = 200_000;

/** A provider for Anthropic's Messages API, and for servers that speak it. `model`: the one that `local-model` means. */
export function createAnthropicProvider(options: ServerOptions): Provider {
  return createServerProvider(options, {
    protocol: anthropicMessages,
    native: () => null,
    async list(_root, base, ask, { model }) {
      const said = await ask(`${base}/models`);
      const listed = offerOf(said.value);
      if (listed === null) return { said, offer: null };
      const able = { context: CONTEXT, vision: true, tools: true };
      const models = [...new Set([model, ...listed.chat])];
      const offer: Offer = {
        ...listed,
        loaded: model,
        // A server that tells its own context is asked for no more than that.
        abilities: Object.fromEntries(models.map((each) => [each, { ...able, ...listed.abilities[each] }])),
      };
      return { said, offer };
    },
  });
}
