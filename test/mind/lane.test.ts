import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createLane } from '../../src/mind/lane.ts';
import { createPlaces, RANK } from '../../src/mind/places.ts';

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the lane of a provider', () => {
  function laneOf(slots: number) {
    const places = createPlaces();
    const provider = { name: 'lmstudio', slots };
    const lane = createLane({
      slots: () => provider.slots,
      enter: (signal, rank) => places.enter(provider, signal, rank),
      clock: systemClock,
      onFreed: () => undefined,
    });
    return { lane, provider };
  }

  it('claims nothing more for a thought between two of its calls: a document in many parts is one thought', async () => {
    const { lane } = laneOf(1);
    const between = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    lane.start(systemClock.monotonic(), async (enterCall, asked) => {
      (await enterCall(never))();
      between.resolve();
      await done.promise;
      (await enterCall(never))();
      asked();
    });
    await between.promise;
    await settled();
    assert.deepEqual([lane.busy(), lane.free()], [0, 0]);
    done.resolve();
    await lane.idle();
    assert.ok(lane.free() >= 1);
  });

  it('lets a person’s request go before calls that wait already', async () => {
    const { lane } = laneOf(1);
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const call = (name: string, rank: 0 | 1) =>
      lane.start(systemClock.monotonic(), async (enterCall) => {
        const leave = await enterCall(never, rank);
        order.push(name);
        if (name === 'running') await first.promise;
        leave();
      });
    call('running', RANK.usual);
    await settled();
    call('background', RANK.usual);
    call('request', RANK.request);
    await settled();
    first.resolve();
    await lane.idle();
    assert.deepEqual(order, ['running', 'request', 'background']);
  });

  it('follows the slots of its server as they change', () => {
    const { lane, provider } = laneOf(1);
    assert.equal(lane.free(), 1);
    provider.slots = 4;
    assert.equal(lane.free(), 4);
  });
});
