import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { THOUGHT_STATES, type ThoughtState } from '../../src/contract/thought.ts';
import type { ThoughtRow, ThoughtView } from '../../src/contract/thought-view.ts';
import { createFlow } from '../../web/src/now/flow.ts';
import { stepOf } from '../../web/src/now/steps.ts';
import { byFile, ruleOf } from '../../web/src/now/trouble.ts';

const at = '2026-11-22T12:00:00.000Z';
const perceived = (name: string, rules = ['inbox'], change = 'added'): FollowedEvent => ({
  ...{ type: 'perceived', at, seq: 1, path: `/inbox/${name}`, change, rules },
});
const state = (thought: string, name: string, to: ThoughtState, reason = ''): FollowedEvent => ({
  ...{ type: 'state', at, thought, rule: 'inbox', subject: `file:/inbox/${name}`, state: to, reason },
});
const sent = (thought: string): FollowedEvent => ({
  ...{ type: 'sent', at, thought, rule: 'inbox', provider: 'box', model: 'qwen' },
});
const token = (thought: string, text: string, from: number, reasoning = false): FollowedEvent => ({
  ...{ type: 'token', thought, text, reasoning, from },
});
const output = (thought: string, to: 'planned' | 'applied'): FollowedEvent => ({
  ...{ type: 'output', at, thought, kind: 'write', target: '/notes/a.md', state: to, reason: '' },
});

const row = (id: string, event: number, to: ThoughtState, rule = 'inbox'): ThoughtRow => ({
  ...{ id, timestamp: at, content: '', processed: false, state: to, rule, reason: '' },
  context: { sense: 'files', subject: `file:/inbox/${event}.md`, event },
});
const view = (id: string, to: ThoughtState, more: Partial<ThoughtView>): ThoughtView => ({
  ...row(id, 1, to),
  event: { seq: 1, kind: 'added', at, dedup: '', data: {} },
  ...{ ruleVersion: '', settleUntil: null, finishedAt: null, reusedFrom: null, crashes: 0, failures: 0 },
  ...{ captured: null, removed: [], prompt: null, parts: 0, attempts: [], answer: null, outputs: [] },
  ...more,
});

