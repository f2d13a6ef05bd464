import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as z from 'zod';
import { createExtractor } from '../../src/capture/extract.ts';
import type { ThinkCall, ThinkEvent } from '../../src/contract/provider.ts';
import { createBuiltinProvider } from '../../src/mind/providers/builtin.ts';
import { diskOf } from '../support/disk.ts';
import { growsInProportion } from '../support/growth.ts';

const never = new AbortController().signal;
const INBOX = new URL('../../examples/recipes/inbox/sample/', import.meta.url).pathname;

const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const text = { type: 'string' };
const DOCUMENT = {
  type: 'object',
  properties: {
    title: text,
    date: orNull({ type: 'string', format: 'date' }),
    due_date: orNull({ type: 'string', format: 'date' }),
    party: { type: ['string', 'null'] },
    recipient: { type: ['string', 'null'] },
    amount: { type: ['string', 'null'] },
    total: { type: ['number', 'null'] },
    currency: { type: ['string', 'null'] },
    invoiceNumber: { type: ['string', 'null'] },
    tags: { type: 'array', items: text },
    tasks: { type: 'array', items: text },
    summary: text,
    kind: { enum: ['contract', 'letter', 'invoice'] },
    urgent: { type: 'boolean' },
    mood: { type: ['string', 'null'] },
  },
  required: ['title', 'date', 'party', 'tags', 'summary', 'kind', 'urgent', 'mood'],
  additionalProperties: false,
};

describe('builtin/extract with a schema', () => {
  it('reads an invoice', async () => {
    const answer = await answerAbout('fennmoor-invoice.pdf');
    const { summary, tags, ...rest } = answer;
    assert.deepEqual(rest, {
      title: 'Invoice FI-2026-0412',
      date: '2026-03-12',
      due_date: '2026-04-11',
      party: 'Fennmoor Instruments Ltd',
      recipient: 'Harbourlight Weather Station',
      amount: '€905.40',
      total: 905.4,
      currency: 'EUR',
      invoiceNumber: 'FI-2026-0412',
      tasks: [],
      kind: 'invoice',
      urgent: false,
      mood: null,
    });
    assert.match(String(summary), /calibrated the three anemometers/);
    assert.ok(Array.isArray(tags) && tags.length >= 3 && tags.length <= 6 && tags.includes('anemometer'));
  });

  it('reads a German letter', async () => {
    const answer = await answerAbout('fernwaerme-brief.txt');
    assert.equal(answer['title'], 'Wartung der Fernwärme und neuer Grundpreis');
    assert.equal(answer['date'], '2026-05-04');
    assert.equal(answer['due_date'], '2026-05-29');
    assert.equal(answer['party'], 'Stadtwerke Lindenförde');
    assert.match(String(answer['summary']), /9\. Juni 2026/);
  });

  it('collects the open tasks of a meeting note', async () => {
    const answer = await answerAbout('pier-mast-meeting.md');
    assert.equal(answer['title'], 'Pier mast: planning meeting');
    assert.equal(answer['date'], '2026-03-17');
    assert.equal(Array.isArray(answer['tasks']) && answer['tasks'].length, 4);
    assert.match(JSON.stringify(answer['tasks']), /Order the GPS clock/);
    assert.doesNotMatch(JSON.stringify(answer['tasks']), /Unpack/);
  });

  it('reads a saved article', async () => {
    const answer = await answerAbout('quiet-tide-gauges.html');
    assert.equal(answer['title'], 'Why tide gauges went quiet');
    assert.equal(answer['date'], '2026-02-21');
    assert.equal(answer['party'], 'The Breakwater Review');
  });

  it('falls back on the file name for a title and a date', async () => {
    const answer = await fill(DOCUMENT, '1234 5678', 'scan_20260312.pdf');
    assert.equal(answer['title'], 'Scan 20260312');
    assert.equal(answer['date'], '2026-03-12');
  });

  it('fills lists of objects, references, nested objects and unknown "Key: value" properties', async () => {
    const schema = {
      type: 'object',
      properties: {
        tasks: { type: 'array', items: { $ref: '#/$defs/task' } },
        location: text,
        depth: { type: 'number', maximum: 10 },
        source: { type: 'object', properties: { email: text, url: text }, required: ['email', 'url'] },
        rating: { type: 'integer', minimum: 1, maximum: 5 },
        note: { allOf: [{ type: 'string' }, { maxLength: 12 }] },
      },
      required: ['tasks', 'location', 'depth', 'source', 'rating', 'note'],
      $defs: {
        task: {
          type: 'object',
          properties: { title: text, date: orNull({ type: 'string', format: 'date' }) },
          required: ['title', 'date'],
        },
      },
    };
    const body =
      'Location: North quay\nDepth: 4.5 m\n\n- [ ] Grease the winch by 2026-06-01\n- [ ] Paint\n\nWrite to office@quay.example or see https://quay.example/plan today.';
    assert.deepEqual(await fill(schema, body), {
      tasks: [
        { title: 'Grease the winch by 2026-06-01', date: '2026-06-01' },
        { title: 'Paint', date: null },
      ],
      location: 'North quay',
      depth: 4.5,
      source: { email: 'office@quay.example', url: 'https://quay.example/plan' },
      rating: 1,
      note: 'Write to off',
    });
  });

  it('satisfies every schema whatever the text', async () => {
    const words = fc.constantFrom(
      'Invoice',
      'total',
      '€12.50',
      '2026-02-30',
      '31.12.2026',
      '# ',
      '- [ ] ',
      'Date: ',
      '\n',
      '\n\n',
      '。',
      '日本語',
      'naïve',
      '😀',
      'https://x.example',
      '__proto__',
      '|',
      '```',
      '---\n',
      'a'.repeat(300),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
    );
    const property = fc.asyncProperty(texts, schemas(), fc.string(), async (body, schema, name) => {
      const answer = await fillAny(schema, body, name);
      const result = z.fromJSONSchema(schema).safeParse(answer);
      assert.ok(result.success, `${JSON.stringify(schema)}\n${JSON.stringify(answer)}\n${result.error}`);
    });
    await fc.assert(property, { numRuns: 400 });
  });

  it('always gives the same answer', async () => {
    assert.deepEqual(
      await answerAbout('quiet-tide-gauges.html'),
      await answerAbout('quiet-tide-gauges.html'),
    );
  });
});

