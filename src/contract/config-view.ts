import * as z from 'zod';

/** `config show`: the configuration in force. */
export const configView = z
  .object({
    values: z
      .record(z.string(), z.unknown())
      .describe('As in config.yaml, defaults included; secrets are masked.'),
    sources: z
      .record(z.string(), z.string())
      .describe('Where each value comes from, by its dotted key: a file and line, a variable, the defaults.'),
  })
  .meta({ id: 'ConfigView' });
export type ConfigView = z.output<typeof configView>;
