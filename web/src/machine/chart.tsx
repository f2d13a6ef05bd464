import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { useWidth } from '../diff/use-width.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { shownTheme } from '../theme.ts';
import { type Chart, figure } from './charts.ts';
import { INKS, inkOf } from './ink.ts';
import { plotOptions } from './plot.ts';

/** A chart with what its lines are, how they stand now, and, beneath the crosshair, how they stood. */
export function ChartPanel({ chart, times }: { chart: Chart; times: readonly number[] }) {
  const [place, width] = useWidth();
  const canvas = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = shownTheme.value;
  const [at, setAt] = useState<number | null>(null);
  const shape = [chart.title, chart.unit, ...chart.lines.map(({ key }) => key)].join('\n');

  useLayoutEffect(() => {
    if (canvas.current === null || width === 0) return;
    const options = plotOptions(chart, inkOf(canvas.current), width);
    const drawn = new uPlot(
      { ...options, hooks: { setCursor: [({ cursor }) => setAt(cursor.idx ?? null)] } },
      dataOf(chart, times),
      canvas.current,
    );
    plot.current = drawn;
    return () => {
      plot.current = null;
      drawn.destroy();
    };
    // Made anew for other lines, another width and other colours; new values are only set.
  }, [shape, width, theme]);

  useEffect(() => plot.current?.setData(dataOf(chart, times)), [chart, times]);

  const when = at === null ? null : times[at];
  return (
    <figure class="chart" ref={place}>
      <figcaption class="chart-head">
        <h3>{chart.title}</h3>
        <span class="chart-when">{when === undefined || when === null ? 'now' : timeOf(when)}</span>
      </figcaption>
      <ul class="chart-lines">
        {chart.lines.map((line, index) => (
          <li key={line.key}>
            <span class={`chart-ink ink-${index % INKS}`} aria-hidden="true" />
            <span class="chart-label" title={visibleWords(line.label)}>
              <VisibleText text={line.label} />
            </span>
            <span class="chart-value">
              {figure(at === null ? line.now : (line.values[at] ?? null), chart.unit)}
            </span>
          </li>
        ))}
        {chart.more > 0 && <li class="dim">and {chart.more} more</li>}
      </ul>
      <div class="chart-plot" ref={canvas} role="img" aria-label={wordsOf(chart)} />
    </figure>
  );
}

function dataOf({ lines }: Chart, times: readonly number[]): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

/** A chart in words, for who does not see it. */
function wordsOf({ title, unit, lines }: Chart): string {
  const each = lines.map(
    ({ label, now, most }) => `${label} now ${figure(now, unit)}, at most ${figure(most, unit)}`,
  );
  return visibleWords(`${title}: ${each.join('; ')}`);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString('en-GB', {
    ...{ weekday: 'short', hour: '2-digit', minute: '2-digit' },
  });
}
