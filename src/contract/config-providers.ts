import * as z from 'zod';
import { seconds, url } from './config-url.ts';

const tokens = z.int().min(1).max(1_000_000_000);
const money = z.number().min(0).max(1_000_000);

const connection = {
  timeout: seconds(300).default(30).describe('Seconds of silence allowed after the first token.'),
  first_token_timeout: seconds(3600)
    .default(300)
    .describe('Seconds until the first token: reading a long prompt is slow on a laptop.'),
  headers_timeout: seconds(3600)
    .default(300)
    .describe('Seconds until the server begins to respond; many do so with the first token only.'),
  total_timeout: seconds(86_400)
    .optional()
    .describe('Seconds that one call may take in all; omitted: any time, as long as tokens come.'),
  max_retries: z.int().min(0).max(10).default(3).describe('Extra attempts per thought.'),
  slots: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Calls at once; omitted: as many as the server says it has slots, else 1.'),
};

const load = z
  .strictObject({
    context_length: z.int().min(256).max(10_000_000).optional().describe('Tokens of context.'),
    flash_attention: z.boolean().optional().describe('Whether attention is computed with less memory.'),
    parallel: z.int().min(1).max(64).optional().describe('Calls that the model takes at once.'),
  })
  .prefault({})
  .describe('How a model is loaded that a rule names and that is not loaded; omitted: as LM Studio would.');

/** What a provider that is not on this machine or its network may cost. */
const cost = {
  prices: z
    .strictObject({
      input: money.describe('Per million tokens read.'),
      output: money.describe('Per million tokens written.'),
    })
    .optional()
    .describe('What it charges, in one currency of yours; needed for caps of money.'),
  budget: z
    .strictObject({
      tokens_per_day: tokens.default(500_000).describe('Read and written, of all thoughts of a day.'),
      tokens_per_thought: tokens.default(100_000).describe('The same of one thought, all attempts together.'),
      money_per_day: money.optional().describe('In the currency of `prices`.'),
      money_per_thought: money.optional().describe('In the currency of `prices`.'),
    })
    .prefault({})
    .describe('Caps, counted only where prompts leave this machine and its network.'),
};

const apiKey = z.string().optional().describe('Secret: only from the environment or `.env`.');
const localModel = z
  .string()
  .min(1)
  .default('local-model')
  .describe('`local-model` is the chat model that is loaded; none loaded: its thoughts are held.');

/** LM Studio, which every configuration has. */
export const lmStudio = z.strictObject({
  base_url: url.default('http://localhost:1234/v1').describe('Its OpenAI-compatible API.'),
  api_key: z
    .string()
    .default('lm-studio')
    .describe('Secret: only from the environment or `.env`, unless it is the default.'),
  model: localModel,
  load,
  ...connection,
});

/** One more provider. */
export const provider = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('openai-compatible')
      .describe('What it speaks: LM Studio, llama-server, vLLM and most others.'),
    base_url: url.describe('Its OpenAI-compatible API, usually ending in `/v1`.'),
    api_key: apiKey,
    model: localModel,
    load,
    context_length: z
      .int()
      .min(256)
      .max(10_000_000)
      .optional()
      .describe('Tokens of context that its models have, where the server does not tell.'),
    vision: z
      .boolean()
      .optional()
      .describe('Whether its models see pictures, where the server does not tell.'),
    ...connection,
    ...cost,
  }),
  z.strictObject({
    type: z.literal('ollama').describe('Ollama, by its own API.'),
    base_url: url.default('http://127.0.0.1:11434').describe('Where it listens.'),
    api_key: apiKey,
    model: localModel,
    context_length: z
      .int()
      .min(256)
      .max(10_000_000)
      .optional()
      .describe('Tokens of context that its models are loaded with; omitted: its own choice, often 4096.'),
    ...connection,
    ...cost,
  }),
  z.strictObject({
    type: z.literal('anthropic').describe("Claude, by Anthropic's Messages API."),
    base_url: url.default('https://api.anthropic.com').describe('Where it is.'),
    api_key: z
      .string()
      .optional()
      .describe('Secret: only from the environment or `.env`; omitted: ANTHROPIC_API_KEY from there.'),
    model: z.string().min(1).describe('The model that `local-model` means for it.'),
    ...connection,
    ...cost,
  }),
]);

/** One provider's settings, of whatever type. */
export type ProviderSettings = z.output<typeof provider>;
