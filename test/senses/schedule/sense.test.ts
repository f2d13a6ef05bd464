import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { Percepts } from '../../../src/contract/happening.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import type { RuleOnSchedule } from '../../../src/contract/rule-on.ts';
import { createScheduleSense } from '../../../src/senses/schedule/sense.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 1, 12, 30);

const rule = (name: string, schedule: Partial<RuleOnSchedule>): Rule => ({
  name,
  version: 'v',
  file: '',
  text: '',
  on: { schedule: { timezone: 'Europe/Berlin', missed: 'once', ...schedule } },
  mind: { models: ['builtin/extract'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
  outputs: [],
  prompt: '',
});
const digest = rule('digest', { cron: '0 * * * *' });

/** A sense on a clock that is set, with the cursors that were accepted. */
function scheduled(t: TestContext, rules: Rule[], kept = new Map<string, string>()) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const time = { now: START };
  const sense = createScheduleSense({
    clock: { ...systemClock, now: () => time.now },
    cursors: new Map(kept),
    timezone: () => 'Europe/Berlin',
  });
  const batches = sense.perceive(stop.signal)[Symbol.asyncIterator]();
  return {
    sense,
    kept,
    async next(options: { now?: number; accepted?: boolean } = {}): Promise<Percepts> {
      time.now = options.now ?? time.now;
      // What looks again at once, as a timer would.
      sense.heed(rules);
      const { value, done } = await batches.next();
      if (done) throw new Error('the sense has ended');
      if (options.accepted === false) return value.batch;
      for (const { name, value: cursor } of value.batch.cursors) {
        if (cursor === null) kept.delete(name);
        else kept.set(name, cursor);
      }
      value.accept();
      return value.batch;
    },
    stop: () => stop.abort(),
  };
}

describe('the schedule sense', () => {
  it('meets a schedule with a cursor alone, and tells each slot once', async (t) => {
    const life = scheduled(t, [digest]);
    assert.deepEqual((await life.next()).happenings, []);
    const { happenings, cursors } = await life.next({ now: START + HOUR });
    assert.deepEqual(
      happenings.map(({ dedup, subject, kind, rule, data }) => ({ dedup, subject, kind, rule, data })),
      [
        {
          dedup: 'schedule:digest#2026-06-01T13:00:00.000Z',
          subject: 'schedule:digest',
          kind: 'schedule.due',
          rule: 'digest',
          data: { slot: '2026-06-01T13:00:00.000Z', missed: 1 },
        },
      ],
    );
    assert.equal(cursors.length, 1);
    assert.equal(
      (await life.next({ now: START + 2 * HOUR })).happenings[0]?.data.slot,
      '2026-06-01T14:00:00.000Z',
    );
  });

  it('tells a slot again that was not accepted, under the same key', async (t) => {
    const life = scheduled(t, [digest]);
    await life.next();
    const lost = await life.next({ now: START + HOUR, accepted: false });
    life.stop();
    const again = await scheduled(t, [digest], life.kept).next({ now: START + HOUR + 5 });
    assert.equal(again.happenings[0]?.dedup, lost.happenings[0]?.dedup);
  });

  it('catches up once after a time in which it did not run', async (t) => {
    const life = scheduled(t, [digest]);
    await life.next();
    life.stop();
    const { happenings } = await scheduled(t, [digest], life.kept).next({ now: START + 48 * HOUR });
    assert.equal(happenings.length, 1);
    assert.equal(happenings[0]?.data.missed, 48);
    assert.match(happenings[0]?.text ?? '', /48 earlier times were missed/);
  });

  it('drops the cursor of a rule that is gone, and meets it anew when it comes back', async (t) => {
    const rules = [digest];
    const life = scheduled(t, rules);
    await life.next();
    rules.pop();
    assert.deepEqual((await life.next()).cursors, [{ name: 'schedule:digest', value: null }]);
    rules.push(digest);
    assert.deepEqual((await life.next({ now: START + 5 * HOUR })).happenings, []);
  });

  it('says in its health that the time of a rule was over when it came, and not once it was due', async (t) => {
    const once = (name: string, at: string) => rule(name, { at, timezone: 'UTC' });
    const life = scheduled(t, [once('late', '2026-06-01 12:00'), once('soon', '2026-06-01 13:00')]);
    await life.next();
    assert.match(life.sense.health().detail, /^late: its time was over when the rule came$/);
    const { happenings } = await life.next({ now: START + HOUR });
    assert.deepEqual(
      happenings.map(({ rule }) => rule),
      ['soon'],
    );
    assert.deepEqual(
      life.sense.facts().map(({ rule, next, tooLate }) => ({ rule, next, tooLate })),
      [
        { rule: 'late', next: null, tooLate: true },
        { rule: 'soon', next: null, tooLate: false },
      ],
    );
  });
});
