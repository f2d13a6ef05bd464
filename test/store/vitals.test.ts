import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/store.ts';
import { packHour, packValues, rollUp, unpackHour, unpackValues } from '../../src/store/vitals-pack.ts';
import { temporaryStore } from '../support/store.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A whole hour. */
const START = 1_800_000_000_000 - (1_800_000_000_000 % HOUR);

async function keep(store: Store, at: number, values: Record<string, number>): Promise<void> {
  await store.write('perceive', { happenings: [], cursors: [], sample: { at, values }, now: at });
}

async function series(store: Store, from: number, to: number, spans: number) {
  const view = await store.read('vitalsSeries', { from, to, spans });
  return new Map(view.series.map(({ key, ...rest }) => [key, rest]));
}

describe('the vitals in the store', () => {
  it('come back as spans of time, with the last, the least and the most', async (t) => {
    const { store } = await temporaryStore(t);
    for (let minute = 0; minute < 4; minute += 1)
      await keep(store, START + minute * MINUTE, {
        'cpu.percent': minute * 10,
        'disk.percent /home dir': 50,
      });
    const found = await series(store, START, START + 4 * MINUTE, 2);
    assert.deepEqual(found.get('cpu.percent'), {
      ...{ now: 30, least: 0, average: 15, most: 30, values: [5, 25] },
    });
    assert.deepEqual(found.get('disk.percent /home dir')?.values, [50, 50]);
    assert.equal((await series(store, START + 5 * MINUTE, START + 9 * MINUTE, 2)).size, 0);
  });

  it('are kept once for one instant', async (t) => {
    const { store } = await temporaryStore(t);
    await keep(store, START, { 'cpu.percent': 10 });
    await keep(store, START, { 'cpu.percent': 90 });
    assert.equal((await series(store, START, START + HOUR, 1)).get('cpu.percent')?.most, 10);
  });

  it('are summed up by the hour before they go, and an hour that is not over stays as it is', async (t) => {
    const { store } = await temporaryStore(t);
    for (let minute = 0; minute < 150; minute += 1)
      await keep(store, START + minute * MINUTE, { 'load.1': minute });
    const now = START + 150 * MINUTE;
    const limits = { before: now, hoursBefore: START - HOUR };
    assert.equal((await store.write('dropVitals', limits)).dropped, 0, 'nothing was summed up yet');
    await store.write('rollUpVitals', { now });
    assert.equal((await store.write('dropVitals', limits)).dropped, 120);
    const found = (await series(store, START, now - 1, 5)).get('load.1');
    assert.deepEqual(
      { ...found, values: found?.values.map((value) => value?.toFixed(1)) },
      {
        ...{ now: 149, least: 0, average: 74.5, most: 149 },
        values: ['29.5', undefined, '89.5', undefined, '134.5'],
      },
    );
    await store.write('dropVitals', { before: now, hoursBefore: now });
    assert.equal((await series(store, START, now, 1)).get('load.1')?.least, 120, 'hours go in their turn');
  });

  it('are summed up before they go, also after the clock was a year ahead for a while', async (t) => {
    const { store } = await temporaryStore(t);
    const wrong = START + 366 * 24 * HOUR;
    await keep(store, wrong, { 'load.1': 9 });
    await store.write('rollUpVitals', { now: wrong + HOUR });
    await keep(store, START, { 'load.1': 1 });
    const now = START + 2 * HOUR;
    const limits = { before: now, hoursBefore: START - HOUR };
    assert.equal((await store.write('dropVitals', limits)).dropped, 0, 'nothing was summed up yet');
    await store.write('rollUpVitals', { now });
    assert.equal((await store.write('dropVitals', limits)).dropped, 1);
    assert.equal((await series(store, START, now, 1)).get('load.1')?.most, 1);
  });

  it('are summed up once, however often it is asked for', async (t) => {
    const { store } = await temporaryStore(t);
    for (let hour = 0; hour < 60; hour += 1) await keep(store, START + hour * HOUR, { 'load.1': hour });
    const now = START + 60 * HOUR;
    assert.equal((await store.write('rollUpVitals', { now })).more, true);
    assert.equal((await store.write('rollUpVitals', { now })).more, false);
    await store.write('rollUpVitals', { now });
    await store.write('dropVitals', { before: now, hoursBefore: START });
    const found = (await series(store, START, now, 60)).get('load.1');
    assert.deepEqual(
      found?.values,
      Array.from({ length: 60 }, (_, hour) => hour),
    );
  });
});

describe('values packed', () => {
  const number = fc.float({ noNaN: true, noDefaultInfinity: true });
  const key = fc.integer({ min: 1, max: 0xffff });

  it('are the same unpacked', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ key, value: number }, { noNullPrototype: true })), (values) => {
        assert.deepEqual(unpackValues(packValues(values)), values);
      }),
    );
    const hour = fc.record(
      { key, least: number, average: number, most: number, count: fc.nat(0xffff) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(hour), (hours) => {
        assert.deepEqual(unpackHour(packHour(hours)), hours);
      }),
    );
  });

  it('are summed up to what they are', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (all) => {
        const [hour] = rollUp(all.map((value) => [{ key: 7, value }]));
        const average = all.reduce((sum, each) => sum + each, 0) / all.length;
        assert.ok(hour);
        assert.deepEqual(
          [hour.least, hour.most, hour.count],
          [Math.min(...all), Math.max(...all), all.length],
        );
        assert.ok(Math.abs(hour.average - average) < 1e-6);
      }),
    );
  });
});
