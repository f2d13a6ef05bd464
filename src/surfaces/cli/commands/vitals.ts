import { CodedError } from '../../../base/errors.ts';
import { type Metric, metricOf } from '../../../contract/vitals.ts';
import type { VitalsSample, VitalsView } from '../../../contract/vitals-view.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { clockTime } from '../phrases.ts';
import { parseSince } from '../since.ts';
import { sparkline } from '../sparkline.ts';
import { printTable } from '../table.ts';

const DEFAULT_SINCE = '24h';
/** Columns that the figures beside a line take. */
const FIGURES_WIDTH = 62;
const SPANS = { least: 10, most: 60 } as const;

export const command: Command = {
  name: 'vitals',
  arguments: [],
  options: [
    {
      flags: '--since <time>',
      summary: `from then on: 2h, 7d, 2026-11-22T08:00 (default: ${DEFAULT_SINCE})`,
    },
    { flags: '--now', summary: 'measure once, without asking the daemon' },
  ],
  examples: [
    { line: 'consciousness vitals', does: 'The last day; without a daemon, only how it is just now.' },
    { line: 'consciousness vitals --since 30d', does: 'What is older than a week is by the hour.' },
    {
      line: "consciousness vitals --json | jq '.series[] | {key, now, most}'",
      does: 'For a program; the keys are those that conditions of rules name.',
    },
  ],
  exitCodes: { 0: 'shown' },
  json: '{ "from", "to", "series": { "key", "now", "least", "average", "most", "values": (number | null)[] }[] }',
  async run(context, _args, options) {
    const from = parseSince(textOption(options, 'since') ?? DEFAULT_SINCE, context.clock.now());
    const width = Math.min(SPANS.most, Math.max(SPANS.least, context.out.columns - FIGURES_WIDTH));
    const series = options['now'] === true ? null : await kept(context, from, width);
    const view = series ?? viewOf(await context.lookAtVitals(context.signal));
    if (context.json) context.out.json(view);
    else print(context, view, series === null && options['now'] !== true);
    return 0;
  },
};

/** What the daemon has measured; null where none runs, or where it has not measured anything in that time. */
async function kept(context: Context, since: number, spans: number): Promise<VitalsView | null> {
  try {
    const view = await (await context.client()).vitals({ since, spans });
    return view.series.length === 0 ? null : view;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'daemon-not-running') return null;
    throw error;
  }
}

/** One sample as a series of one value. */
function viewOf({ at, values }: VitalsSample): VitalsView {
  const time = new Date(at).toISOString();
  const series = Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({
      ...{ key, now: value, least: value, average: value, most: value, values: [value] },
    }));
  return { from: time, to: time, series };
}

function print({ out }: Context, { from, to, series }: VitalsView, isAlone: boolean): void {
  const isOnce = from === to;
  const figures = isOnce
    ? []
    : ([
        { title: 'LEAST', align: 'right' },
        { title: 'AVERAGE', align: 'right' },
        { title: 'MOST', align: 'right' },
        { title: `${clockTime(from)} TO ${clockTime(to)}`.toUpperCase() },
      ] as const);
  printTable(
    out,
    [{ title: 'METRIC', flexible: true }, { title: 'NOW', align: 'right' }, ...figures],
    series.map(({ key, now, least, average, most, values }) => {
      const metric = metricOf(key);
      const show = (value: number) => figure(value, metric);
      const line = metric?.unit === '%' ? sparkline(values, 0, 100) : sparkline(values);
      const more = isOnce ? [] : [show(least), show(average), show(most), line];
      return [key, show(now), ...more];
    }),
  );
  if (isAlone) out.line(['dim', 'No daemon has measured anything in that time: this is how it is just now.']);
}

function figure(value: number, metric: Metric | null): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : Math.abs(value) < 100 ? 1 : 0;
  const number = Number.isInteger(value) ? String(value) : value.toFixed(digits);
  return metric === null || metric.unit === '' ? number : `${number} ${metric.unit}`;
}
