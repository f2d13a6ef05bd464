import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import { TaskFailure, type TaskGroup, withTaskGroup } from '../../src/base/task-group.ts';

const never = () => new AbortController().signal;

/** Waits the way most of Node does: rejects with an AbortError when the signal aborts. */
const untilAborted = (signal: AbortSignal) => sleep(60_000, undefined, { signal });

async function failureOf(running: Promise<unknown>): Promise<AggregateError> {
  const error = await running.then(
    () => assert.fail('the group did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AggregateError, String(error));
  return error;
}

const tasksOf = (error: AggregateError) =>
  error.errors.map((each) => (each instanceof TaskFailure ? each.task : assert.fail('not a TaskFailure')));

describe('a task group', () => {
  it('ends with the value of its body once every task has ended', async () => {
    const seen: string[] = [];
    const value = await withTaskGroup(never(), async (group) => {
      group.spawn('slow', async () => {
        await sleep(5);
        seen.push('slow');
      });
      group.spawn('quick', async () => {
        seen.push('quick');
      });
      return 7;
    });
    assert.equal(value, 7);
    assert.deepEqual(seen, ['quick', 'slow']);
  });

  it('aborts every other task when one fails, waits for all of them, and names the one that failed', async () => {
    const cause = new Error('disk I/O error');
    let cleanedUp = false;
    const error = await failureOf(
      withTaskGroup(never(), async (group) => {
        group.spawn('senses', async (signal) => {
          await untilAborted(signal).catch(() => {});
          await sleep(10);
          cleanedUp = true;
        });
        group.spawn('store', async () => {
          await sleep(1);
          throw cause;
        });
      }),
    );
    assert.equal(cleanedUp, true);
    assert.deepEqual(tasksOf(error), ['store']);
    assert.match(error.message, /^store: disk I\/O error$/);
    assert.equal(error.errors[0].cause, cause);
  });

  it('puts the first cause first when others fail while they are being stopped', async () => {
    const error = await failureOf(
      withTaskGroup(never(), async (group) => {
        group.spawn('queue', async (signal) => {
          await untilAborted(signal).catch(() => {});
          throw new Error('could not hand back');
        });
        group.spawn('store', async () => {
          throw new Error('lost');
        });
      }),
    );
    assert.deepEqual(tasksOf(error), ['store', 'queue']);
    assert.equal(error.message, 'store: lost (then queue: could not hand back)');
  });

  it('tells the others why they are stopped', async () => {
    let reason: unknown;
    await failureOf(
      withTaskGroup(never(), async (group) => {
        group.spawn('senses', async (signal) => {
          await once(signal, 'abort');
          reason = signal.reason;
        });
        group.spawn('store', () => Promise.reject(new Error('lost')));
      }),
    );
    assert.ok(reason instanceof DOMException);
    assert.equal(reason.name, 'AbortError');
    assert.equal(reason.message, 'stopped because store failed');
  });

  it('does not count as a failure what its own abort brought about', async () => {
    const caller = new AbortController();
    const value = await withTaskGroup(caller.signal, async (group) => {
      group.spawn('sleeps', untilAborted);
      group.spawn('rethrows the reason', async (signal) => {
        await once(signal, 'abort');
        throw signal.reason;
      });
      setImmediate(() => caller.abort(new Error('Ctrl-C')));
      return 'drained';
    });
    assert.equal(value, 'drained');
  });

  it('counts an AbortError from before its own abort as the failure it is', async () => {
    const error = await failureOf(
      withTaskGroup(never(), async (group) => {
        group.spawn('other', untilAborted);
        group.spawn('call', () => untilAborted(AbortSignal.abort()));
      }),
    );
    assert.deepEqual(tasksOf(error), ['call']);
  });

  it('counts another error while it is ending as a failure, though the caller aborted', async () => {
    const caller = new AbortController();
    const running = withTaskGroup(caller.signal, async (group) => {
      group.spawn('queue', async (signal) => {
        await once(signal, 'abort');
        throw new Error('could not hand back');
      });
    });
    caller.abort();
    assert.deepEqual(tasksOf(await failureOf(running)), ['queue']);
  });

  it('throws the reason of the abort where that ended the body itself', async () => {
    const caller = new AbortController();
    const reason = new Error('Ctrl-C');
    const running = withTaskGroup(caller.signal, (group) => untilAborted(group.signal));
    caller.abort(reason);
    await assert.rejects(running, (error) => error === reason);
  });

  it('aborts its tasks when the body fails, and calls the body by the name given', async () => {
    const error = await failureOf(
      withTaskGroup(
        never(),
        async (group) => {
          group.spawn('senses', untilAborted);
          throw new Error('no such rule');
        },
        { name: 'start' },
      ),
    );
    assert.equal(error.message, 'start: no such rule');
  });

  it('turns a task that throws before its first await into a failure like any other', async () => {
    const error = await failureOf(
      withTaskGroup(never(), async (group) => {
        group.spawn('eager', () => {
          throw new Error('at once');
        });
      }),
    );
    assert.deepEqual(tasksOf(error), ['eager']);
  });

  it('waits for tasks that tasks have spawned', async () => {
    let last = false;
    await withTaskGroup(never(), async (group) => {
      group.spawn('parent', async () => {
        await sleep(1);
        group.spawn('child', async () => {
          await sleep(5);
          last = true;
        });
      });
    });
    assert.equal(last, true);
  });

  it('starts nothing more once it is ending, also after it has ended', async () => {
    let kept: TaskGroup | undefined;
    await withTaskGroup(never(), async (group) => {
      kept = group;
      await group.stop();
      assert.throws(() => group.spawn('late', async () => {}), { name: 'AbortError' });
    });
    assert.throws(() => kept?.spawn('later', async () => {}), { name: 'AbortError' });
  });

  it('starts nothing when the caller had aborted before', async () => {
    let started = false;
    const running = withTaskGroup(AbortSignal.abort(), async (group) => {
      group.spawn('task', async () => {
        started = true;
      });
    });
    await assert.rejects(running, { name: 'AbortError' });
    assert.equal(started, false);
  });

  it('stops before its first task and twice, and only resolves when every task has ended', async () => {
    let ended = false;
    await withTaskGroup(never(), async (group) => {
      group.spawn('senses', async (signal) => {
        await untilAborted(signal).catch(() => {});
        await sleep(5);
        ended = true;
      });
      await Promise.all([group.stop(), group.stop()]);
      assert.equal(ended, true);
      await group.stop();
    });
    await withTaskGroup(never(), (group) => group.stop());
  });

  it('gives up on a task that does not stop within the time given, and names it', async () => {
    const asked: number[] = [];
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms) => {
        asked.push(ms);
      },
    };
    const error = await failureOf(
      withTaskGroup(
        never(),
        async (group) => {
          group.spawn('deaf', () => new Promise(() => {}));
          group.spawn('store', () => Promise.reject(new Error('lost')));
        },
        { stopWithinMs: 20_000, clock },
      ),
    );
    assert.deepEqual(asked, [20_000]);
    assert.deepEqual(tasksOf(error), ['store', 'deaf']);
    assert.match(error.message, /deaf: did not stop within 20000 ms/);
  });

  it('leaves no timer behind when everything stopped in time', async () => {
    const cancelled = Promise.withResolvers<void>();
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        systemClock.sleep(ms, signal).catch((error) => {
          cancelled.resolve();
          throw error;
        }),
    };
    await withTaskGroup(
      never(),
      async (group) => {
        group.spawn('senses', untilAborted);
        await group.stop();
      },
      { stopWithinMs: 60_000, clock },
    );
    await cancelled.promise;
  });

  it('nests: a failure outside ends the group inside without being reported twice', async () => {
    const error = await failureOf(
      withTaskGroup(never(), async (outer) => {
        outer.spawn('store', async () => {
          await sleep(1);
          throw new Error('lost');
        });
        outer.spawn('workers', (signal) =>
          withTaskGroup(signal, async (inner) => {
            inner.spawn('queue', untilAborted);
            await untilAborted(inner.signal);
          }),
        );
      }),
    );
    assert.equal(error.message, 'store: lost');
  });

  it('nests: a failure inside is named with its whole path', async () => {
    const error = await failureOf(
      withTaskGroup(never(), async (outer) => {
        outer.spawn('workers', (signal) =>
          withTaskGroup(signal, async (inner) => {
            inner.spawn('queue', () => Promise.reject(new Error('a defect')));
          }),
        );
      }),
    );
    assert.equal(error.message, 'workers: queue: a defect');
  });
});