describe('the flow', () => {
  it('shows one thing with every step from perception to output', () => {
    const flow = createFlow();
    flow.take([perceived('a.md'), state('1', 'a.md', 'ready'), state('1', 'a.md', 'running'), sent('1')]);
    flow.take([token('1', 'hm', 0, true), token('1', 'Dear ', 0), token('1', 'you', 5)]);
    flow.take([
      state('1', 'a.md', 'answered'),
      output('1', 'planned'),
      output('1', 'applied'),
      state('1', 'a.md', 'done'),
    ]);
    const [thing, ...others] = flow.things();
    assert.deepEqual(others, []);
    assert.deepEqual([thing?.subject, thing?.change, thing?.rules], ['file:/inbox/a.md', 'added', ['inbox']]);
    const [thinking] = thing?.thoughts ?? [];
    assert.deepEqual(
      [thinking?.state, thinking?.model, thinking?.said, thinking?.reasoned, thinking?.tokens],
      ['done', 'box/qwen', 'Dear you', 'hm', 3],
    );
    assert.deepEqual(thinking?.outputs, [
      { kind: 'write', target: '/notes/a.md', state: 'applied', reason: '' },
    ]);
  });

  it('takes a change before anything was begun for the same thing, and one after it for another', () => {
    const flow = createFlow();
    flow.take([perceived('a.md'), state('1', 'a.md', 'waiting'), perceived('a.md', ['inbox'], 'modified')]);
    flow.take([state('1', 'a.md', 'cancelled', 'superseded'), state('2', 'a.md', 'running')]);
    assert.deepEqual(
      flow.things().map(({ change, thoughts }) => [change, thoughts.map(({ id }) => id)]),
      [['modified', ['2']]],
    );
    flow.take([perceived('a.md', ['inbox'], 'modified')]);
    assert.equal(flow.things().length, 2);
  });

  it('begins what a model says anew with every attempt', () => {
    const flow = createFlow();
    flow.take([
      state('1', 'a.md', 'running'),
      sent('1'),
      token('1', 'half an ans', 0),
      state('1', 'a.md', 'ready'),
    ]);
    assert.equal(flow.things()[0]?.thoughts[0]?.said, '');
    flow.take([sent('1'), token('1', 'whole', 0)]);
    assert.equal(flow.things()[0]?.thoughts[0]?.said, 'whole');
  });

  it('begins everything anew when somebody lets a thought be thought again', () => {
    const flow = createFlow();
    flow.take([state('1', 'a.md', 'running'), sent('1'), token('1', 'x', 0), output('1', 'applied')]);
    flow.take([state('1', 'a.md', 'done')]);
    flow.detail(view('1', 'done', { answer: { title: 'old' } }));
    flow.take([state('1', 'a.md', 'ready')]);
    const [again] = flow.things()[0]?.thoughts ?? [];
    assert.deepEqual([again?.answer, again?.outputs, again?.said], [undefined, [], '']);
  });

  it('puts thoughts of before beneath, and corrects what is known', () => {
    const flow = createFlow();
    flow.take([state('2', '2.md', 'running')]);
    flow.seed([row('2', 2, 'done'), row('1', 1, 'done')]);
    assert.deepEqual(
      flow.things().map(({ thoughts }) => thoughts.map(({ id, state }) => [id, state])),
      [[['2', 'done']], [['1', 'done']]],
    );
  });

  it('shows thoughts of two rules about one change as one thing, whether they were told or read', () => {
    const flow = createFlow();
    flow.seed([row('2', 7, 'done', 'tidy'), row('1', 7, 'done', 'tasks')]);
    const [thing, ...others] = flow.things();
    assert.deepEqual(others, []);
    assert.deepEqual(
      thing?.thoughts.map(({ id }) => id),
      ['1', '2'],
    );
    assert.deepEqual(thing?.rules.toSorted(), ['tasks', 'tidy']);

    const told = createFlow();
    told.take([{ ...perceived('7.md', ['tasks', 'tidy']), seq: 7 } as FollowedEvent]);
    told.seed([row('2', 7, 'done', 'tidy'), row('1', 7, 'done', 'tasks')]);
    assert.deepEqual(
      told.things().map(({ thoughts }) => thoughts.map(({ id }) => id)),
      [['1', '2']],
    );
  });

  it('puts what was missed to where it belongs in time', () => {
    const flow = createFlow();
    const later = (name: string, minute: number): FollowedEvent => ({
      ...{ type: 'perceived', at: at.replace('12:00', `12:0${minute}`), seq: minute, path: `/inbox/${name}` },
      ...{ change: 'added', rules: ['inbox'] },
    });
    flow.take([later('1.md', 1), { type: 'gap', reason: '' }, later('3.md', 3)]);
    flow.seed([{ ...row('2', 2, 'done'), timestamp: at.replace('12:00', '12:02') }]);
    assert.deepEqual(
      flow.things().map(({ subject }) => subject),
      ['file:/inbox/3.md', 'file:/inbox/2.md', 'file:/inbox/1.md'],
    );
  });

  it('knows what a thought said before it was listened to, once, however much of it was heard as well', () => {
    const answer = 'Dear you! So it is.';
    const heard = fc.record({
      from: fc.nat(answer.length),
      asked: fc.nat(answer.length),
      /** Where what was told is cut in pieces. */
      cuts: fc.array(fc.nat(answer.length)),
      /** How much was told before the answer to the question came. */
      before: fc.nat(answer.length),
    });
    fc.assert(
      fc.property(heard, ({ from, asked, cuts, before }) => {
        const flow = createFlow();
        flow.seed([row('1', 1, 'running')]);
        const places = [from, ...cuts.filter((cut) => cut > from).sort((a, b) => a - b), answer.length];
        const tokens = places.slice(1).map((to, at) => {
          const begin = places[at] ?? 0;
          return { begin, event: token('1', answer.slice(begin, to), begin) };
        });
        flow.take(tokens.filter(({ begin }) => begin < before).map(({ event }) => event));
        // The daemon is asked after this page began to listen.
        flow.join('1', answer.slice(0, Math.max(asked, from)));
        flow.take(tokens.filter(({ begin }) => begin >= before).map(({ event }) => event));
        assert.equal(flow.things()[0]?.thoughts[0]?.said, answer);
        assert.equal(flow.things()[0]?.thoughts[0]?.heard, 'joined');
      }),
    );
  });

  it('puts nothing together that was not said so: what comes after a gap begins anew', () => {
    const flow = createFlow();
    flow.take([state('1', 'a.md', 'running'), sent('1'), token('1', 'one ', 0), token('1', 'three', 8)]);
    const [thinking] = flow.things()[0]?.thoughts ?? [];
    assert.deepEqual([thinking?.said, thinking?.heard], ['three', 'part']);
    flow.join('1', 'one two three');
    assert.equal(flow.things()[0]?.thoughts[0]?.said, 'one two three');
  });

  it('takes what was told while a thought was read for the newer', () => {
    const flow = createFlow();
    flow.seed([row('1', 1, 'proposed')]);
    flow.take([output('1', 'applied')]);
    const proposed = { kind: 'write', target: '/notes/a.md', state: 'proposed', reason: '' };
    const other = { ...proposed, target: '/notes/b.md' };
    flow.detail(view('1', 'proposed', { outputs: [proposed, other] as ThoughtView['outputs'] }));
    assert.deepEqual(
      flow.things()[0]?.thoughts[0]?.outputs.map(({ state }) => state),
      ['applied', 'proposed'],
    );
  });

  it('gives things that have not changed as the same objects', () => {
    const flow = createFlow();
    flow.take([perceived('a.md'), perceived('b.md')]);
    const [b, a] = flow.things();
    flow.take([state('1', 'a.md', 'ready')]);
    assert.equal(flow.things()[0], b);
    assert.notEqual(flow.things()[1], a);
    assert.deepEqual(a?.thoughts, [], 'what was given out has not changed');
  });

  it('keeps no more than it shows, and what rules are about longer than what they are not', () => {
    const flow = createFlow();
    flow.take([perceived('kept.md')]);
    flow.take(Array.from({ length: 150 }, (_, at) => perceived(`noise-${at}`, [])));
    assert.ok(flow.things().some(({ subject }) => subject.endsWith('kept.md')));
    assert.equal(flow.things().length, 41);
    flow.take(Array.from({ length: 10_000 }, (_, at) => perceived(`many-${at}.md`)));
    assert.equal(flow.things().length, 200);
  });

  it('is the same whether events come one by one or at once', () => {
    const name = fc.constantFrom('a.md', 'b.md', 'c.md');
    const id = fc.constantFrom('1', '2', '3', '4');
    const event = fc.oneof(
      name.map((each) => perceived(each)),
      fc
        .tuple(id, name, fc.constantFrom(...THOUGHT_STATES))
        .map(([thought, each, to]) => state(thought, each, to)),
      id.map((thought) => sent(thought)),
      id.map((thought) => token(thought, 'x', 0)),
      id.map((thought) => output(thought, 'applied')),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const atOnce = createFlow();
        atOnce.take(events);
        const oneByOne = createFlow();
        for (const each of events) oneByOne.take([each]);
        assert.deepEqual(oneByOne.things(), atOnce.things());
      }),
    );
  });
});

