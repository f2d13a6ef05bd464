import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/errors.ts';
import { createLoopWatch } from '../../src/main/loop-watch.ts';
import { createProgress } from '../../src/main/progress.ts';
import type { Store } from '../../src/store/store.ts';
import { createVirtualTime, type VirtualTime } from '../simulation/virtual-time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { captureAll, claimAll, observation, observe, temporaryStore } from '../support/store.ts';

/** What a database says that is as a test wants it. */
interface Database {
  /** How it answers a write. */
  write(): Promise<unknown>;
  lease: { id: string; leaseUntil: number } | null;
  asked: number;
}

/** A daemon's progress on virtual time. */
function watched() {
  const time = createVirtualTime(seededRandom(1));
  const { clock } = time;
  const database: Database = { write: async () => [], lease: null, asked: 0 };
  const told: string[] = [];
  const state = { held: null as string | null, scanned: true, stopping: false };
  const store = {
    async write() {
      database.asked += 1;
      return database.write();
    },
    read: async () => database.lease,
  } as unknown as Store; // as far as progress asks it
  const loop = createLoopWatch({ clock });
  const progress = createProgress({
    clock,
    store,
    loop,
    held: () => state.held,
    scanned: () => state.scanned,
    stopping: () => state.stopping,
    onChange: (probe, { ok, reasons }) => told.push(`${probe} ${ok} ${reasons.join()}`),
  });
  void loop.run(new AbortController().signal);
  return {
    time,
    database,
    state,
    told,
    live: () => inTime(time, progress.live()),
    ready: () => inTime(time, progress.ready()),
  };
}

/** Lets time pass until it is there. */
async function inTime<T>(time: VirtualTime, promise: Promise<T>): Promise<T> {
  let isOver = false;
  void promise.finally(() => {
    isOver = true;
  });
  await time.pass(() => isOver, 60_000);
  return promise;
}

async function wait(time: VirtualTime, ms: number): Promise<void> {
  await time.pass(() => false, ms);
}

const full = async () => {
  throw new CodedError('store-unavailable', 'the database did not take the change: disk is full');
};

