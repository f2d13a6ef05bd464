import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/errors.ts';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import { createHolds } from '../../src/queue/holds.ts';
import { createLeases, LEASE_MS } from '../../src/queue/lease.ts';
import { patientStore } from '../../src/store/patient.ts';
import type { Store } from '../../src/store/store.ts';

describe('holds', () => {
  it('are told once when they begin, when their reason changes, and when they end', () => {
    const told: LiveEvent[] = [];
    let now = 1000;
    const holds = createHolds({ ...systemClock, now: () => now }, (event) => told.push(event));
    holds.set('provider', 'lmstudio', 'offline');
    now = 2000;
    holds.set('provider', 'lmstudio', 'offline');
    holds.set('provider', 'lmstudio', 'loading');
    assert.deepEqual(holds.list(), [{ what: 'provider', name: 'lmstudio', reason: 'loading', since: 1000 }]);
    assert.equal(holds.reason('provider', 'lmstudio'), 'loading');
    holds.clear('provider', 'lmstudio');
    holds.clear('provider', 'lmstudio');
    assert.equal(holds.reason('provider', 'lmstudio'), null);
    assert.deepEqual(
      told.map((event) => event.type === 'hold' && [event.held, event.reason]),
      [
        [true, 'offline'],
        [true, 'loading'],
        [false, ''],
      ],
    );
  });
});

describe('leases', () => {
  it('are extended while held, and tell the worker when they are lost', async () => {
    const beats: string[][] = [];
    const store = {
      async write(_name: string, input: () => { held: { id: string }[] }) {
        beats.push(input().held.map((each) => each.id));
        return ['lost'];
      },
    };
    const stop = new AbortController();
    let naps = 0;
    const clock = {
      ...systemClock,
      async sleep() {
        if (++naps > 2) stop.abort();
      },
    };
    // Only the heartbeat is asked for here.
    const leases = createLeases({
      store: store as unknown as Store,
      clock,
      log: { warning: () => undefined },
      owner: 'me',
      onGap: () => undefined,
    });
    const kept = leases.hold('kept', 1);
    const lost = leases.hold('lost', 1);
    const released = leases.hold('released', 1);
    released.release();
    const revoked = leases.hold('revoked', 1);
    leases.revoke('revoked');
    await leases.keep(stop.signal);
    assert.deepEqual(beats[0], ['kept', 'lost', 'revoked']);
    assert.deepEqual(
      [kept, lost, revoked].map(({ signal }) => signal.aborted),
      [false, true, true],
    );
  });

  it('count from when the disk takes them, however long it was full', async () => {
    let now = 1_000_000;
    let full = true;
    const taken: number[] = [];
    const store = {
      async write(_name: string, input: unknown) {
        const beat = (typeof input === 'function' ? input() : input) as { leaseUntil: number };
        if (full) throw new CodedError('store-unavailable', 'the disk is full', { retryable: true });
        taken.push(beat.leaseUntil - now);
        return [];
      },
    };
    const clock = {
      ...systemClock,
      now: () => now,
      monotonic: () => now,
      async sleep() {
        now += 60_000;
        full = false;
      },
    };
    const leases = createLeases({
      // Only the heartbeat is asked for here.
      store: patientStore(store as unknown as Store, {
        clock,
        signal: new AbortController().signal,
        onTrouble: () => undefined,
      }),
      clock,
      log: { warning: () => undefined },
      owner: 'me',
      onGap: () => undefined,
    });
    leases.hold('held', 1);
    await leases.beat();
    assert.deepEqual(taken, [LEASE_MS]);
  });

  it('are asked for again before anything is written once time has jumped, and all else looks again once', async () => {
    const asked: string[] = [];
    const store = {
      async write(name: string) {
        await new Promise(setImmediate);
        asked.push(name);
        return name === 'heartbeat' ? ['lost'] : undefined;
      },
    };
    let wall = 1_000_000;
    let monotonic = 0;
    let gaps = 0;
    const logged: string[] = [];
    const leases = createLeases({
      // Only heartbeats and set clocks are asked for here.
      store: store as unknown as Store,
      clock: { ...systemClock, now: () => wall, monotonic: () => monotonic },
      log: { warning: (event) => void logged.push(event) },
      owner: 'me',
      onGap: () => {
        gaps += 1;
      },
    });
    const lost = leases.hold('lost', 1);
    await leases.sure();
    assert.deepEqual(asked, []);
    // Suspended: the wall clock went on, the monotonic one stood still.
    wall += 3_600_000;
    void leases.sure();
    await leases.sure();
    assert.equal(lost.signal.aborted, true, 'the second waits for the answer to the first, too');
    assert.deepEqual([asked, gaps, logged], [['heartbeat'], 1, ['time has jumped']]);
    assert.equal(lost.signal.aborted, true);
    // Stopped by a signal: both went on.
    wall += 60_000;
    monotonic += 60_000;
    await leases.sure();
    assert.equal(gaps, 2);
    // Set back: what waits for a time must not wait an hour longer.
    wall -= 3_600_000;
    await leases.beat();
    assert.deepEqual([asked.at(-2), gaps, logged.at(-1)], ['clockSetBack', 3, 'clock was set back']);
  });
});
