import type { MetricName } from './catalogue.ts';

/** One value of a metric; the labels in the order of the catalogue. */
export interface Sample {
  metric: MetricName;
  labels: readonly string[];
  value: number;
}

/** What was observed of one histogram with one set of labels. */
export interface Distribution {
  metric: MetricName;
  labels: readonly string[];
  /** How many were at most each of the buckets' bounds, one more for all that came. */
  counts: readonly number[];
  sum: number;
}
