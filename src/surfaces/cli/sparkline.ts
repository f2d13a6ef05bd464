const BARS = '▁▂▃▄▅▆▇█';
const NOTHING = ' ';

/**
 * Values as a line of bars, oldest first; null = there is none. `lowest` and `highest` bound the scale, so that small
 * changes of a percentage do not look like large ones.
 */
export function sparkline(
  values: readonly (number | null)[],
  lowest = Math.min(...known(values)),
  highest = Math.max(...known(values)),
): string {
  const range = highest - lowest;
  return values
    .map((value) => {
      if (value === null) return NOTHING;
      const share = range > 0 ? (value - lowest) / range : 0;
      const bar = Math.floor(share * BARS.length);
      return BARS[Math.min(BARS.length - 1, Math.max(0, bar))] ?? NOTHING;
    })
    .join('');
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
