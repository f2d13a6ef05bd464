import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FileStat } from '../../../src/contract/event.ts';
import { changeOf, isMove, wasThere, youngFor } from '../../../src/senses/files/difference.ts';
import { createOverflowGuess, queueLength } from '../../../src/senses/files/overflow.ts';
import { createPending } from '../../../src/senses/files/pending.ts';
import { judge } from '../../../src/senses/files/presence.ts';
import { burstAt, dueAt, isGrowing } from '../../../src/senses/files/settle.ts';
import { createVigil, type VigilClock } from '../../../src/senses/files/vigil.ts';

const stat: FileStat = { dev: 1, ino: 2, birth: 3, size: 4, mtime: 5, ctime: 6 };

describe('what a file is to the index', () => {
  it('is decided by existence and content', () => {
    assert.equal(changeOf(null, 7n), 'added');
    assert.equal(changeOf({ hash: 7n }, 7n), 'unchanged');
    assert.equal(changeOf({ hash: 7n }, 8n), 'modified');
    assert.equal(changeOf({ hash: 0n }, 8n), 'modified', 'never hashed');
  });

  it('is a move only where device, inode and birth agree, and then size and time or content', () => {
    const gone = { stat, hash: 9n };
    assert.equal(isMove(gone, { stat: { ...stat, ctime: 99 }, hash: 0n }), true);
    for (const field of ['dev', 'ino', 'birth'] as const) {
      assert.equal(isMove(gone, { stat: { ...stat, [field]: 99 }, hash: 9n }), false, field);
    }
    assert.equal(isMove(gone, { stat: { ...stat, mtime: 99 }, hash: 9n }), true);
    assert.equal(isMove(gone, { stat: { ...stat, size: 99 }, hash: 8n }), false);
    assert.equal(
      isMove({ stat, hash: 0n }, { stat: { ...stat, size: 99 }, hash: 0n }),
      false,
      'never hashed',
    );
  });

  it('was there before a moment only if neither its birth nor its last change came after', () => {
    assert.equal(wasThere({ ...stat, birth: 900, ctime: 950 }, 1000), true);
    assert.equal(wasThere({ ...stat, birth: 900, ctime: 1001 }, 1000), false, 'moved in or written since');
    assert.equal(wasThere({ ...stat, birth: 1001, ctime: 900 }, 1000), false);
    assert.equal(wasThere({ ...stat, birth: 900, ctime: 995 }, 1000), false, 'within a tick of the kernel');
  });

  it('is too young to be believed for a tick of the kernel, for longer while empty, never in the future', () => {
    assert.equal(youngFor({ ...stat, ctime: 1000 }, 1005), 10);
    assert.equal(youngFor({ ...stat, ctime: 1000 }, 1015), 0);
    assert.equal(youngFor({ ...stat, ctime: 1000, size: 0 }, 1015), 135);
    assert.equal(youngFor({ ...stat, ctime: 9000 }, 1000), 0);
  });
});

