import type { Provider } from '../../contract/provider.ts';
import type { Abilities } from '../../contract/provider-health.ts';
import { ollamaOffer } from './ollama/offer.ts';
import { ollamaChat } from './ollama/protocol.ts';
import { withAbility } from './server/native.ts';
import { createServerProvider, type ServerOptions } from './server.ts';

/** A provider for Ollama's own API. `contextLength`: what every model is loaded with; absent = the server's choice. */
export function createOllamaProvider(options: ServerOptions & { contextLength?: number }): Provider {
  const { contextLength } = options;
  const shown = new Map<string, Abilities>();
  return createServerProvider(options, {
    protocol: ollamaChat(() => contextLength),
    native: () => null,
    async list(root, _base, ask) {
      const { said, offer } = await ollamaOffer(ask, root, shown);
      if (offer === null || contextLength === undefined) return { said, offer };
      // It is said with every call, so it holds whatever the model is loaded with now.
      const context = contextLength;
      return { said, offer: offer.chat.reduce((all, model) => withAbility(all, model, { context }), offer) };
    },
    embeddings: { path: '/api/embed', body: (input, model) => ({ model, input, truncate: false }) },
  });
}
