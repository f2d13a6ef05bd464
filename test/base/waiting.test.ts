import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { backoff } from '../../src/base/backoff.ts';
import { createBell } from '../../src/base/bell.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createSystemRandom } from '../../src/base/random.ts';

const systemRandom = createSystemRandom();

const HOUR = 3_600_000;
const never = () => new AbortController().signal;

describe('a bell', () => {
  it('wakes whoever waits, when it rings', async () => {
    const bell = createBell();
    const waiting = bell.wait(HOUR, never());
    bell.ring();
    await waiting;
  });

  it('remembers one ring for whoever waits next, and no more than one', async () => {
    const bell = createBell();
    bell.ring();
    bell.ring();
    await bell.wait(HOUR, never());
    const started = performance.now();
    await bell.wait(20, never());
    assert.ok(performance.now() - started >= 15, 'waited for its time to pass');
  });

  it('lets go when the signal aborts, also when that was before', async () => {
    const bell = createBell();
    const controller = new AbortController();
    const waiting = bell.wait(HOUR, controller.signal);
    controller.abort();
    await waiting;
    await bell.wait(HOUR, controller.signal);
  });

  it('can be waited for again after every way of waking', async () => {
    const bell = createBell();
    await bell.wait(1, never());
    await bell.wait(HOUR, AbortSignal.abort());
    const waiting = bell.wait(HOUR, never());
    bell.ring();
    await waiting;
  });
});

describe('the backoff', () => {
  it('stays between its floor and a ceiling that doubles with each failure up to its cap', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, fraction) => {
          const ms = backoff(failures, { ...systemRandom, fraction: () => fraction });
          assert.ok(ms >= 500 && ms <= Math.min(30_000, 500 * 2 ** failures));
        },
      ),
    );
  });

  it('spreads over the whole range', () => {
    const at = (fraction: number) => backoff(3, { ...systemRandom, fraction: () => fraction }, 100, 10_000);
    assert.equal(at(0), 100);
    assert.equal(at(0.5), 450);
  });
});

describe('the clock of the machine', () => {
  it('tells the time, sleeps, and wakes at once when the signal aborts', async () => {
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
    const started = systemClock.monotonic();
    await systemClock.sleep(10);
    assert.ok(systemClock.monotonic() - started >= 9);
    const controller = new AbortController();
    const sleeping = systemClock.sleep(HOUR, controller.signal);
    controller.abort();
    await assert.rejects(sleeping, { name: 'AbortError' });
  });
});

describe('the randomness of the machine', () => {
  it('is a fraction of one, or as many hex digits as asked for', () => {
    const fraction = systemRandom.fraction();
    assert.ok(fraction >= 0 && fraction < 1);
    assert.match(systemRandom.hex(8), /^[0-9a-f]{16}$/);
    assert.notEqual(systemRandom.hex(8), systemRandom.hex(8));
  });
});