describe('what is wrong', () => {
  it('is one thing for each file, and leads to the rule whose file it is', () => {
    const problems = [
      '/home/rules/weekly.md:4:5: on.evry: unknown key',
      'the disk is full',
      '/home/rules/weekly.md:7:1: outputs: nothing',
      '/home/config.yaml:2:1: x: unknown key',
    ];
    assert.deepEqual(byFile(problems), [
      { file: '/home/rules/weekly.md', said: ['4:5: on.evry: unknown key', '7:1: outputs: nothing'] },
      { file: '', said: ['the disk is full'] },
      { file: '/home/config.yaml', said: ['2:1: x: unknown key'] },
    ]);
    assert.equal(ruleOf('/home/rules/weekly.md', '/home/rules'), 'weekly');
    assert.equal(ruleOf('/home/config.yaml', '/home/rules'), null);
    assert.equal(ruleOf('/home/rules/sub/x.md', '/home/rules'), null);
  });
});

describe('the steps of a thought', () => {
  it('have a place for every state', () => {
    const places = THOUGHT_STATES.map((each) => [
      each,
      stepOf({ state: each, sentAt: null, model: '', outputs: [] }).at,
    ]);
    assert.deepEqual(Object.fromEntries(places), {
      ...{ waiting: 1, ready: 2, running: 3, answered: 4, proposed: 5, done: 5, dead: 2, cancelled: 2 },
    });
    assert.equal(stepOf({ state: 'dead', sentAt: at, model: 'box/qwen', outputs: [] }).at, 3);
  });
});
