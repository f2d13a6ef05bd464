import * as z from 'zod';

/** What a model is able to; what is absent, its server does not tell. */
export const abilities = z
  .object({
    context: z
      .number()
      .exactOptional()
      .describe('Tokens that one call has room for as it is loaded, prompt and answer together.'),
    vision: z.boolean().exactOptional().describe('It sees pictures.'),
    tools: z.boolean().exactOptional().describe('It was trained to call tools.'),
  })
  .meta({ id: 'Abilities' });
export type Abilities = z.output<typeof abilities>;

/** A provider's health; everything but `online` is a hold. `broken`: it lists its models, and its calls fail. */
export const PROVIDER_STATES = ['online', 'loading', 'overloaded', 'broken', 'offline', 'unknown'] as const;
export type ProviderState = (typeof PROVIDER_STATES)[number];

export const providerHealth = z.object({
  state: z.enum(PROVIDER_STATES),
  reason: z.string().describe('Why it is held, for people; empty when online.'),
  models: z.array(z.string()).describe('Ids of the models it offers, as its own body said.'),
  loaded: z.string().nullable().describe('The chat model that is loaded, where the server tells.'),
  abilities: z
    .record(z.string(), abilities)
    .readonly()
    .exactOptional()
    .describe(
      'What models are able to, by the name that rules use (`local-model` among them), as far as the server tells.',
    ),
  noneLoaded: z
    .literal(true)
    .exactOptional()
    .describe(
      'With `loading`: it lists models and has loaded none; those that are asked for by name, it loads.',
    ),
  slots: z
    .number()
    .exactOptional()
    .describe('Calls that the server takes at once; absent where it does not tell.'),
  missing: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('Models that it offers no longer, or never did, though others: its calls of them said so.'),
  checkedAt: z
    .number()
    .nullable()
    .describe('Epoch milliseconds of the last probe or call; null before the first.'),
  retryAt: z
    .number()
    .exactOptional()
    .describe('With `overloaded`: epoch milliseconds before which it asked not to be called again.'),
});
export type ProviderHealth = z.output<typeof providerHealth>;
