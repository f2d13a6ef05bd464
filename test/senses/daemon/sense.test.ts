import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Percepts } from '../../../src/contract/happening.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import type { DaemonEvent } from '../../../src/contract/rule-on.ts';
import { isLow, type Space } from '../../../src/senses/daemon/disks.ts';
import type { SeenProvider } from '../../../src/senses/daemon/providers.ts';
import { createDaemonSense } from '../../../src/senses/daemon/sense.ts';
import type { EndedThought, SpentBudget } from '../../../src/senses/daemon/tell.ts';

const GB = 1e9;

function rule(...events: DaemonEvent[]): Rule {
  return {
    name: 'watch',
    version: 'v1',
    file: '',
    text: '',
    on: { daemon: { events } },
    mind: { models: [], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
    outputs: [],
    prompt: '',
  };
}

const dead: EndedThought = {
  dedup: 'thought:t1#dead#5',
  kind: 'thought.dead',
  at: 5,
  thought: 't1',
  rule: 'notes',
  subject: 'file:/inbox/a.md',
  reason: 'the answer fits no shape',
  content: 'Dear Sir',
  answer: null,
  ofDaemon: false,
};

/** A house to look at, and a sense that looks at it all the time. */
function house(t: TestContext) {
  const facts = {
    now: 1_000_000,
    ended: [] as EndedThought[],
    newest: 7,
    budgets: [] as SpentBudget[],
    space: new Map<string, Space>(),
    providers: [] as SeenProvider[],
    /** How much later it is at each look (ms). */
    pace: 0,
  };
  const cursors = new Map<string, string>();
  const life = (rules: Rule[]) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const sense = createDaemonSense({
      clock: { now: () => facts.now, monotonic: () => facts.now },
      cursors: new Map(cursors),
      providers() {
        facts.now += facts.pace;
        return facts.providers;
      },
      budgets: () => facts.budgets,
      async ended(after) {
        return { upTo: facts.newest, ended: after < facts.newest ? facts.ended : [] };
      },
      newest: async () => facts.newest,
      folders: () => [...facts.space.keys()],
      space: async (folder) => facts.space.get(folder) ?? null,
      everyMs: 2,
    });
    sense.heed(rules);
    const perceptions = sense.perceive(stop.signal)[Symbol.asyncIterator]();
    return {
      sense,
      stop: () => stop.abort(),
      async next(): Promise<Percepts> {
        const { value } = await perceptions.next();
        for (const { name, value: text } of value.batch.cursors)
          if (text === null) cursors.delete(name);
          else cursors.set(name, text);
        value.accept();
        return value.batch;
      },
    };
  };
  return { facts, cursors, life };
}

const kinds = ({ happenings }: Percepts) => happenings.map(({ kind, subject }) => `${kind} ${subject}`);

