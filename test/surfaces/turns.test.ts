import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTurns } from '../../src/surfaces/http/turns.ts';

describe('costly questions', () => {
  it('are answered two at a time, the others in the order of their coming', async () => {
    const turns = createTurns();
    const never = new AbortController().signal;
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const all = gates.map(({ promise }, index) =>
      turns.run('a', never, async () => {
        begun.push(index);
        await promise;
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, [0, 1]);
    gates[1]?.resolve();
    await all[1];
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, [0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await Promise.all(all);
  });

  it('of one caller are refused where they are too many; those of others are not', async () => {
    const turns = createTurns();
    const leave = new AbortController();
    const never = () => new Promise<void>(() => undefined);
    const waiting = Array.from({ length: 64 }, () => turns.run('a', leave.signal, never));
    for (const each of waiting) each.catch(() => undefined);
    await assert.rejects(turns.run('a', leave.signal, never), { code: 'too-busy', retryable: true });
    const other = turns.run('b', leave.signal, never);
    leave.abort(new Error('gone'));
    await assert.rejects(other, /gone/);
  });

  it('of somebody who has gone are not answered', async () => {
    const turns = createTurns();
    const gone = new AbortController();
    gone.abort(new Error('gone'));
    await assert.rejects(
      turns.run('a', gone.signal, async () => assert.fail('answered')),
      /gone/,
    );
  });
});
