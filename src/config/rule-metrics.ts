import { PROCESS_METRICS } from '../contract/process.ts';
import { VITALS_METRICS } from '../contract/vitals.ts';
import { isMap, type KeyPath, listAt, valueAt } from './key-path.ts';
import { nearest } from './nearest.ts';
import type { Reading } from './rule-reading.ts';

/** Reports metrics that do not exist, and `of` with those of which there is only one. */
export function checkMetrics(reading: Reading): void {
  const vitals = VITALS_METRICS.map(({ name, of }) => ({ name, of }));
  const processes = PROCESS_METRICS.map(({ name }) => ({ name, of: '' }));
  checkCondition(reading, ['on', 'vitals', 'when'], vitals);
  checkCondition(reading, ['on', 'process', 'when'], processes);
}

interface Known {
  name: string;
  of: string;
}

function checkCondition(reading: Reading, key: KeyPath, known: readonly Known[]): void {
  const { source, report } = reading;
  const condition = valueAt(source.value, key);
  if (!isMap(condition)) return;
  for (const list of ['all', 'any'])
    listAt(condition, [list]).forEach((_, index) => {
      checkCondition(reading, [...key, list, index], known);
    });
  const { metric, of } = condition;
  if (typeof metric !== 'string') return;
  const found = known.find(({ name }) => name === metric);
  if (found === undefined) {
    const names = known.map(({ name }) => name);
    report.at(source, [...key, 'metric'], metric, {
      message: 'no such metric',
      allowed: names.join(', '),
      nearest: nearest(metric, names),
    });
  } else if (of !== undefined && found.of === '') {
    report.at(source, [...key, 'of'], of, {
      message: `${metric} is one number: it is not of anything`,
      allowed: 'no of',
    });
  }
}
