import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import { THOUGHT_STATES, type ThoughtState } from '../../src/contract/thought.ts';
import { createFlow } from '../../web/src/now/flow.ts';
import { stepOf } from '../../web/src/now/steps.ts';

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
const token = (thought: string, text: string, reasoning = false): FollowedEvent => ({
  ...{ type: 'token', thought, text, reasoning },
});
const output = (thought: string, to: 'planned' | 'applied'): FollowedEvent => ({
  ...{ type: 'output', at, thought, kind: 'write', target: '/notes/a.md', state: to, reason: '' },
});

describe('the flow', () => {
  it('shows one thing with every step from perception to output', () => {
    const flow = createFlow();
    flow.take([perceived('a.md'), state('1', 'a.md', 'ready'), state('1', 'a.md', 'running'), sent('1')]);
    flow.take([token('1', 'hm', true), token('1', 'Dear '), token('1', 'you')]);
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
      token('1', 'half an ans'),
      state('1', 'a.md', 'ready'),
    ]);
    assert.equal(flow.things()[0]?.thoughts[0]?.said, '');
    flow.take([sent('1'), token('1', 'whole')]);
    assert.equal(flow.things()[0]?.thoughts[0]?.said, 'whole');
  });

  it('puts thoughts of before beneath, corrects what is known, and adds the whole answer', () => {
    const flow = createFlow();
    const row = (id: string, to: ThoughtState) => ({
      ...{ id, timestamp: at, content: '', processed: false, state: to, rule: 'inbox', reason: '' },
      context: { sense: 'files' as const, subject: `file:/inbox/${id}.md`, event: 1 },
    });
    flow.take([state('2', '2.md', 'running')]);
    flow.seed([row('2', 'done'), row('1', 'done')]);
    assert.deepEqual(
      flow.things().map(({ thoughts }) => thoughts.map(({ id, state }) => [id, state])),
      [[['2', 'done']], [['1', 'done']]],
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
      id.map((thought) => token(thought, 'x')),
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
