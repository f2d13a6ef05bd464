import type { VitalsSample } from '../../contract/vitals-view.ts';
import { statement, type Transaction } from '../statement.ts';
import { MOST_KEYS, packHour, packValues, rollUp, unpackValues } from '../vitals-pack.ts';

const selectKeys = statement<Record<string, never>, { id: number; key: string }>(
  `SELECT id, key FROM vitals_keys`,
);
const insertKey = statement<{ key: string }>(`INSERT INTO vitals_keys (key) VALUES (:key)`);
const insertSample = statement<{ at: number; packed: Uint8Array }>(
  `INSERT INTO vitals (at, packed) VALUES (:at, :packed) ON CONFLICT (at) DO NOTHING`,
);

/** Keeps a sample; the same instant again is the same sample. */
export async function keepSample(tx: Transaction, { at, values }: VitalsSample): Promise<void> {
  const ids = new Map((await tx.all(selectKeys, {})).map(({ id, key }) => [key, id]));
  const packed: { key: number; value: number }[] = [];
  for (const [key, value] of Object.entries(values)) {
    const id = ids.get(key) ?? (await tx.insert(insertKey, { key }));
    if (id !== null && id <= MOST_KEYS) packed.push({ key: id, value });
  }
  await tx.run(insertSample, { at: Math.round(at), packed: packValues(packed) });
}

const HOUR_MS = 3_600_000;
/** Hours that one operation makes: some milliseconds of the writer. */
const MOST_HOURS = 48;

/** Hours to come were summed up while the clock was wrong: they say nothing of those before. */
const nextHours = statement<{ before: number; most: number }, { hour: number }>(
  `SELECT DISTINCT at / ${HOUR_MS} AS hour FROM vitals
   WHERE at >= (SELECT coalesce(max(at), -${HOUR_MS}) + ${HOUR_MS} FROM vitals_hours WHERE at < :before)
     AND at < :before
   ORDER BY hour LIMIT :most`,
);
const samplesOf = statement<{ from: number; to: number }, { packed: Uint8Array }>(
  `SELECT packed FROM vitals WHERE at >= :from AND at < :to`,
);
const insertHour = statement<{ at: number; packed: Uint8Array }>(
  `INSERT INTO vitals_hours (at, packed) VALUES (:at, :packed) ON CONFLICT (at) DO NOTHING`,
);

/** Sums up hours that are over; how many. Fewer than {@link MOST_HOURS} = there are no more. */
export async function rollUpVitals(tx: Transaction, { now }: { now: number }): Promise<{ more: boolean }> {
  const before = Math.floor(now / HOUR_MS) * HOUR_MS;
  const hours = await tx.all(nextHours, { before, most: MOST_HOURS });
  for (const { hour } of hours) {
    const from = hour * HOUR_MS;
    const samples = await tx.all(samplesOf, { from, to: from + HOUR_MS });
    await tx.run(insertHour, {
      at: from,
      packed: packHour(rollUp(samples.map(({ packed }) => unpackValues(packed)))),
    });
  }
  return { more: hours.length === MOST_HOURS };
}

/** Rows that go in one operation. */
const MOST_DROPPED = 2000;

const dropSamples = statement<{ before: number; most: number }>(
  `DELETE FROM vitals WHERE at IN (
     SELECT at FROM vitals
     WHERE at < :before
       AND at < (SELECT coalesce(max(at), -${HOUR_MS}) + ${HOUR_MS} FROM vitals_hours WHERE at < :before)
     ORDER BY at LIMIT :most)`,
);
const dropHours = statement<{ before: number; most: number }>(
  `DELETE FROM vitals_hours WHERE at IN (SELECT at FROM vitals_hours WHERE at < :before ORDER BY at LIMIT :most)`,
);

/** Removes samples and hours of before (epoch ms); samples only once their hour is summed up. */
export async function dropVitals(
  tx: Transaction,
  { before, hoursBefore }: { before: number; hoursBefore: number },
): Promise<{ dropped: number; more: boolean }> {
  const samples = await tx.run(dropSamples, { before, most: MOST_DROPPED });
  const hours = await tx.run(dropHours, { before: hoursBefore, most: MOST_DROPPED });
  return { dropped: samples + hours, more: samples === MOST_DROPPED || hours === MOST_DROPPED };
}