describe('the sense for the daemon itself', { timeout: 60_000 }, () => {
  it('tells of thoughts that ended since a rule asks, not of those before, and goes on after a restart', async (t) => {
    const { facts, life } = house(t);
    facts.ended = [dead];
    const first = life([rule('thought.dead')]);
    assert.deepEqual(kinds(await first.next()), []);
    facts.newest = 9;
    const told = await first.next();
    assert.deepEqual(kinds(told), ['thought.dead thought:t1']);
    assert.equal(told.happenings[0]?.journaled, true);
    assert.match(
      told.happenings[0]?.text ?? '',
      /t1 of the rule notes.*was given up: the answer fits no shape/,
    );
    first.stop();
    const second = life([rule('thought.dead')]);
    facts.newest = 11;
    facts.ended = [{ ...dead, dedup: 'thought:t2#dead#6', thought: 't2' }];
    assert.deepEqual(kinds(await second.next()), ['thought.dead thought:t2']);
  });

  it('does not tell of thoughts of rules on the daemon, nor of what no rule asks for', async (t) => {
    const { facts, life } = house(t);
    const { next } = life([rule('thought.dead')]);
    await next();
    facts.ended = [
      { ...dead, ofDaemon: true },
      { ...dead, kind: 'thought.done', reason: '' },
    ];
    facts.newest = 9;
    assert.deepEqual(kinds(await next()), []);
  });

  it('tells what a thought has answered as it is read, not as it is stored', async (t) => {
    const { facts, life } = house(t);
    const { next } = life([rule('thought.done')]);
    await next();
    const done = { ...dead, kind: 'thought.done', reason: '' } as const;
    facts.ended = [
      { ...done, answer: 'He said "no".\nTwice.' },
      { ...done, dedup: 'thought:t2#done#6', answer: { title: 'No', tags: ['a'], date: null } },
    ];
    facts.newest = 9;
    const [text, map] = (await next()).happenings;
    assert.match(text?.text ?? '', /is done\.\n\nHe said "no"\.\nTwice\.$/);
    assert.match(map?.text ?? '', /is done\.\n\ntitle: No\ntags: \["a"\]$/);
  });

  it('forgets how providers were while no rule asks: what changed meanwhile is no news', async (t) => {
    const { facts, cursors, life } = house(t);
    facts.providers = [{ name: 'box', state: 'offline', reason: 'refused' }];
    const { sense, next } = life([rule('provider.up', 'provider.down')]);
    facts.pace = 31_000;
    await next();
    assert.match(cursors.get('daemon') ?? '', /"box":\{"told":"down"/);
    sense.heed([]);
    await next();
    assert.equal(cursors.size, 0);
    facts.providers = [{ name: 'box', state: 'online', reason: '' }];
    sense.heed([rule('provider.up', 'provider.down')]);
    assert.deepEqual(kinds(await next()), []);
    assert.match(cursors.get('daemon') ?? '', /"box":\{"told":"up"/);
  });

  it('tells once of a budget that is used up', async (t) => {
    const { facts, life } = house(t);
    const { next } = life([rule('budget.spent', 'thought.done')]);
    await next();
    facts.budgets = [{ provider: 'claude', until: 2_000_000, reason: 'the budget of claude is used up' }];
    const told = await next();
    assert.deepEqual(kinds(told), ['budget.spent budget:claude']);
    assert.equal(told.happenings[0]?.dedup, 'budget:claude#2000000');
    // The next batch is of something else: the budget is not told again.
    facts.newest = 8;
    assert.deepEqual(kinds(await next()), []);
  });

  it('tells once of each disk that is low, and again after it was not', async (t) => {
    const { facts, life } = house(t);
    facts.space.set('/state', { dev: 1, total: 100 * GB, free: 50 * GB });
    facts.space.set('/notes', { dev: 1, total: 100 * GB, free: 4 * GB });
    facts.space.set('/filed', { dev: 2, total: 100 * GB, free: 4 * GB });
    const { next } = life([rule('disk.low')]);
    assert.deepEqual(kinds(await next()), ['disk.low disk:/filed']);
    facts.now += 60_000;
    facts.space.set('/filed', { dev: 2, total: 100 * GB, free: 20 * GB });
    assert.deepEqual(kinds(await next()), []);
    facts.now += 60_000;
    facts.space.set('/filed', { dev: 2, total: 100 * GB, free: 3 * GB });
    const again = await next();
    assert.deepEqual(kinds(again), ['disk.low disk:/filed']);
    assert.match(again.happenings[0]?.text ?? '', /the disk of \/filed has 3\.0 GB of 100 GB left/);
  });

  it('says so where no rule asks for anything', (t) => {
    const { life } = house(t);
    assert.equal(life([]).sense.health().detail, 'no rule asks for it');
  });
});

describe('a disk', () => {
  it('is low below 5 % or 1 GB, and until a tenth more than that', () => {
    assert.equal(isLow({ dev: 1, total: 100 * GB, free: 5 * GB }, false), false);
    assert.equal(isLow({ dev: 1, total: 100 * GB, free: 4.9 * GB }, false), true);
    assert.equal(isLow({ dev: 1, total: 100 * GB, free: 5.4 * GB }, true), true);
    assert.equal(isLow({ dev: 1, total: 100 * GB, free: 5.6 * GB }, true), false);
    assert.equal(isLow({ dev: 1, total: 10 * GB, free: 0.9 * GB }, false), true);
  });

  it('that is small is not low for being small', () => {
    assert.equal(isLow({ dev: 1, total: 0.5 * GB, free: 0.4 * GB }, false), false);
    assert.equal(isLow({ dev: 1, total: 0.5 * GB, free: 0.09 * GB }, false), true);
  });
});
