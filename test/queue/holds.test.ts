import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import type { LiveEvent } from '../../src/contract/api.ts';
import { createHolds } from '../../src/queue/holds.ts';
import { createLeases } from '../../src/queue/lease.ts';
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
      async write(_name: string, input: { held: { id: string }[] }) {
        beats.push(input.held.map((each) => each.id));
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
    const leases = createLeases(store as unknown as Store, clock, 'me');
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
});
