import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readAnswer, repairPrompt } from '../../src/mind/answer.ts';
import { growsInProportion } from '../support/growth.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 1 },
    date: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    amount: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
    party: {
      type: 'object',
      properties: { name: { type: 'string' }, city: { type: ['string', 'null'] } },
      required: ['name'],
    },
  },
  required: ['title', 'date', 'tags'],
};

const GOOD = {
  title: 'Invoice',
  date: '2026-11-02',
  amount: 12.5,
  tags: ['bill'],
  party: { name: 'ACME', city: 'Graz' },
};

function read(text: string, reasoning = '') {
  return readAnswer(SCHEMA, text, reasoning);
}

describe('a free-text answer', () => {
  it('is the text, trimmed', () => {
    assert.deepEqual(readAnswer(null, '  Well. \n', 'Hm'), { ok: true, answer: 'Well.' });
  });

  it('is never the reasoning (lmstudio-bug-tracker #1602)', () => {
    const found = readAnswer(null, ' \n', 'First I think…');
    assert.deepEqual(found, {
      ok: false,
      kind: 'empty',
      message: 'the model only reasoned and gave no answer',
    });
  });

  it('has no thinking that a server left in it', () => {
    assert.deepEqual(readAnswer(null, '<think>\nHm</think>\n\nYes.', ''), { ok: true, answer: 'Yes.' });
    assert.equal(readAnswer(null, '<think>Hm, and on and on', '').ok, false);
  });

  it('is empty when nothing came', () => {
    assert.deepEqual(readAnswer(null, '', ''), {
      ok: false,
      kind: 'empty',
      message: 'the model answered nothing',
    });
  });
});

describe('an answer with a schema', () => {
  const json = JSON.stringify(GOOD);
  const wrappings: [string, string][] = [
    ['as it should be', json],
    ['in a code fence', `\`\`\`json\n${json}\n\`\`\``],
    ['after leading prose', `Sure! Here is the JSON you asked for:\n\n${json}`],
    [
      'between prose and a fence with braces in the prose',
      `Using {braces} as asked:\n\`\`\`\n${json}\n\`\`\`\nHope {that} helps!`,
    ],
    ['after thinking in the text', `<think>{"title": "draft"}</think>${json}`],
    ['before trailing prose', `${json}\nLet me know if you need more [details].`],
  ];
  for (const [where, text] of wrappings) {
    it(`is found ${where}`, () => {
      assert.deepEqual(read(text), { ok: true, answer: GOOD });
    });
  }

  it('is looked for in the reasoning when there is no text (lmstudio-bug-tracker #1698, #1773)', () => {
    assert.deepEqual(read('', `I shall say ${json} then.`), { ok: true, answer: GOOD });
  });

  it('is not taken from the reasoning when there is a text, however broken', () => {
    const other = JSON.stringify({ ...GOOD, title: 'Draft' });
    assert.deepEqual(read(json, other), { ok: true, answer: GOOD });
    assert.equal(read(json.slice(0, -5), other).ok, false);
  });

  it('has every declared property, null where it is absent', () => {
    const found = read('{"title":"x","tags":[],"party":{"name":"y"}}');
    assert.deepEqual(found, {
      ok: true,
      answer: { title: 'x', date: null, amount: null, tags: [], party: { name: 'y', city: null } },
    });
  });

  it('takes null for an optional property that is not nullable', () => {
    const found = read('{"title":"x","date":null,"amount":null,"tags":[],"party":null}');
    assert.deepEqual(found, {
      ok: true,
      answer: { title: 'x', date: null, amount: null, tags: [], party: null },
    });
  });

  it('does not invent a required property that may not be null', () => {
    const found = read('{"date":null,"tags":[]}');
    assert.deepEqual(found, {
      ok: false,
      kind: 'bad-answer',
      message: 'title: expected string, received undefined',
    });
  });

  it('names each path and what is expected there, and not what was said', () => {
    const found = read('{"title":"","date":"second of May","tags":["a",7],"amount":"classified"}');
    assert.equal(found.ok, false);
    if (found.ok) return;
    assert.equal(found.kind, 'bad-answer');
    assert.match(found.message, /title: .*>=1/);
    assert.match(found.message, /date: /);
    assert.match(found.message, /tags\.1: expected string, received number/);
    assert.match(found.message, /amount: expected number, received string/);
    assert.doesNotMatch(found.message, /classified|second of May/);
  });

  it('says that a cut-off answer is no JSON', () => {
    const lax = readAnswer(
      { type: 'object', properties: { name: { type: 'string' } } },
      json.slice(0, -1),
      '',
    );
    assert.equal(lax.ok, false);
    const found = read(json.slice(0, -5));
    assert.deepEqual(found, {
      ok: false,
      kind: 'bad-answer',
      message: 'it is not JSON, or the JSON is cut off',
    });
  });

  it('is empty when nothing came', () => {
    const found = read(' ');
    assert.equal(!found.ok && found.kind, 'empty');
  });

  it('cannot smuggle a prototype in', () => {
    const found = read(`{"__proto__":{"polluted":1},${json.slice(1)}`);
    assert.deepEqual(found, { ok: true, answer: GOOD });
    assert.equal(found.ok && Object.getPrototypeOf(found.answer) === Object.prototype, true);
  });

  it('says so when the schema itself cannot be used', () => {
    const found = readAnswer({ type: 'object', if: {} }, '{}', '');
    assert.match(found.ok ? '' : found.message, /answer schema cannot be used/);
  });

  it('is found whatever surrounds it', () => {
    const prose = fc.string().filter((text) => !/[{}[\]"`<]/.test(text));
    fc.assert(
      fc.property(prose, prose, (lead, trail) => {
        assert.deepEqual(read(`${lead}\n${json}\n${trail}`), { ok: true, answer: GOOD });
      }),
    );
  });

  it('takes time in proportion to the brackets in it', async () => {
    for (const piece of ['[{"', '[', '{"a":[', '```\n[']) {
      const growth = await growsInProportion((count) => read(piece.repeat(count)), 20_000);
      assert.ok(growth.ok, `${piece}: 8 times as many take ${growth.times} times as long`);
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (text, reasoning) => typeof read(text, reasoning).ok === 'boolean',
      ),
    );
    assert.equal(read('[{"'.repeat(1_400_000)).ok, false);
    assert.equal(read('['.repeat(4_000_000)).ok, false);
  });
});

describe('the repair prompt', () => {
  it('holds what was asked, what came and what is wrong with it', () => {
    const prompt = repairPrompt('File this.', '{"title":7}', 'title: expected string');
    assert.match(prompt, /^File this\.\n[\s\S]*\{"title":7\}[\s\S]*title: expected string[\s\S]*JSON only/);
  });

  it('does not repeat a wrong answer without end', () => {
    assert.ok(repairPrompt('p', 'x'.repeat(100_000), 'm').length < 5_000);
  });
});
