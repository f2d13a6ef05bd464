import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { metricOf, partsOf } from '../../../src/contract/vitals.ts';
import { createLibraryVitals } from '../../../src/senses/vitals/library-reader.ts';
import { createVitalsReader } from '../../../src/senses/vitals/open.ts';

describe('the vitals over the library', () => {
  it("are the same metrics, and agree with this system's own reader", async () => {
    const { values } = await createLibraryVitals(systemClock).sample();
    const ours = (await (await createVitalsReader(systemClock)).sample()).values;
    for (const key of Object.keys(values)) {
      const metric = metricOf(key);
      assert.ok(metric !== null && (metric.of === '') === (partsOf(key).of === ''), key);
    }
    for (const [key, within] of [
      ['memory.percent', 5],
      ['disk.percent /', 2],
      ['load.15', 0.5],
      ['on_ac', 0],
    ] as const) {
      const [theirs, mine] = [values[key], ours[key]];
      if (mine === undefined) continue;
      assert.ok(theirs !== undefined && Math.abs(theirs - mine) <= within, `${key}: ${theirs} and ${mine}`);
    }
  });
});
