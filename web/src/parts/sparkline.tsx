const WIDTH = 120;
const HEIGHT = 28;

/** The course of a value; null where nothing was measured. `most` is the top of the scale, if it has one. */
export function Sparkline({
  values,
  label,
  most,
}: {
  values: readonly (number | null)[];
  label: string;
  most?: number;
}) {
  const top = most ?? Math.max(1e-9, ...values.map((value) => value ?? 0)) * 1.15;
  const step = WIDTH / Math.max(1, values.length - 1);
  const lines = runsOf(values).map((run) =>
    run.map(([at, value]) => `${(at * step).toFixed(1)},${heightOf(value, top)}`).join(' '),
  );
  if (lines.length === 0) return null;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {lines.map((points) => (
        <polyline key={points} points={points} />
      ))}
    </svg>
  );
}

function heightOf(value: number, top: number): string {
  return (HEIGHT - 1.5 - (Math.min(value, top) / top) * (HEIGHT - 3)).toFixed(1);
}

/** Values that follow each other without a gap, with their places. */
function runsOf(values: readonly (number | null)[]): [number, number][][] {
  const runs: [number, number][][] = [[]];
  for (const [at, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([at, value]);
  }
  return runs.filter((run) => run.length > 1);
}
