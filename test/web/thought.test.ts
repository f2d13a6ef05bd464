import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import type { ComparedResult } from '../../src/contract/compare.ts';
import type { StreamEvent } from '../../src/contract/live-event.ts';
import { beginningOf } from '../../web/src/thought/beginning.ts';
import { type Contestant, createComparing, type Standing } from '../../web/src/thought/comparing.ts';
import { bestOf, candidatesOf, fieldsOf, wordsOf } from '../../web/src/thought/comparison.ts';
import { eventFacts } from '../../web/src/thought/event-facts.ts';
import { NO_WORDS, withEvent } from '../../web/src/thought/words.ts';

const told = { at: '2026-11-26T12:00:00Z', thought: 'a1', rule: 'inbox' };
const token = (text: string, reasoning = false): StreamEvent => ({
  type: 'token',
  thought: 'a1',
  text,
  reasoning,
  from: 0,
});
const words = (...events: StreamEvent[]) => events.reduce(withEvent, NO_WORDS);

describe('what a running attempt says', () => {
  it('is its tokens in their order, what it thinks aloud apart', () => {
    const said = words(token('let me see', true), token('A '), token('bill'));
    assert.equal(said.text, 'A bill');
    assert.equal(said.reasoning, 'let me see');
  });

  it('begins anew with each attempt: two answers are never one', () => {
    const sent: StreamEvent = { ...told, type: 'sent', provider: 'box', model: 'm' };
    assert.deepEqual(words(token('half an ans'), sent, token('A bill')), {
      ...NO_WORDS,
      ...{ text: 'A bill', model: 'box/m' },
    });
  });

  it('is gone once the thought is not running any more, and why it is held stays', () => {
    const held: StreamEvent = { type: 'held', thought: 'a1', reason: 'box is offline' };
    const ready: StreamEvent = { ...told, type: 'state', subject: '', state: 'ready', reason: '' };
    assert.deepEqual(words(token('half'), held, ready), { ...NO_WORDS, held: 'box is offline' });
    assert.equal(words(held, token('on it goes')).held, '');
  });

  it('is kept from growing without an end', () => {
    const said = words(...Array.from({ length: 50 }, () => token('x'.repeat(1000))), token('end'));
    assert.ok(said.text.length <= 40_000);
    assert.ok(said.text.endsWith('end'));
  });
});

describe('how a text begins', () => {
  it('is six lines of it, and no line longer than can be taken in', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    assert.equal(beginningOf(lines.join('\n')), lines.slice(0, 6).join('\n'));
    const spaced = lines.map((line) => `${line}\n\n`).join('');
    assert.equal(beginningOf(spaced), lines.slice(0, 5).join('\n\n'));
    assert.equal(beginningOf('x'.repeat(10_000)).length, 480);
    assert.equal(beginningOf(`${'x'.repeat(479)}😀 and more`), 'x'.repeat(479));
  });

  it('is all of it where nothing more is left', () => {
    for (const text of ['', 'short', 'a\nb\nc\nd\ne\nf\n', `${'x'.repeat(480)}\n\n`])
      assert.equal(beginningOf(text), text);
  });
});