describe('builtin/extract without a schema', () => {
  it('says that it is no model, then gives summary, phrases, dates, amounts and open tasks', async () => {
    const answer = await words({
      document: await readFile(join(INBOX, 'pier-mast-meeting.md'), 'utf8'),
      documentName: 'pier-mast-meeting.md',
    });
    assert.match(answer, /^\*Extracted by builtin\/extract\. It is no language model/);
    assert.match(answer, /\*\*Pier mast: planning meeting\*\*/);
    assert.match(answer, /- Key phrases: .*pier mast/);
    assert.match(answer, /- Dates: 2026-03-17, 2026-04-02/);
    assert.match(answer, /- Amounts: €340/);
    assert.match(answer, /- \[ \] Ask the harbour office/);
  });

  it('looks at the prompt where there is no document', async () => {
    assert.match(
      await words({ prompt: 'The ferry leaves at nine from the northern pier.' }),
      /The ferry leaves at nine/,
    );
  });

  it('counts the bad lines of a log', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, at) => `2026-03-01 10:00:${at + 10} ${at === 7 ? 'ERROR disk full' : 'INFO ok'}`,
    );
    assert.match(
      await words({ document: lines.join('\n') }),
      /30 lines, 1 of them warnings or errors\. .*ERROR disk full/,
    );
  });

  it('takes time in proportion to a hostile text', async () => {
    for (const piece of [
      '**a ',
      '[[',
      '`x',
      '1,',
      '. ',
      'A: b\n',
      '( ',
      '€1 ',
      '- [ ] a\n',
      '1.1.',
      'a@',
      ' , ',
    ]) {
      const growth = await growsInProportion(
        (size) => words({ document: piece.repeat(size / piece.length) }),
        12_000,
      );
      assert.ok(growth.ok, `${piece}: 8 times as much takes ${growth.times} times as long`);
    }
  });
});

