import * as z from 'zod';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 365 * 86_400_000;

/** A duration as written by people: `500ms`, `3s`, `5m`, `2h`, `7d`. Parses to whole milliseconds, at most 365 days. */
export const duration = z
  .string()
  .regex(/^\d{1,20}(\.\d{1,20})?(ms|s|m|h|d)$/, 'not a duration')
  .meta({ title: 'a number and a unit: 500ms, 3s, 5m, 2h or 7d; at most 365d' })
  // The database keeps instants as whole milliseconds, and refuses a fraction.
  .transform((text) => Math.round(Number.parseFloat(text) * (UNIT_MS[text.replace(/^[\d.]+/, '')] ?? 1)))
  .pipe(z.number().max(LONGEST_MS, 'longer than 365 days'));

/** A duration as {@link duration} reads it, in the largest unit that it is a whole number of: `90m`, `2h`, `1500ms`. */
export function durationText(ms: number): string {
  const units = ['d', 'h', 'm', 's', 'ms'];
  const unit = units.find((each) => ms >= (UNIT_MS[each] ?? 1) && ms % (UNIT_MS[each] ?? 1) === 0) ?? 'ms';
  return ms === 0 ? '0s' : `${ms / (UNIT_MS[unit] ?? 1)}${unit}`;
}

/** How often a rule may think: `30/h`. Parses to a count and the milliseconds it is for. */
export const rate = z
  .string()
  .regex(/^\d{1,6}\/[smhd]$/, 'not a rate')
  .meta({ title: 'a number, / and a unit: 1/s, 10/m, 30/h or 100/d' })
  .transform((text) => {
    const [count = '', unit = ''] = text.split('/');
    return { count: Number(count), perMs: UNIT_MS[unit] ?? 0 };
  })
  .refine(({ count }) => count > 0, 'never: pause the rule instead');
