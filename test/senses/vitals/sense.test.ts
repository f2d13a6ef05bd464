import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { Percepts } from '../../../src/contract/happening.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import { createVitalsSense } from '../../../src/senses/vitals/sense.ts';

const MACHINE = { 'cpu.percent': 12.4, 'memory.percent': 40, 'disk.percent /': 50, 'disk.percent /home': 81 };
const RULE: Rule = {
  name: 'r',
  on: { vitals: { cooldownMs: 0, when: { metric: 'load.1', forMs: 0 } } },
} as never;

async function take(count: number, every: () => number, rules: readonly Rule[]) {
  let samples = 0;
  let snapshots = 0;
  let closed = 0;
  const sense = createVitalsSense({
    clock: systemClock,
    every,
    open: async () => ({
      async sample() {
        samples += 1;
        return { at: samples, values: MACHINE };
      },
    }),
    openProcesses: async () => ({
      async snapshot() {
        snapshots += 1;
        return [];
      },
      close() {
        closed += 1;
      },
    }),
  });
  sense.heed(rules);
  const before = sense.health();
  const batches: Percepts[] = [];
  const stop = new AbortController();
  for await (const { batch, accept } of sense.perceive(stop.signal)) {
    accept();
    batches.push(batch);
    if (batches.length === count) stop.abort();
  }
  return { batches, before, health: sense.health(), snapshots, closed };
}

describe('the sense of vitals', () => {
  it('samples again and again, whether or not a rule asks', async () => {
    const { batches, before, health, snapshots } = await take(3, () => 10, []);
    assert.deepEqual(
      batches.map(({ sample }) => sample?.at),
      [1, 2, 3],
    );
    assert.deepEqual(batches[0]?.measured, []);
    assert.equal(snapshots, 0);
    assert.equal(before.state, 'starting');
    assert.equal(health.detail, 'cpu 12 %, memory 40 %, fullest disk /home 81 %; every 0 s');
  });

  it('measures for conditions, with who uses the most, only where a rule asks', async () => {
    const { batches, snapshots, closed } = await take(2, () => 10, [RULE]);
    assert.equal(closed, 2);
    assert.equal(snapshots, 2);
    const [measured] = batches[0]?.measured ?? [];
    assert.equal(measured?.sense, 'vitals');
    assert.ok(
      measured?.readings.some(
        (each) => each.metric === 'disk.percent' && each.of === '/home' && each.value === 81,
      ),
    );
    assert.ok(measured?.readings.some((each) => each.metric === 'cpu.percent' && each.of === ''));
  });

  it('keeps another pace from the moment that it is in force', async () => {
    let pace = 3_600_000;
    const taken = take(1, () => pace, []);
    pace = 10;
    assert.equal((await taken).batches.length, 1);
  });
});
