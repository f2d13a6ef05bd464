import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { clausesOf, conditionSchema } from '../../src/contract/condition.ts';
import { mannersSchema } from '../../src/contract/manners.ts';

const clause = { metric: 'disk.percent', above: 90 };

function complaints(when: unknown): string[] {
  const parsed = conditionSchema.safeParse(when);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a condition as people write it', () => {
  it('is a clause with its limit, its time and the level at which it is over', () => {
    const when = { metric: 'disk.percent', of: '/home', above: 90, for: '5m', clear: 85 };
    const clause = { metric: 'disk.percent', of: '/home', above: 90, forMs: 300_000, clear: 85 };
    assert.deepEqual(conditionSchema.parse(when), clause);
    assert.deepEqual(conditionSchema.parse({ metric: 'memory.mb', rises: 500, within: '1h' }), {
      metric: 'memory.mb',
      rises: 500,
      withinMs: 3_600_000,
      forMs: 0,
    });
  });

  it('is a list of conditions, in one another four deep and not deeper', () => {
    const four = { any: [{ all: [{ any: [clause] }] }, clause] };
    assert.equal(clausesOf(conditionSchema.parse(four)).length, 2);
    assert.deepEqual(complaints({ all: [four] }), ['all.0.any.0.all.0.any: more than 4 deep']);
  });

  it('has at most twenty clauses', () => {
    const of = (count: number) => Array.from({ length: count }, () => clause);
    assert.deepEqual(complaints({ any: [{ all: of(10) }, { all: of(10) }] }), []);
    assert.deepEqual(complaints({ any: [{ all: of(10) }, { all: of(11) }] }), [': 21 clauses: more than 20']);
  });

  it('says what is wrong, at the key that is wrong', () => {
    const shape = 'either all, or any, or metric with one of: above, below, rises, falls';
    assert.deepEqual(complaints({}), [`: ${shape}`]);
    assert.deepEqual(complaints({ metric: 'load.1' }), [`: ${shape}`]);
    assert.deepEqual(complaints({ ...clause, below: 10 }), [`: ${shape}`]);
    assert.deepEqual(complaints({ all: [clause], metric: 'load.1' }), [`: all beside other keys: ${shape}`]);
    assert.deepEqual(complaints({ any: [clause, { metric: 'load.1', rises: 2 }] }), [
      'any.1: rises needs within: in how long',
    ]);
    assert.deepEqual(complaints({ ...clause, within: '5m', clear: 91 }), [
      'within: only with rises or falls',
      'clear: more than above (90)',
    ]);
    assert.deepEqual(complaints({ metric: 'battery.percent', below: 20, clear: 10 }), [
      'clear: less than below (20)',
    ]);
    assert.deepEqual(complaints({ metric: 'load.1', rises: 2, within: '5m', clear: 3 }), [
      'clear: not from 0 to 2, the change that it waits for',
    ]);
    assert.deepEqual(complaints({ ...clause, for: '5 minutes' }), ['for: not a duration']);
  });

  it('has a JSON Schema without references', () => {
    const schema = JSON.stringify(z.toJSONSchema(conditionSchema, { io: 'input' }));
    assert.ok(!schema.includes('$ref'), 'a reference');
  });
});

describe('manners as people write them', () => {
  it('are mains power, a time without touch and hours of the day', () => {
    assert.deepEqual(mannersSchema.parse({ on_ac: true, idle: '5m', hours: '22:00-07:00' }), {
      onAc: true,
      idleMs: 300_000,
      hours: '22:00-07:00',
    });
    assert.deepEqual(mannersSchema.parse({}), {});
  });

  it('are refused where they are none', () => {
    for (const only of [
      { on_ac: false },
      { idle: '0s' },
      { hours: '22-7' },
      { hours: '25:00-07:00' },
      { hours: '07:00-07:00' },
      { quiet: true },
    ]) {
      assert.equal(mannersSchema.safeParse(only).success, false, JSON.stringify(only));
    }
    assert.equal(mannersSchema.safeParse({ hours: '22:00-24:00' }).success, true);
  });
});
