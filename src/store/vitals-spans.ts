import type { VitalsSeries } from '../contract/vitals-view.ts';
import type { PackedHour } from './vitals-pack.ts';

/** Gathers values of many keys into equal spans of time, so that a year is as short as an hour. */
export interface Spans {
  add(at: number, value: PackedHour): void;
  series(nameOf: (key: number) => string | undefined): VitalsSeries[];
}

interface Gathered {
  sums: Float64Array;
  counts: Float64Array;
  least: number;
  most: number;
  sum: number;
  count: number;
  last: { at: number; value: number };
}

/** `from` and `to`: epoch milliseconds. */
export function createSpans(from: number, to: number, count: number): Spans {
  const found = new Map<number, Gathered>();
  const length = Math.max(1, to - from);

  function of(key: number): Gathered {
    let gathered = found.get(key);
    if (gathered === undefined) {
      gathered = {
        ...{ sums: new Float64Array(count), counts: new Float64Array(count), sum: 0, count: 0 },
        ...{ least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY },
        last: { at: Number.NEGATIVE_INFINITY, value: 0 },
      };
      found.set(key, gathered);
    }
    return gathered;
  }

  return {
    add(at, { key, least, average, most, count: weight }) {
      if (at < from || at > to) return;
      const gathered = of(key);
      const span = Math.min(count - 1, Math.floor(((at - from) / length) * count));
      gathered.sums[span] = (gathered.sums[span] ?? 0) + average * weight;
      gathered.counts[span] = (gathered.counts[span] ?? 0) + weight;
      gathered.sum += average * weight;
      gathered.count += weight;
      gathered.least = Math.min(gathered.least, least);
      gathered.most = Math.max(gathered.most, most);
      if (at >= gathered.last.at) gathered.last = { at, value: average };
    },
    series: (nameOf) =>
      [...found].flatMap(([key, { sums, counts, least, most, sum, count: all, last }]) => {
        const name = nameOf(key);
        if (name === undefined) return [];
        const values = Array.from(counts, (weight, span) =>
          weight === 0 ? null : round((sums[span] ?? 0) / weight),
        );
        const figures = { now: round(last.value), least: round(least), average: round(sum / all) };
        return [{ key: name, ...figures, most: round(most), values }];
      }),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