describe('progress', () => {
  it('is well where the loop turns and the database takes a change', async () => {
    const { live, ready } = watched();
    assert.deepEqual(await live(), { ok: true, reasons: [] });
    assert.deepEqual(await ready(), { ok: true, reasons: [] });
  });

  it('asks the database at most once in 5 s, however often and by however many it is asked', async () => {
    const { live, ready, database, time } = watched();
    await Promise.all(Array.from({ length: 50 }, () => Promise.all([live(), ready()])));
    for (let n = 0; n < 20; n += 1) await ready();
    assert.equal(database.asked, 1);
    await wait(time, 5100);
    await Promise.all(Array.from({ length: 50 }, () => ready()));
    assert.equal(database.asked, 2);
  });

  it('is not ready at once, and not live after 30 s, where the writer never answers; and well when it does', async () => {
    const { live, ready, database, time } = watched();
    const stuck = Promise.withResolvers<never[]>();
    database.write = () => stuck.promise;
    const first = await ready();
    assert.equal(first.ok, false);
    assert.match(first.reasons.join(), /has not answered for 2\.0 s/);
    assert.equal((await live()).ok, true, 'it may only be busy');
    await wait(time, 31_000);
    assert.equal((await live()).ok, false);
    assert.equal(database.asked, 1, 'nothing more is asked of a writer that is stuck');
    stuck.resolve([]);
    await wait(time, 0);
    assert.deepEqual(await live(), { ok: true, reasons: [] });
    assert.deepEqual(await ready(), { ok: true, reasons: [] });
  });

  it('is live and not ready while the disk is full: a restart would not help', async () => {
    const { live, ready, database, time, state } = watched();
    database.write = full;
    database.lease = { id: 'a', leaseUntil: 0 };
    for (let n = 0; n < 10; n += 1) {
      assert.deepEqual(await live(), { ok: true, reasons: [] });
      assert.match((await ready()).reasons.join(), /takes no change: .*disk is full/);
      await wait(time, 20_000);
    }
    database.write = async () => [];
    database.lease = null;
    state.held = 'disk is full';
    await wait(time, 6000);
    assert.match((await ready()).reasons.join(), /changes wait for the database/);
    state.held = null;
    assert.equal((await ready()).ok, true);
  });

  it('is not ready before the first scans are over, nor while it stops', async () => {
    const { live, ready, state, told } = watched();
    state.scanned = false;
    for (let n = 0; n < 3; n += 1) assert.match((await ready()).reasons.join(), /first scan/);
    state.scanned = true;
    assert.equal((await ready()).ok, true);
    state.stopping = true;
    assert.match((await ready()).reasons.join(), /stops/);
    assert.equal((await live()).ok, true);
    assert.deepEqual(told, [
      'ready false a first scan of the roots is not over',
      'ready true ',
      'ready false it stops',
    ]);
  });

  it('is not live where a running thought is overdue and nobody takes it back, a minute long', async () => {
    const { live, database, time } = watched();
    const lease = { id: 'a', leaseUntil: time.clock.now() - 1 };
    database.lease = lease;
    assert.equal((await live()).ok, true, 'its machine may have slept');
    await wait(time, 30_000);
    assert.equal((await live()).ok, true);
    await wait(time, 31_000);
    assert.match((await live()).reasons.join(), /overdue/);
    database.lease = { id: 'a', leaseUntil: lease.leaseUntil + 70_000 };
    await wait(time, 6000);
    assert.equal((await live()).ok, true, 'its lease was extended');
  });

  it('is not live where the loop stands still more than it turns; one long sleep is none of that', async () => {
    const { live, ready, time } = watched();
    await wait(time, 5000);
    time.stand(3_600_000);
    await wait(time, 1000);
    assert.equal((await live()).ok, true, 'it may have slept');
    assert.match((await ready()).reasons.join(), /stood still for 20 s of the last 60 s/);
    time.stand(15_000);
    await wait(time, 1000);
    assert.match((await live()).reasons.join(), /stood still for 3\d s/);
    await wait(time, 61_000);
    assert.equal((await live()).ok, true);
    assert.equal((await ready()).ok, true);
  });
});

describe('progress, for real', () => {
  it('sees a loop that was blocked', async (t) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const { progress, blocked } = await real(t, stop.signal);
    const before = await progress.ready();
    blocked(1000);
    assert.match((await progress.ready()).reasons.join(), /the event loop stood still/);
    assert.deepEqual(before, { ok: true, reasons: [] });
    for (let n = 0; n < 2; n += 1) {
      await systemClock.sleep(30);
      blocked(1400);
    }
    assert.match((await progress.live()).reasons.join(), /the event loop stood still/);
  });

  it('commits through the writer, and sees the lease of what runs', async (t) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const { progress, store, root } = await real(t, stop.signal);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    assert.equal((await claimAll(store, 'me', 1, Date.now())).length, 1);
    assert.deepEqual(await progress.ready(), { ok: true, reasons: [] });
    const cursors = await store.read('cursors', undefined);
    assert.ok(JSON.stringify(cursors).includes('alive'));
    const lease = await store.read('oldestLease', undefined);
    assert.ok(lease && lease.leaseUntil > Date.now());
  });
});

/** Progress of a real loop and a real database; what takes a minute takes 4 s. */
async function real(t: TestContext, signal: AbortSignal) {
  const { store, root } = await temporaryStore(t);
  const loop = createLoopWatch({ clock: systemClock, everyMs: 20, windowMs: 4000 });
  const progress = createProgress({
    clock: systemClock,
    store,
    loop,
    held: () => null,
    scanned: () => true,
    stopping: () => false,
    onChange: () => undefined,
  });
  loop.run(signal).catch(() => undefined);
  const blocked = (ms: number) => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  return { progress, store, root, blocked };
}
