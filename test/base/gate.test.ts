import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate } from '../../src/base/gate.ts';

const never = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a gate', () => {
  it('lets the higher rank in first, and those of one rank in the order of their coming', async () => {
    const gate = createGate(1);
    const order: string[] = [];
    const leave = await gate.enter(never);
    const coming = async (name: string, rank: number) => {
      const out = await gate.enter(never, rank);
      order.push(name);
      out();
    };
    const all = [coming('a', 0), coming('b', 1), coming('c', 0), coming('d', 2), coming('e', 1)];
    await settled();
    leave();
    await Promise.all(all);
    assert.deepEqual(order, ['d', 'b', 'e', 'a', 'c']);
  });

  it('has as many places as it is told just then', async () => {
    let places = 1;
    const gate = createGate(() => places);
    let inside = 0;
    const enter = async () => {
      const leave = await gate.enter(never);
      inside += 1;
      return () => {
        inside -= 1;
        leave();
      };
    };
    const first = await enter();
    const waiting = [enter(), enter()];
    await settled();
    assert.equal(inside, 1);
    places = 3;
    const fourth = enter();
    await settled();
    assert.equal(inside, 3, 'who comes next lets in whom there is room for');
    places = 1;
    first();
    for (const each of waiting) (await each)();
    await settled();
    assert.equal(inside, 1);
    (await fourth)();
  });
});
