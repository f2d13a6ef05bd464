import { metricOf, partsOf } from '../../../src/contract/vitals.ts';
import type { VitalsSeries, VitalsView } from '../../../src/contract/vitals-view.ts';

/** Metrics that are looked at together, in the order of the page. */
const CHARTS: readonly { title: string; metrics: readonly string[]; bounded?: true }[] = [
  { title: 'Processor', metrics: ['cpu.percent', 'cpu.iowait_percent', 'cpu.steal_percent'], bounded: true },
  { title: 'Memory', metrics: ['memory.percent', 'swap.percent'], bounded: true },
  { title: 'Load', metrics: ['load.1', 'load.5', 'load.15'] },
  { title: 'Disk space', metrics: ['disk.percent'], bounded: true },
  { title: 'Disk traffic', metrics: ['disk.read_mb_s', 'disk.write_mb_s'] },
  { title: 'Network', metrics: ['network.in_mb_s', 'network.out_mb_s'] },
  { title: 'GPU', metrics: ['gpu.percent', 'gpu.memory_percent'], bounded: true },
  { title: 'Temperature', metrics: ['temperature', 'gpu.temperature'] },
  { title: 'Battery', metrics: ['battery.percent'], bounded: true },
];

const NAMES: Record<string, string> = {
  'cpu.percent': 'in use',
  'cpu.iowait_percent': 'waiting for disks',
  'cpu.steal_percent': 'given to others',
  'memory.percent': 'in use',
  'swap.percent': 'swap',
  'load.1': '1 min',
  'load.5': '5 min',
  'load.15': '15 min',
  'disk.percent': '',
  'disk.read_mb_s': 'read',
  'disk.write_mb_s': 'written',
  'network.in_mb_s': 'received',
  'network.out_mb_s': 'sent',
  'gpu.percent': 'in use',
  'gpu.memory_percent': 'memory',
  'gpu.temperature': 'GPU',
  temperature: '',
  'battery.percent': 'charge',
};

/** More lines in one chart are not told apart. */
const MOST_LINES = 5;

export interface Chart {
  title: string;
  unit: string;
  /** Its values are percentages of a whole. */
  bounded: boolean;
  lines: ChartLine[];
  /** Lines that are left out. */
  more: number;
}

export interface ChartLine {
  key: string;
  label: string;
  now: number;
  most: number;
  values: readonly (number | null)[];
}

/** What was measured as charts; those of which nothing was are left out. */
export function chartsOf({ series }: VitalsView): Chart[] {
  return CHARTS.flatMap(({ title, metrics, bounded = false }) => {
    const mine = series.filter(({ key }) => metrics.includes(partsOf(key).metric)).filter(isWorthALine);
    const [first] = mine;
    if (first === undefined) return [];
    // The liveliest come first where there are too many; the order of the others stays as the metrics stand above.
    const shown = [...mine].sort((a, b) => b.most - a.most).slice(0, MOST_LINES);
    const lines = mine
      .filter((each) => shown.includes(each))
      .sort((a, b) => metrics.indexOf(partsOf(a.key).metric) - metrics.indexOf(partsOf(b.key).metric))
      .map((each) => ({
        key: each.key,
        label: labelOf(each.key),
        now: each.now,
        most: each.most,
        values: each.values,
      }));
    return [
      { title, unit: metricOf(first.key)?.unit ?? '', bounded, lines, more: mine.length - lines.length },
    ];
  });
}

/** The middle of each span, epoch seconds. */
export function timesOf({ from, to, series }: VitalsView): number[] {
  const spans = series[0]?.values.length ?? 0;
  const begin = Date.parse(from) / 1000;
  const step = (Date.parse(to) / 1000 - begin) / Math.max(1, spans);
  return Array.from({ length: spans }, (_, at) => begin + step * (at + 0.5));
}

/** What never was anything (time given to other machines, a disk that rests) is no line, but the first of its chart. */
function isWorthALine({ key, most }: VitalsSeries): boolean {
  return (
    most > 0 || !['cpu.iowait_percent', 'cpu.steal_percent', 'swap.percent'].includes(partsOf(key).metric)
  );
}

function labelOf(key: string): string {
  const { metric, of } = partsOf(key);
  return [of, NAMES[metric] ?? metric].filter(Boolean).join(' ');
}

/** A value with its unit, for people: `12 %`, `0.34 MB/s`, `48.2 °C`. */
export function figure(value: number | null, unit: string): string {
  if (value === null) return '–';
  const size = Math.abs(value);
  const digits = Number.isInteger(value) ? 0 : size < 10 ? 2 : size < 100 ? 1 : 0;
  return unit === '' ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
}

/** Ranges that a person may look at; each is asked for in that many spans. */
export const RANGES = [
  { key: '1h', label: '1 h', ms: 3_600_000, spans: 40 },
  { key: '6h', label: '6 h', ms: 6 * 3_600_000, spans: 180 },
  { key: '24h', label: '24 h', ms: 24 * 3_600_000, spans: 240 },
  { key: '7d', label: '7 d', ms: 168 * 3_600_000, spans: 336 },
] as const;
/** The range to begin with: the shortest that holds all that there is of the usual one. */
export function fittingRange({ series }: VitalsView, asked: RangeKey): RangeKey {
  const spans = Math.max(0, ...series.map(({ values }) => values.length));
  const first = Math.min(spans, ...series.map(({ values }) => firstOf(values)));
  const range = RANGES.find(({ key }) => key === asked) ?? RANGES[0];
  const measured = range.ms * (1 - first / Math.max(1, spans));
  return measured === 0 ? asked : (RANGES.find(({ ms }) => ms >= measured)?.key ?? asked);
}

function firstOf(values: readonly (number | null)[]): number {
  const at = values.findIndex((value) => value !== null);
  return at < 0 ? values.length : at;
}

export type RangeKey = (typeof RANGES)[number]['key'];