describe('the provider builtin', () => {
  it('is always online, local and has its models', async () => {
    const provider = createBuiltinProvider();
    assert.deepEqual([provider.name, provider.slots, provider.local], ['builtin', 4, true]);
    const health = await provider.probe(never);
    assert.deepEqual(
      [health.state, health.models, health.loaded],
      ['online', ['extract', 'verbatim'], 'extract'],
    );
  });

  it('answers with the document itself, where no thinking is asked for', async () => {
    const events = await eventsOf({ model: 'verbatim', document: 'Once upon\na time' });
    assert.deepEqual(events[0], { kind: 'text', text: 'Once upon\na time' });
  });

  it('refuses any other model', async () => {
    const events = await eventsOf({ model: 'qwen' });
    assert.deepEqual(events, [
      {
        kind: 'failed',
        failure: {
          kind: 'refused',
          message: 'builtin has no model qwen; it has builtin/extract and builtin/verbatim',
        },
      },
    ]);
  });

  it('ends with exactly one finished and stops for an aborted signal', async () => {
    assert.deepEqual(
      (await eventsOf({})).map((event) => event.kind),
      ['text', 'finished'],
    );
    const aborted = AbortSignal.abort(new Error('stop'));
    await assert.rejects(
      async () => {
        for await (const _event of createBuiltinProvider().think(call({}), aborted));
      },
      { message: 'stop' },
    );
  });
});

/** Schemas as rules and people write them, with bounds; only what a validator in this project understands. */
function schemas(): fc.Arbitrary<z.core.JSONSchema.JSONSchema> {
  const names = fc.constantFrom(
    'title',
    'date',
    'due_date',
    'summary',
    'tags',
    'amount',
    'party',
    'tasks',
    'count',
    'xyz',
    'to',
    'keyPoints',
    'language',
    'url',
    'dates',
    'amounts',
  );
  const leaf: fc.Arbitrary<object> = fc.oneof(
    fc.constantFrom(
      { type: 'string' },
      { type: 'string', format: 'date' },
      { type: 'string', format: 'date-time' },
      { type: 'string', minLength: 3, maxLength: 8 },
      { type: 'string', pattern: '^[a-z]+$' },
      { type: 'number' },
      { type: 'integer' },
      { type: 'number', minimum: 5, maximum: 9 },
      { type: 'integer', minimum: 10, multipleOf: 4 },
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'boolean' },
      { type: 'null' },
      { const: 'fixed' },
      { enum: ['invoice', 'letter', 'other'] },
      { type: ['string', 'null'] },
      { type: ['number', 'null'] },
      { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    ),
  );
  const { schema } = fc.letrec<{ schema: object }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc
        .record({
          items: tie('schema'),
          minItems: fc.integer({ min: 0, max: 2 }),
          maxItems: fc.integer({ min: 2, max: 4 }),
        })
        .map((one) => ({ type: 'array', ...one })),
      fc
        .dictionary(names, tie('schema'), { maxKeys: 6 })
        .chain((properties) =>
          fc
            .subarray(Object.keys(properties))
            .map((required) => ({ type: 'object', properties, required, additionalProperties: false })),
        ),
      tie('schema').map((inner) => ({ anyOf: [inner, { type: 'null' }] })),
    ),
  }));
  return schema.map((one): z.core.JSONSchema.JSONSchema => ({ ...one }));
}

async function answerAbout(name: string): Promise<Record<string, unknown>> {
  const extractor = createExtractor(diskOf);
  const extraction = await extractor.extract({ path: join(INBOX, name), root: INBOX, hash: null }, never);
  await extractor.close();
  assert.equal(extraction.kind, 'text');
  return fill(DOCUMENT, extraction.kind === 'text' ? extraction.text : '', name);
}

async function fill(schema: object, document: string, name = 'file.txt'): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await fillAny(schema, document, name));
}

async function fillAny(schema: object, document: string, documentName: string): Promise<unknown> {
  return JSON.parse(await words({ schema: { ...schema }, document, documentName }));
}

async function words(part: Partial<ThinkCall>): Promise<string> {
  return (await eventsOf(part)).map((event) => (event.kind === 'text' ? event.text : '')).join('');
}

async function eventsOf(part: Partial<ThinkCall>): Promise<ThinkEvent[]> {
  const events: ThinkEvent[] = [];
  for await (const event of createBuiltinProvider().think(call(part), never)) events.push(event);
  return events;
}

function call(part: Partial<ThinkCall>): ThinkCall {
  return {
    model: 'extract',
    prompt: '',
    document: null,
    documentName: null,
    schema: null,
    maxOutputTokens: null,
    ...part,
  };
}
