import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { Happening, Measured, Percepts } from '../../../src/contract/happening.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import type { RuleOnProcess } from '../../../src/contract/rule-on.ts';
import { createLinuxReader } from '../../../src/senses/processes/linux-reader.ts';
import { createProcessesSense } from '../../../src/senses/processes/sense.ts';
import { lengthText } from '../../../src/senses/processes/tell.ts';
import type { RuledSense } from '../../../src/senses/sense.ts';
import { run } from './proc.ts';

const skip = process.platform === 'linux' ? false : 'starts programs of Linux';
const WITHIN_MS = 20_000;

/** A rule as far as the sense reads it. */
function rule(name: string, on: Partial<RuleOnProcess>): Rule {
  const process = { changes: [], cooldownMs: 0, ...on };
  return { name, on: { process } } as never;
}

/** What a sense told so far, with the cursors as they would have been journaled. */
class Told {
  readonly happenings: Happening[] = [];
  readonly measured: Measured[] = [];
  readonly cursors: Map<string, string>;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(cursors: ReadonlyMap<string, string> = new Map()) {
    this.cursors = new Map(cursors);
  }

  listen(t: TestContext, sense: RuledSense): this {
    t.after(() => this.stop());
    this.#running = (async () => {
      for await (const { batch, accept } of sense.perceive(this.#stop.signal)) {
        this.#take(batch);
        accept();
        this.#wake();
      }
    })();
    return this;
  }

  #take({ happenings, cursors, measured = [] }: Percepts): void {
    this.happenings.push(...happenings);
    this.measured.push(...measured);
    for (const { name, value } of cursors)
      if (value === null) this.cursors.delete(name);
      else this.cursors.set(name, value);
  }

  async until(holds: () => boolean): Promise<void> {
    const late = systemClock.sleep(WITHIN_MS, this.#stop.signal).then(
      () => 'late',
      () => 'stopped',
    );
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if ((await Promise.race([promise, late])) === 'late') throw new Error('it did not come in time');
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

describe('the sense of processes', { skip }, () => {
  let marks = 0;
  const mark = () => {
    marks += 1;
    return `37${process.pid}${marks}`;
  };
  const start = (t: TestContext, seconds: string) => run(t, 'sleep', seconds);
  const open = (rules: readonly Rule[], cursors: ReadonlyMap<string, string> = new Map()) => {
    const sense = createProcessesSense({ clock: systemClock, cursors });
    sense.heed(rules);
    return sense;
  };
  const kinds = ({ happenings }: Told) => happenings.map(({ kind }) => kind);
  const both: RuleOnProcess['changes'] = ['started', 'exited'];

  it('tells that a process started and exited, once each, to the rules that asked', async (t) => {
    const seconds = mark();
    const command = `sleep ${seconds}`;
    const rules = [
      rule('both', { command, changes: both }),
      rule('ends', { name: 'SLEE?', command, changes: ['exited'] }),
      rule('other', { command: 'no such process anywhere', changes: both }),
    ];
    const told = new Told().listen(t, open(rules));
    await told.until(() => told.cursors.size === 3);
    const child = start(t, seconds);
    await told.until(() => told.happenings.length >= 1);
    child.kill();
    await told.until(() => told.happenings.length >= 3);
    assert.deepEqual(
      told.happenings.map((each) => [each.rule, each.kind]),
      [
        ['both', 'process.started'],
        ['both', 'process.exited'],
        ['ends', 'process.exited'],
      ],
    );
    const [began, ended] = told.happenings;
    assert.equal(began?.subject, 'process:sleep');
    assert.equal(began?.data.process?.pid, child.pid);
    assert.equal(began?.data.process?.command, command);
    assert.match(began?.text ?? '', new RegExp(`Command: ${command}`));
    assert.match(ended?.text ?? '', /^sleep is gone: exited|killed/);
    assert.match(ended?.data.process?.exit ?? '', /exited|killed/);
    assert.equal(new Set(told.happenings.map(({ dedup }) => dedup)).size, 3);
  });

  it('takes whom it meets first for no news', async (t) => {
    const seconds = mark();
    start(t, seconds);
    const told = new Told().listen(t, open([rule('r', { command: `sleep ${seconds}`, changes: both })]));
    await told.until(() => told.cursors.size === 1);
    assert.match(told.cursors.get('process:r') ?? '', new RegExp(seconds));
    const second = start(t, seconds);
    await told.until(() => told.happenings.length > 0);
    assert.deepEqual(
      told.happenings.map(({ data }) => data.process?.pid),
      [second.pid],
    );
  });

  it('tells after a restart what started and exited meanwhile, once', async (t) => {
    const seconds = mark();
    const rules = [rule('r', { command: `sleep ${seconds}`, changes: both })];
    const [stays, goes] = [start(t, seconds), start(t, seconds)];
    const first = new Told().listen(t, open(rules));
    await first.until(() => first.cursors.size === 1);
    await first.stop();
    goes.kill();
    await goes.ended;
    const comes = start(t, seconds);

    const second = new Told(first.cursors).listen(t, open(rules, first.cursors));
    await second.until(() => second.happenings.length >= 2);
    await second.stop();
    assert.deepEqual(
      second.happenings.map(({ kind, data }) => [kind, data.process?.pid]),
      [
        ['process.exited', goes.pid],
        ['process.started', comes.pid],
      ],
    );
    assert.equal(second.happenings[0]?.data.process?.exit, 'exited while the daemon did not run');

    const third = new Told(second.cursors).listen(t, open(rules, second.cursors));
    stays.kill();
    await third.until(() => third.happenings.length >= 1);
    assert.deepEqual(kinds(third), ['process.exited']);
  });

  it('begins anew where a rule is about others now, and forgets rules that are gone', async (t) => {
    const seconds = mark();
    start(t, seconds);
    const before = new Map([
      ['process:r', JSON.stringify({ wish: '[null,null,"others"]', there: [] })],
      ['process:gone', JSON.stringify({ wish: '[]', there: [] })],
      ['log:/x', '1'],
    ]);
    const rules = [rule('r', { command: `sleep ${seconds}`, changes: both })];
    const told = new Told(before).listen(t, open(rules, before));
    await told.until(() => told.cursors.size === 2);
    assert.deepEqual([...told.cursors.keys()], ['process:r', 'log:/x']);
    assert.deepEqual(told.happenings, []);
  });

  it('takes whom it meets for no news, too, where its rule was on a condition until now', async (t) => {
    const seconds = mark();
    const command = `sleep ${seconds}`;
    start(t, seconds);
    const when = { metric: 'count', above: 9, forMs: 0 };
    const sense = open([rule('r', { command, when })]);
    const first = new Told().listen(t, sense);
    await first.until(() => first.measured.length > 0);
    // Another rule was edited: nothing about this one.
    sense.heed([rule('r', { command, when })]);
    await first.until(() => first.measured.length > 1);
    await first.stop();
    assert.equal(first.cursors.size, 0);

    const stale = new Map([
      ['process:r', JSON.stringify({ wish: JSON.stringify([null, null, command]), there: [] })],
    ]);
    const again = open([rule('r', { command, when })], stale);
    const second = new Told(stale).listen(t, again);
    await second.until(() => second.cursors.size === 0);
    again.heed([rule('r', { command, changes: both })]);
    await second.until(() => second.cursors.size === 1);
    assert.deepEqual(second.happenings, []);
  });

  it('begins anew where its cursor cannot be read', async (t) => {
    const seconds = mark();
    start(t, seconds);
    const before = new Map([['process:r', '{"wish":']]);
    const rules = [rule('r', { command: `sleep ${seconds}`, changes: both })];
    const told = new Told(before).listen(t, open(rules, before));
    await told.until(() => told.cursors.get('process:r') !== before.get('process:r'));
    assert.deepEqual(told.happenings, []);
  });

  it('measures the processes of a rule with their children, for its condition', async (t) => {
    const seconds = mark();
    const child = run(
      t,
      'sh',
      '-c',
      `sleep ${seconds} & until grep -q sleep /proc/$!/comm; do :; done; echo ready; wait`,
      `marked-${seconds}`,
    );
    await child.line();
    const when = { metric: 'connections', above: 3, forMs: 0 };
    const told = new Told().listen(t, open([rule('r', { command: `marked-${seconds}`, when })]));
    await told.until(() => told.measured.length > 0);
    const [measured] = told.measured;
    assert.equal(measured?.rule, 'r');
    const values = new Map(measured?.readings.map(({ metric, value }) => [metric, value]));
    assert.deepEqual(
      ['count', 'children', 'threads', 'connections'].map((metric) => values.get(metric)),
      [1, 1, 2, 0],
    );
    const all = await createLinuxReader({ clock: systemClock }).snapshot();
    const tree = all.filter(({ pid, parent }) => pid === child.pid || parent === child.pid);
    const memory = tree.reduce((sum, { memoryMb }) => sum + memoryMb, 0);
    assert.ok(Math.abs((values.get('memory_mb') ?? 0) - memory) < 1, `${values.get('memory_mb')} ${memory}`);
    assert.match(measured?.offenders ?? '', /sleep \(\d+\): \d+ MB/);
    assert.equal(told.cursors.size, 0, 'conditions have their own');
  });

  it('is idle while no rule is about processes, and heeds the first that is', async (t) => {
    const sense = open([]);
    assert.deepEqual(sense.health(), {
      ...{ name: 'processes', state: 'ok', detail: 'idle: no rule is about processes', roots: [] },
    });
    const told = new Told().listen(t, sense);
    sense.heed([rule('r', { name: 'no-such-program', changes: both })]);
    await told.until(() => told.cursors.size === 1);
    assert.match(sense.health().detail, /^\d+ processes, 1 rule/);
    sense.heed([]);
    await told.until(() => told.cursors.size === 0);
  });
});

describe('how long something lasted', () => {
  it('is told in its two largest units', () => {
    assert.deepEqual([-5, 200, 9999, 61_000, 3_600_000, 90_000_000, 86_400_000].map(lengthText), [
      '0.0 s',
      '0.2 s',
      '10.0 s',
      '1 min 1 s',
      '1 h',
      '1 d 1 h',
      '1 d',
    ]);
  });
});