describe('models that are compared', () => {
  it('are those of every provider, those that are loaded and at hand first', () => {
    const recent = { answers: 0, firstTokenMs: null, tokensPerSecond: null };
    const provider = { reason: '', slots: 1, busy: 0, spent: null, recent, checkedAt: null };
    const candidates = candidatesOf(
      [
        { ...provider, name: 'away', state: 'offline', reason: 'refused', models: ['x'], loaded: null },
        { ...provider, name: 'box', state: 'online', models: ['a', 'b/c'], loaded: 'b/c' },
      ],
      [],
    );
    assert.deepEqual(
      candidates.map(({ name, trouble }) => [name, trouble]),
      [
        ['box/b/c', ''],
        ['box/a', ''],
        ['away/x', 'refused'],
      ],
    );
  });

  it('are offered with their trouble where a rule asks for them and they are not there', () => {
    const recent = { answers: 0, firstTokenMs: null, tokensPerSecond: null };
    const provider = { slots: 1, busy: 0, spent: null, recent, checkedAt: null, loaded: null, models: [] };
    const candidates = candidatesOf(
      [
        { ...provider, name: 'box', state: 'offline', reason: 'box does not answer' },
        { ...provider, name: 'lm', state: 'online', reason: '', models: ['a'], missing: ['b'] },
      ],
      [{ models: ['box/qwen3', 'lm/local-model'] }, { models: ['box/qwen3', 'boxes/c'] }],
    );
    assert.deepEqual(
      candidates.map(({ name, trouble }) => [name, trouble]),
      [
        ['lm/a', ''],
        ['box/qwen3', 'box does not answer'],
        ['lm/b', 'it is not there'],
      ],
    );
  });

  it('are told apart field by field', () => {
    const fields = fieldsOf([came({ title: 'Bill', sum: 3 }), came({ title: 'Bill', sum: 4, party: 'x' })]);
    assert.deepEqual(
      fields.map(({ key, values, isAgreed }) => [key, values, isAgreed]),
      [
        ['title', ['Bill', 'Bill'], true],
        ['sum', ['3', '4'], false],
        ['party', [undefined, 'x'], false],
      ],
    );
    assert.deepEqual(fieldsOf([came('text'), came(null)]), []);
  });

  it('are told apart by a field that only one of them left out, and by no broken answer', () => {
    const [left] = fieldsOf([came({ sum: null }), came({ sum: '3' })]);
    assert.equal(left?.isAgreed, false);
    const [agreed, ...others] = fieldsOf([came({ sum: 3 }), came({ sum: 3 }), broken('{"party": "x"')]);
    assert.deepEqual([agreed?.values, agreed?.isAgreed], [['3', '3', undefined], true]);
    assert.deepEqual(others, []);
  });

  it('have their words shown where these are told in no fields, also those of a broken answer', () => {
    assert.deepEqual([came('A bill'), came({ sum: 3 }), broken('{"sum":')].map(wordsOf), [
      ...['A bill', '', '{"sum":'],
    ]);
  });

  it('have a best one only where they differ', () => {
    const fast = { ...came(null), totalMs: 100, tokensPerSecond: 50, cost: 0.2 };
    const slow = { ...came(null), totalMs: 900, tokensPerSecond: 9, cost: 0.1 };
    assert.deepEqual(bestOf([slow, fast]), { firstToken: -1, total: 1, speed: 1, cost: 0 });
    assert.deepEqual(bestOf([fast]), { firstToken: -1, total: -1, speed: -1, cost: -1 });
    assert.deepEqual(bestOf([fast, fast]).total, -1);
  });

  it('are never the best with a broken answer', () => {
    const figures = { totalMs: 1, firstTokenMs: 1, tokensPerSecond: 999, cost: 0 };
    const slow = { ...came(null), totalMs: 900, firstTokenMs: 90, tokensPerSecond: 9, cost: 0.1 };
    const slower = { ...slow, totalMs: 901 };
    for (const bad of [
      { ...broken(''), ...figures },
      { ...came(null), ...figures, valid: false },
    ]) {
      assert.deepEqual(bestOf([bad, slow]), { firstToken: -1, total: -1, speed: -1, cost: -1 });
      assert.equal(bestOf([bad, slower, slow]).total, 2);
    }
  });

  it('are asked one at a time; one that is allowed later comes behind those that wait', async () => {
    const { comparing, asked, answer, standing } = table();
    comparing.start(['cloud/a', 'box/b', 'box/c']);
    await answer('cloud/a', 'refused');
    comparing.allow('cloud/a');
    assert.deepEqual(kindsIn(standing()), ['waits', 'thinks', 'waits']);
    await answer('box/b');
    await answer('box/c');
    assert.deepEqual(asked, ['cloud/a', 'box/b', 'box/c', 'cloud/a, allowed']);
    await answer('cloud/a');
    assert.deepEqual(kindsIn(standing()), ['came', 'came', 'came']);
    assert.equal(standing().isRunning, false);
  });

  it('are not asked after a stop, and what comes late is not of the next comparison', async () => {
    const { comparing, asked, answer, standing } = table();
    comparing.start(['box/a', 'box/b']);
    comparing.stop();
    assert.deepEqual(kindsIn(standing()), ['thinks', 'skipped']);
    assert.equal(standing().isRunning, false);
    comparing.start(['box/a', 'box/c']);
    assert.deepEqual(asked, ['box/a'], 'one at a time, also across a new start');
    await answer('box/a');
    assert.deepEqual(asked, ['box/a', 'box/a']);
    assert.deepEqual(kindsIn(standing()), ['thinks', 'waits']);
    comparing.leave();
    await answer('box/a');
    assert.deepEqual([asked.length, standing().contestants], [2, []]);
  });
});

function kindsIn({ contestants }: Standing): string[] {
  return contestants.map(({ kind }) => kind);
}

/** A comparison whose models answer when the test says so. */
function table() {
  const asked: string[] = [];
  const waiting = new Map<string, (contestant: Contestant) => void>();
  let standing: Standing = { contestants: [], isRunning: false };
  const comparing = createComparing({
    ask(model, isAllowed) {
      asked.push(isAllowed ? `${model}, allowed` : model);
      return new Promise((resolve) => waiting.set(model, resolve));
    },
    changed(next) {
      standing = next;
    },
  });
  return {
    ...{ comparing, asked, standing: () => standing },
    async answer(model: string, kind: 'came' | 'refused' = 'came') {
      const error = new CodedError('cloud-not-asked', 'not asked');
      waiting.get(model)?.(kind === 'came' ? { model, kind, result: came(null) } : { model, kind, error });
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('an event', () => {
  it('tells what it has to tell, and nothing of what it has not', () => {
    assert.deepEqual(eventFacts({ revision: 2, size: 1200, hash: null, existing: false, missed: 0 }), [
      ['revision', '2'],
      ['size', '1.2 KB'],
    ]);
    const condition = { metric: 'disk.percent', of: '/', value: 96, before: 80, limit: 95, since: told.at };
    assert.deepEqual(eventFacts({ condition }), [['condition', 'disk.percent / 96 (limit 95, before 80)']]);
  });
});

function broken(raw: string): ComparedResult {
  return { ...came(null), state: 'unusable', valid: false, raw };
}

function came(answer: unknown): ComparedResult {
  return {
    ...{
      model: 'box/m',
      state: 'answered',
      answer,
      reason: '',
      valid: null,
      firstTokenMs: null,
      totalMs: null,
    },
    ...{ usage: { inputTokens: null, outputTokens: null }, tokensPerSecond: null, cost: null, raw: null },
  };
}
