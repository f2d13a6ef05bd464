import type { VitalsSample } from '../../contract/vitals-view.ts';

/** Looks at the machine as a whole. */
export interface VitalsReader {
  /** Rates (processor, disks, network) are over the time since the sample before, and absent from the first. */
  sample(): Promise<VitalsSample>;
}

/** Values as they are kept: four decimals are finer than any of them is measured. */
export function sampleOf(at: number, values: Readonly<Record<string, number>>): VitalsSample {
  const rounded: Record<string, number> = {};
  for (const [key, value] of Object.entries(values))
    if (Number.isFinite(value)) rounded[key] = Math.round(value * 1e4) / 1e4;
  return { at, values: rounded };
}
