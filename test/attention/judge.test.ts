import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createJudge } from '../../src/attention/judge.ts';
import type { Cursor, Measured } from '../../src/contract/happening.ts';
import type { Rule, RuleOn } from '../../src/contract/rule.ts';

const full: RuleOn = {
  vitals: { when: { metric: 'disk.percent', above: 90, forMs: 60_000 }, cooldownMs: 0 },
};

function rule(name: string, on: RuleOn, prompt = ''): Rule {
  return {
    name,
    version: `v${prompt}`,
    file: '',
    text: '',
    on,
    mind: {
      models: ['builtin/verbatim'],
      offline: 'hold',
      schema: null,
      maxOutputTokens: null,
      cloud: 'never',
    },
    outputs: [],
    prompt,
  };
}

function disk(minute: number, value: number): Measured {
  return {
    sense: 'vitals',
    at: minute * 60_000,
    readings: [{ metric: 'disk.percent', of: '/home', value }],
    offenders: 'firefox (pid 7): 93 % of a core',
  };
}

/** A judge whose cursors are kept as the journal keeps them: a new one goes on where the last one was. */
function court() {
  const cursors = new Map<string, string>();
  const everyMs = () => 60_000;
  const keep = (moved: Cursor[]) => {
    for (const { name, value } of moved) value === null ? cursors.delete(name) : cursors.set(name, value);
  };
  let judge = createJudge({ cursors: new Map(cursors), everyMs });
  return {
    cursors,
    restart() {
      judge = createJudge({ cursors: new Map(cursors), everyMs });
    },
    judge(measured: Measured, rules: Rule[]) {
      const judged = judge(measured, rules);
      keep(judged.cursors);
      return judged.happenings;
    },
  };
}

describe('the judge of conditions', () => {
  it('tells a rule what holds, since when, what it was before, and who uses the machine most', async () => {
    const { judge } = court();
    const watch = rule('full', full);
    assert.deepEqual(await judge(disk(0, 80), [watch]), []);
    assert.deepEqual(await judge(disk(1, 93), [watch]), []);
    const [told, ...others] = await judge(disk(2, 94), [watch]);
    assert.equal(others.length, 0);
    assert.equal(told?.kind, 'vitals.condition');
    assert.equal(told?.subject, 'vitals:disk.percent /home');
    assert.equal(told?.rule, 'full');
    assert.deepEqual(told?.data.condition, {
      metric: 'disk.percent',
      of: '/home',
      value: 94,
      before: 80,
      limit: 90,
      since: '1970-01-01T00:01:00.000Z',
    });
    assert.match(
      told?.text ?? '',
      /^disk\.percent \/home is 94: above 90, for 1m.*; 80 before\n\nWho uses the most:\nfirefox/,
    );
  });

  it('goes on over a restart: what fired does not fire again, what was on its way does', async () => {
    const { judge, restart } = court();
    const watch = rule('full', full);
    await judge(disk(1, 93), [watch]);
    restart();
    assert.equal((await judge(disk(2, 94), [watch])).length, 1);
    restart();
    assert.deepEqual(await judge(disk(3, 95), [watch]), []);
    restart();
    assert.deepEqual(await judge(disk(500, 95), [watch]), []);
  });

  it('begins anew where the condition was changed, and not where the prompt was', async () => {
    const { judge } = court();
    await judge(disk(1, 93), [rule('full', full)]);
    await judge(disk(2, 93), [rule('full', full)]);
    assert.deepEqual(await judge(disk(3, 93), [rule('full', full, 'other words')]), []);
    const sooner: RuleOn = {
      vitals: { when: { metric: 'disk.percent', above: 80, forMs: 0 }, cooldownMs: 0 },
    };
    assert.equal((await judge(disk(4, 93), [rule('full', sooner)])).length, 1);
  });

  it('journals how far a condition has come when something turns, and now and then: each is a commit', () => {
    const judge = createJudge({ cursors: new Map(), everyMs: () => 5000 });
    const watch = rule('full', full);
    const write = (second: number, value: number) => {
      const readings = [{ metric: 'disk.percent', of: '/home', value }];
      return judge({ sense: 'vitals', at: second * 1000, readings }, [watch]).cursors.length;
    };
    assert.deepEqual(
      [0, 5, 10, 15].map((second) => write(second, 80 + second)),
      [1, 0, 0, 1],
    );
    const later = Array.from({ length: 13 }, (_, n) => 20 + 5 * n);
    assert.deepEqual(
      later.filter((second) => write(second, 93) > 0),
      [75],
      'a minute after the last',
    );
  });

  it('forgets the condition of a rule that is gone', async () => {
    const { judge, cursors } = court();
    await judge(disk(1, 93), [rule('full', full)]);
    assert.deepEqual([...cursors.keys()], ['condition:full']);
    await judge(disk(2, 93), []);
    assert.deepEqual([...cursors.keys()], []);
  });

  it('checks readings of processes for the rule only whose processes they are', async () => {
    const { judge } = court();
    const when = { metric: 'memory_mb', above: 4000, forMs: 0 };
    const on: RuleOn = { process: { name: 'node', changes: [], when, cooldownMs: 0 } };
    const readings = [{ metric: 'memory_mb', of: 'node 12', value: 5000 }];
    const measured: Measured = { sense: 'processes', rule: 'heavy', at: 1000, readings };
    const told = await judge(measured, [rule('heavy', on), rule('other', on), rule('full', full)]);
    assert.deepEqual(
      told.map(({ kind, subject, rule }) => [kind, subject, rule]),
      [['process.condition', 'process:memory_mb node 12', 'heavy']],
    );
  });
});
