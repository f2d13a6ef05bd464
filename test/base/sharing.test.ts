import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBroadcast } from '../../src/base/broadcast.ts';
import { createKeyedMutex } from '../../src/base/keyed-mutex.ts';
import { createLimit } from '../../src/base/limit.ts';

describe('a broadcast', () => {
  it('hands every value to everybody who listens, from the moment of listening on', async () => {
    const broadcast = createBroadcast<number>();
    const controller = new AbortController();
    broadcast.send(0);
    const listeners = [broadcast.listen(controller.signal), broadcast.listen(controller.signal)];
    broadcast.send(1);
    broadcast.send(2);
    for (const listener of listeners) {
      const heard: number[] = [];
      for await (const value of listener) if (heard.push(value) === 2) break;
      assert.deepEqual(heard, [1, 2]);
    }
  });

  it('wakes a listener that has nothing left to hear', async () => {
    const broadcast = createBroadcast<string>();
    const listener = broadcast.listen(new AbortController().signal)[Symbol.asyncIterator]();
    const first = listener.next();
    broadcast.send('first');
    assert.deepEqual(await first, { done: false, value: 'first' });
    const second = listener.next();
    broadcast.send('second');
    assert.deepEqual(await second, { done: false, value: 'second' });
  });

  it('ends when the signal aborts, also while waiting', async () => {
    const broadcast = createBroadcast<number>();
    const controller = new AbortController();
    const next = broadcast.listen(controller.signal)[Symbol.asyncIterator]().next();
    controller.abort();
    assert.equal((await next).done, true);
  });

  it('drops the oldest for a listener that falls behind', async () => {
    const broadcast = createBroadcast<number>();
    const listener = broadcast.listen(new AbortController().signal, 2)[Symbol.asyncIterator]();
    for (const value of [1, 2, 3]) broadcast.send(value);
    assert.equal((await listener.next()).value, 2);
    assert.equal((await listener.next()).value, 3);
  });
});

describe('a keyed mutex', () => {
  it('runs one at a time for a key, in the order of asking, and other keys meanwhile', async () => {
    const mutex = createKeyedMutex();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = mutex.run('a', async () => {
      seen.push('a1 begins');
      await gate.promise;
      seen.push('a1 ends');
    });
    const second = mutex.run('a', async () => {
      seen.push('a2');
    });
    await mutex.run('b', async () => {
      seen.push('b');
    });
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(seen, ['a1 begins', 'b', 'a1 ends', 'a2']);
  });

  it('goes on after a failure, which only its own caller hears of', async () => {
    const mutex = createKeyedMutex();
    const failing = mutex.run('a', () => Promise.reject(new Error('why')));
    const next = mutex.run('a', async () => 'next');
    await assert.rejects(failing, /why/);
    assert.equal(await next, 'next');
  });
});

describe('a limit', () => {
  it('counts what runs, and says when there is room again', async () => {
    let freed = 0;
    const limit = createLimit(2, () => {
      freed += 1;
    });
    const gate = Promise.withResolvers<void>();
    limit.start(() => gate.promise);
    limit.start(async () => {});
    assert.equal(limit.free(), 0);
    gate.resolve();
    await limit.idle();
    assert.deepEqual([limit.free(), freed], [2, 2]);
    await limit.idle();
  });

  it('keeps the first failure for whoever looks or waits: nothing is an unhandled rejection', async () => {
    const limit = createLimit(2, () => undefined);
    const gate = Promise.withResolvers<void>();
    limit.start(() => Promise.reject(new Error('first')));
    limit.start(() => gate.promise);
    await new Promise(setImmediate);
    assert.equal(limit.free(), 1);
    assert.throws(() => limit.assertWell(), /first/);
    gate.reject(new Error('second'));
    await assert.rejects(limit.idle(), /first/);
    assert.equal(limit.free(), 2);
  });
});