describe('when a hinted path is looked at', () => {
  it('is 18 ms after hints that came at once, and 50 ms after the last of many', () => {
    assert.equal(dueAt({ ...burstAt(100), last: 104 }, 1000), 122);
    assert.equal(dueAt({ ...burstAt(100), last: 140 }, 1000), 190);
    assert.equal(dueAt(burstAt(100, true), 1000), 150, 'just reported');
  });

  it('is never later than the debounce, which doubles with every report of one burst', () => {
    assert.equal(dueAt({ ...burstAt(0), last: 990 }, 1000), 1000);
    assert.equal(isGrowing({ ...burstAt(0), last: 990 }, 1000, 1000), true);
    assert.equal(isGrowing({ ...burstAt(0), last: 400 }, 1000, 1000), false, 'it had become quiet');
    assert.equal(dueAt({ ...burstAt(0), last: 1990, reports: 1 }, 1000), 2000);
    assert.equal(dueAt({ ...burstAt(0), last: 1e9, reports: 30 }, 1000), 64_000);
  });

  it('comes for every hinted path, once, and no later than its last hint asks for', () => {
    const hints = fc.array(fc.record({ path: fc.constantFrom('a', 'b', 'c'), wait: fc.nat(60) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(hints, (list) => {
        const pending = createPending(() => 10_000);
        const last = new Map<string, number>();
        const taken = new Map<string, number>();
        let now = 0;
        const look = () => {
          const due = pending.take(now).map((each) => each.path);
          assert.equal(new Set(due).size, due.length);
          for (const path of due) taken.set(path, now);
        };
        const lookUntil = (end: number) => {
          for (let next = pending.next(); next <= end; next = pending.next()) {
            now = Math.max(now, next);
            look();
          }
        };
        for (const { path, wait } of list) {
          const end = now + wait;
          lookUntil(end);
          now = end;
          pending.hint(path, now);
          last.set(path, now);
        }
        lookUntil(now + 1000);
        for (const [path, at] of last) {
          const delay = (taken.get(path) ?? Number.NaN) - at;
          assert.ok(delay >= 18 && delay <= 50, `${path} after ${delay} ms`);
        }
      }),
    );
  });

  it('keeps hints that come while a path is being looked at', () => {
    const pending = createPending(() => 1000);
    pending.hint('a', 0);
    const [taken] = pending.take(18);
    assert.ok(taken);
    pending.hint('a', 19);
    pending.again('a', taken.burst, 30);
    assert.equal(pending.take(36).length, 0, 'still within the burst');
    assert.equal(pending.take(69).length, 1);
  });

  it('gives up on single paths when there are too many', () => {
    const pending = createPending(() => 1000);
    for (let at = 0; at < 50_000; at += 1) assert.equal(pending.hint(`${at}`, 0), true);
    assert.equal(pending.hint('one more', 0), false);
    assert.equal(pending.size, 0);
    assert.equal(pending.hint('0', 1), true);
  });
});

describe('a lost event', () => {
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('is suspected when one turn of the loop brings more than a quarter of the queue', async () => {
    let suspected = 0;
    const guess = createOverflowGuess(400, () => {
      suspected += 1;
    });
    for (let round = 0; round < 3; round += 1) {
      for (let at = 0; at < 100; at += 1) guess.count();
      await turn();
    }
    assert.equal(suspected, 0, '100 a turn are no overflow');
    for (let at = 0; at < 101; at += 1) guess.count();
    await turn();
    assert.equal(suspected, 1);
  });

  it('has a bound even where the kernel does not tell the length of its queue', () => {
    assert.equal(queueLength('/does/not/exist'), 16_384);
    assert.ok(queueLength() > 0);
  });
});

describe('a root', () => {
  const identity = { dev: 1, ino: 2, birth: 3 };
  const other = { dev: 1, ino: 9, birth: 9 };
  const found = { kind: 'directory', identity, real: Buffer.from('/'), empty: false, remote: false } as const;
  const kind = (...args: Parameters<typeof judge>) => judge(...args).kind;

  it('is offline where nothing is', () => {
    const nothing = { kind: 'nothing', why: 'does not exist' } as const;
    assert.deepEqual(judge(nothing, { identity: null, device: null }), {
      kind: 'offline',
      why: 'does not exist',
    });
  });

  it('is offline where an empty folder has taken its place, or is on another device than its files', () => {
    assert.equal(kind({ ...found, empty: true }, { identity: other, device: 1 }), 'offline');
    assert.equal(kind({ ...found, empty: true }, { identity: null, device: 7 }), 'offline');
  });

  it('is online where it is the same, has entries, or never had files', () => {
    assert.equal(kind({ ...found, empty: true }, { identity, device: 1 }), 'online');
    assert.equal(kind({ ...found, empty: true }, { identity: null, device: 1 }), 'online');
    assert.equal(kind(found, { identity: other, device: 1 }), 'online');
    assert.equal(kind({ ...found, empty: true }, { identity: other, device: null }), 'online');
  });
});

describe('a root that hears nothing', () => {
  function vigil() {
    const time = { wall: 1e12, mono: 0, up: 5000 };
    const clock: VigilClock = { now: () => time.wall, monotonic: () => time.mono, uptime: () => time.up };
    const watch = createVigil(clock);
    /** Asked in time, as a root is. */
    const pass = (ms: number, ahead: { wall?: number; up?: number } = {}) => {
      let rest = ms;
      let due = false;
      for (; rest > watch.pulse; rest -= watch.pulse) {
        add(watch.pulse);
        due ||= watch.needsScan(false);
      }
      assert.equal(due, false);
      add(rest);
      time.wall += ahead.wall ?? 0;
      time.up += ahead.up ?? 0;
    };
    const add = (ms: number) => {
      time.mono += ms;
      time.wall += ms;
      time.up += ms;
    };
    return { watch, pass, add };
  }

  it('is scanned every ten minutes once it is idle, and every twenty in any case', () => {
    const { watch, pass } = vigil();
    pass(599_999);
    assert.equal(watch.needsScan(true), false);
    pass(1);
    assert.equal(watch.needsScan(false), false);
    assert.equal(watch.needsScan(true), true);
    watch.scanned();
    assert.equal(watch.needsScan(true), false);
    pass(1_199_999);
    assert.equal(watch.needsScan(false), false);
    pass(1);
    assert.equal(watch.needsScan(false), true, 'it is never idle');
  });

  const slept = {
    'both the wall clock and the uptime ran ahead': { wall: 60_000, up: 60_000 },
    'only the wall clock ran ahead, as the uptime stood still too': { wall: 60_000 },
    'only the uptime ran ahead, as the wall clock was set back': { up: 60_000, wall: -3_600_000 },
  };
  for (const [how, ahead] of Object.entries(slept)) {
    it(`is scanned at once after the machine slept, and once only, when ${how}`, () => {
      const { watch, pass } = vigil();
      pass(1000, ahead);
      assert.equal(watch.needsScan(false), true);
      assert.equal(watch.needsScan(false), false);
      pass(30_000, { wall: 100, up: -100 });
      assert.equal(watch.needsScan(false), false, 'clocks drift');
    });
  }

  it('is not scanned because the wall clock is set back', () => {
    const { watch, pass } = vigil();
    pass(1000, { wall: -86_400_000 });
    assert.equal(watch.needsScan(false), false);
  });

  it('is scanned once after it was stopped or blocked for long, also where no clock shows it', () => {
    const { watch, add } = vigil();
    add(watch.pulse + 5000);
    assert.equal(watch.needsScan(false), false, 'a little late');
    add(watch.pulse + 5001);
    assert.equal(watch.needsScan(false), true);
    assert.equal(watch.needsScan(false), false);
    add(120_000);
    watch.scanned();
    assert.equal(watch.needsScan(false), false, 'a long scan is no gap');
  });
});
