import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { Rule } from '../../src/contract/rule.ts';
import type { CallOutcome } from '../../src/mind/call.ts';
import type { Question } from '../../src/mind/question.ts';
import { createExperience, type Reasoning, reason } from '../../src/mind/reason.ts';
import type { Tool } from '../../src/mind/tools/tool.ts';
import { NO_CALL } from '../support/store.ts';

const MODEL = 'lmstudio/test';

function ruleWith(mind: Partial<Rule['mind']> = {}): Rule {
  return sealRule(
    {
      name: 'ask',
      on: { request: {} },
      mind: {
        models: [MODEL],
        offline: 'hold',
        schema: null,
        maxOutputTokens: null,
        cloud: 'never',
        ...mind,
      },
      outputs: [],
      prompt: 'unused',
    },
    '',
  );
}

function said(change: Partial<CallOutcome> = {}): CallOutcome {
  const report = { ...NO_CALL, model: 'test', inputTokens: 10, outputTokens: 5, totalMs: 1 };
  return {
    text: '',
    reasoning: '',
    calls: [],
    cutOff: false,
    failure: null,
    report: { ...report, raw: change.text ?? null },
    ...change,
  };
}

/** A document of about so many tokens. */
const document = (tokens: number) =>
  'The harbour master counted the boats again. '.repeat(Math.ceil(tokens / 9));

function working(
  answer: (question: Question, number: number) => CallOutcome,
  change: Partial<Reasoning<CallOutcome>> = {},
) {
  const asked: Question[] = [];
  const kept = new Map<string, string>();
  const text = change.captured?.text ?? '';
  const work: Reasoning<CallOutcome> = {
    rule: ruleWith(),
    captured: null,
    watched: false,
    model: MODEL,
    local: true,
    abilities: { context: 4096 },
    experience: createExperience(systemClock),
    tools: [],
    parts: {
      known: async () => new Map(kept),
      keep: async (key, note) => void kept.set(key, note),
    },
    compose: (words) => ({ key: `Answer this. ${words}`, prompt: `Answer this. ${words}` }),
    count: async () => null,
    async ask(question) {
      asked.push(question);
      return answer(question, asked.length);
    },
    onPrompt: async () => undefined,
    hex: (bytes) => 'ab'.repeat(bytes),
    signal: new AbortController().signal,
    ...change,
  };
  return { asked, kept, text, think: () => reason(work), work };
}

const captured = (text: string) => ({ text, format: 'text', truncated: false });

function sender(sent: string[]): Tool {
  return {
    effect: 'outside',
    spec: { name: 'send', description: 'Sends', parameters: { properties: {} } },
    async run() {
      sent.push('sent');
      return { ok: true, text: 'sent' };
    },
  };
}

describe('an answer that has to be repaired', () => {
  it('does not call its tools again: what they did is done', async () => {
    const sent: string[] = [];
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const { asked, think } = working(
      (question, number) => {
        if (number === 1) return said({ calls: [{ id: 'c1', name: 'send', arguments: '{}' }] });
        if (number === 2) return said({ text: 'I have sent it.' });
        assert.equal(question.tools, undefined, 'nothing is offered');
        return said({ text: '{"ok":true}', calls: [{ id: 'c2', name: 'send', arguments: '{}' }] });
      },
      { rule: ruleWith({ schema, tools: ['mail/send'], maxSteps: 5 }), tools: [sender(sent)] },
    );
    const came = await think();
    assert.deepEqual([came.kind, came.kind === 'answered' && came.answer], ['answered', { ok: true }]);
    assert.deepEqual(sent, ['sent']);
    assert.equal(asked.length, 3);
  });
});

