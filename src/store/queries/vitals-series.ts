import type { VitalsView } from '../../contract/vitals-view.ts';
import { statement, type Transaction } from '../statement.ts';
import { unpackHour, unpackValues } from '../vitals-pack.ts';
import { createSpans } from '../vitals-spans.ts';

export interface VitalsQuery {
  /** Epoch milliseconds. */
  from: number;
  to: number;
  /** Into how many spans of time the values are gathered. */
  spans: number;
}

type Range = { from: number; to: number };
type Packed = { at: number; packed: Uint8Array };

const selectKeys = statement<Record<string, never>, { id: number; key: string }>(
  `SELECT id, key FROM vitals_keys`,
);
const oldestSample = statement<Record<string, never>, { at: number | null }>(
  `SELECT min(at) AS at FROM vitals`,
);
const samplesIn = statement<Range, Packed>(
  `SELECT at, packed FROM vitals WHERE at >= :from AND at <= :to ORDER BY at`,
);
const hoursIn = statement<Range, Packed>(
  `SELECT at, packed FROM vitals_hours WHERE at >= :from AND at < :to ORDER BY at`,
);

/** Every series in a time, from samples as far as they go back, and from hours before that. */
export async function vitalsSeries(tx: Transaction, { from, to, spans }: VitalsQuery): Promise<VitalsView> {
  const names = new Map((await tx.all(selectKeys, {})).map(({ id, key }) => [id, key]));
  const oldest = (await tx.one(oldestSample, {}))?.at ?? to;
  const gathered = createSpans(from, to, spans);
  for (const { at, packed } of await tx.all(hoursIn, { from, to: Math.min(to, oldest) }))
    for (const hour of unpackHour(packed)) gathered.add(at, hour);
  for (const { at, packed } of await tx.all(samplesIn, { from, to }))
    for (const { key, value } of unpackValues(packed))
      gathered.add(at, { key, least: value, average: value, most: value, count: 1 });
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    series: gathered.series((key) => names.get(key)).sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}
