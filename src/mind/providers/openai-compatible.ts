import type { Provider } from '../../contract/provider.ts';
import { llamaServer } from './openai/llama-server.ts';
import { lmStudio } from './openai/lmstudio.ts';
import { offerOf } from './openai/models.ts';
import { openAi } from './openai/protocol.ts';
import type { Native } from './server/native.ts';
import { createServerProvider, type ServerOptions } from './server.ts';

/**
 * A provider for LM Studio, llama-server, vLLM and everything else that speaks OpenAI's chat completions. Which of
 * them it is, is told by the bodies of its answers.
 */
export function createOpenAICompatibleProvider(options: ServerOptions): Provider {
  let native: Native | null = null;
  return createServerProvider(options, {
    protocol: openAi,
    native: () => native,
    async list(root, base, ask) {
      const said = await ask(`${base}/models`);
      const listed = offerOf(said.value);
      if (listed === null) return { said, offer: null };
      for (const kind of native === null ? KINDS : [native, ...KINDS.filter((each) => each !== native)]) {
        const offer = await kind.offer(ask, root, listed);
        if (offer === null) continue;
        native = kind;
        return { said, offer };
      }
      native = null;
      return { said, offer: listed };
    },
    embeddings: {
      path: '/embeddings',
      // Always said, since a default of base64 has come back as numbers and the other way round.
      body: (input, model) => ({ model, input, encoding_format: 'float' }),
    },
  });
}

const KINDS: readonly Native[] = [lmStudio, llamaServer];
