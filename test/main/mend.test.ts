import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import { livingMended } from '../../src/main/mend.ts';

const MINUTE = 60_000;
const damaged = new CodedError('database-damaged', 'its pages do not fit together');

/** Lives that end in an error after so many minutes each; the last one ends well. */
function lives(...each: [minutes: number, error: Error | null][]) {
  const told: boolean[] = [];
  let time = 0;
  const live = async (mended: boolean) => {
    const [minutes, error] = each[told.push(mended) - 1] ?? [0, null];
    time += minutes * MINUTE;
    if (error) throw error;
    return 'ended';
  };
  return { told, run: () => livingMended(live, { monotonic: () => time }) };
}

describe('a database that turns out to be damaged', () => {
  it('is mended by beginning again, also a second and a third time long after', async () => {
    const { told, run } = lives([0, damaged], [100_000, damaged], [100_000, damaged], [5, null]);
    assert.equal(await run(), 'ended');
    assert.deepEqual(told, [false, true, true, true]);
  });

  it('ends the daemon where it is damaged again within minutes', async () => {
    const { told, run } = lives([100_000, damaged], [5, damaged], [5, null]);
    await assert.rejects(run(), damaged);
    assert.deepEqual(told, [false, true]);
  });

  it('is the only thing that is begun again for', async () => {
    const { told, run } = lives([5, new Error('something else')], [5, null]);
    await assert.rejects(run(), /something else/);
    assert.deepEqual(told, [false]);
  });
});
