import * as z from 'zod';

export const vitalsSeries = z
  .object({
    key: z.string().describe('A metric and what it is of: `disk.percent /home`.'),
    now: z.number().describe('The last value.'),
    least: z.number(),
    average: z.number(),
    most: z.number(),
    values: z
      .array(z.number().nullable())
      .describe('The average of each span, the oldest first; null where nothing was measured.'),
  })
  .meta({ id: 'VitalsSeries' });
export type VitalsSeries = z.output<typeof vitalsSeries>;

/** `vitals`: what was measured in a time, gathered into equal spans. */
export const vitalsView = z
  .object({
    from: z.string(),
    to: z.string(),
    series: z.array(vitalsSeries).describe('In the order of their keys.'),
  })
  .meta({ id: 'VitalsView' });
export type VitalsView = z.output<typeof vitalsView>;

/** One measurement of everything that this machine can read. */
export const vitalsSample = z
  .object({
    at: z.number().describe('Epoch milliseconds.'),
    values: z.record(z.string(), z.number()).describe('By metric and what it is of: `disk.percent /home`.'),
  })
  .meta({ id: 'VitalsSample' });
export type VitalsSample = z.output<typeof vitalsSample>;