describe('results of tools', () => {
  const reader: Tool = {
    effect: 'reads',
    spec: { name: 'read', description: 'Reads', parameters: { properties: {} } },
    run: async () => ({ ok: true, text: document(20_000) }),
  };

  it('are cut to what the context has left, with room for the answer', async () => {
    const { asked, think } = working(
      (_question, number) =>
        number === 1 ? said({ calls: [{ id: 'c', name: 'read', arguments: '{}' }] }) : said({ text: 'done' }),
      { rule: ruleWith({ tools: ['read_file'], maxSteps: 3 }), tools: [reader] },
    );
    assert.equal((await think()).kind, 'answered');
    const [result] = asked[1]?.turns?.[0]?.results ?? [];
    assert.ok((result?.content.length ?? 0) < 4096 * 2.5, `${result?.content.length}`);
    assert.match(result?.content ?? '', /\[cut: \d+ characters more\]/);
    assert.ok((asked[0]?.maxOutputTokens ?? 0) < 4096 * 0.5);
  });

  it('that are too long all the same say nothing of how much the model reads', async () => {
    const overflow = { kind: 'context-overflow', message: 'too long' } as const;
    const { think, work } = working(
      (_question, number) =>
        number === 1
          ? said({ calls: [{ id: 'c', name: 'read', arguments: '{}' }] })
          : said({ failure: overflow }),
      {
        captured: captured('a short note'),
        rule: ruleWith({ tools: ['read_file'], maxSteps: 3 }),
        tools: [reader],
      },
    );
    assert.equal((await think()).kind, 'failed');
    assert.equal(work.experience.windows.context(MODEL, 4096), 4096);
  });
});

describe('notes of the parts of a document', () => {
  it('that nobody wrote are a failure, not "nothing of use": a model that only reasons is asked once more', async () => {
    const { asked, think } = working(() => said({ reasoning: 'Hm, hm.', cutOff: true }), {
      captured: captured(document(9000)),
    });
    const came = await think();
    assert.ok(came.kind === 'failed', came.kind);
    assert.deepEqual(
      [came.failure.kind, /no notes were written of a part/.test(came.failure.message)],
      ['empty', true],
    );
    assert.equal(asked.length, 2);
    assert.match(asked[1]?.prompt ?? '', /Write the notes at once/);
  });

  it('leave out what the model thought before them, and have a length of their own', async () => {
    const { asked, kept, think } = working(
      (question) =>
        question.prompt.startsWith('This is part')
          ? said({ text: '<think>many words</think>three boats' })
          : said({ text: 'an answer' }),
      { captured: captured(document(9000)), rule: ruleWith({ maxOutputTokens: 40 }) },
    );
    assert.equal((await think()).kind, 'answered');
    assert.ok([...kept].every(([key, note]) => key === 'cut' || note === 'three boats'));
    assert.equal(asked[0]?.maxOutputTokens, 1200);
    assert.equal(asked.at(-1)?.maxOutputTokens, 40);
  });

  it('are not asked for again by a later attempt, whatever has been learnt of its tokens meanwhile', async () => {
    const options = { captured: captured(document(12_000)) };
    let isAway = false;
    const world = working((question, number) => {
      if (!question.prompt.startsWith('This is part')) return said({ text: 'an answer' });
      isAway = number === 4;
      if (isAway) return said({ failure: { kind: 'unavailable', message: 'gone' } });
      // It counts more than was guessed: from now on every guess is a larger one.
      const inputTokens = Math.round(question.prompt.length / 3);
      return said({ text: `notes ${number}`, report: { ...NO_CALL, inputTokens } });
    }, options);
    assert.equal((await world.think()).kind, 'failed');
    const first = world.asked.slice(0, 3).map(({ prompt }) => prompt);
    assert.equal((await world.think()).kind, 'answered');
    const later = world.asked.slice(4).map(({ prompt }) => prompt);
    for (const prompt of first) assert.ok(!later.includes(prompt), 'read twice');
  });

  it('leave the answer as much room as there is', async () => {
    const { asked, think } = working(
      (question) => said({ text: question.prompt.startsWith('This is part') ? 'few words' : 'an answer' }),
      { captured: captured(document(40_000)), abilities: { context: 32_768 } },
    );
    assert.equal((await think()).kind, 'answered');
    assert.equal(asked.at(-1)?.maxOutputTokens, 8192);
  });

  it('count in what the thought has cost, and are kept as evidence', async () => {
    const { asked, think } = working(
      (question) => said({ text: question.prompt.startsWith('This is part') ? 'few words' : 'an answer' }),
      { captured: captured(document(9000)) },
    );
    const came = await think();
    assert.ok(came.kind === 'answered');
    assert.equal(came.call.outputTokens, 5 * asked.length);
    assert.match(came.call.raw ?? '', /--- part of the document ---\nfew words[\s\S]*an answer$/);
  });
});
