import type { ConfigValues } from '../contract/config.ts';
import { durationText } from '../contract/duration.ts';
import { masked } from './secret.ts';

/** The values in force as config.yaml would have them: durations as they are written there, secrets masked. */
export function shownValues(values: ConfigValues): Record<string, unknown> {
  const written = { ...values, vitals: { every: durationText(values.vitals.every) } };
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, masked([key], value)]));
}
