import type uPlot from 'uplot';
import { type Chart, figure } from './charts.ts';

/** Colours of a chart, as the page has them just now. */
export interface Ink {
  lines: readonly string[];
  grid: string;
  words: string;
  font: string;
}

const CHART_HEIGHT = 168;

/** How uPlot is to draw a chart. Gaps stay gaps; all charts of a page have one crosshair. */
export function plotOptions(chart: Chart, ink: Ink, width: number): uPlot.Options {
  const axis = {
    stroke: ink.words,
    font: ink.font,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { show: false },
  };
  const top = Math.max(0, ...chart.lines.map(({ most }) => most));
  return {
    ...{ width, height: CHART_HEIGHT },
    // A time beneath the right edge has room for its half: `26 Nov` is the widest.
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'machine' }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: chart.bounded ? [0, 100] : [0, roomFor(top)] } },
    axes: [
      { ...axis, size: 28, space: 72, values: timeTicks },
      { ...axis, size: 52, space: 32, values: (_, ticks) => ticks.map((tick) => tickText(tick, chart.unit)) },
    ],
    series: [
      {},
      ...chart.lines.map(({ label }, at) => {
        const stroke = ink.lines[at % ink.lines.length] ?? ink.words;
        return {
          ...{ label, stroke, width: 1.5, spanGaps: false },
          ...(chart.lines.length === 1 ? { fill: `${stroke}1f` } : {}),
          points: {
            show: true,
            size: 3,
            fill: stroke,
            filter: (plot: uPlot, of: number) => lonely(plot.data[of] ?? []),
          },
          value: (_: uPlot, value: number | null) => figure(value, chart.unit),
        };
      }),
    ],
  };
}

/** Values that no line leads to or from: without a point they would not be seen. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const has = (at: number) => values[at] !== null && values[at] !== undefined;
  return Array.from(values, (_, at) => at).filter((at) => has(at) && !has(at - 1) && !has(at + 1));
}

/** Room above the highest value, to a round number, so that the scale does not tremble. */
export function roomFor(most: number): number {
  if (most <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(most));
  return Math.ceil((most * 1.1) / step) * step;
}

function tickText(value: number, unit: string): string {
  const text = String(Number(value.toPrecision(3)));
  return unit === '%' ? `${text} %` : text;
}

const two = (number: number) => String(number).padStart(2, '0');

/** Hours and minutes; the day where it begins. */
function timeTicks(_: unknown, ticks: readonly number[]): string[] {
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
    return isMidnight
      ? at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
      : `${two(at.getHours())}:${two(at.getMinutes())}`;
  });
}
