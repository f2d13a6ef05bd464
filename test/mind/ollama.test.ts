import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOllamaProvider } from '../../src/mind/providers/ollama.ts';
import {
  CALL,
  failureOf,
  hear,
  json,
  routes,
  type Script,
  type ServerMore,
  serve,
  serverOptions,
} from './scripted-server.ts';

const ollama = (url: string, more: ServerMore & { contextLength?: number } = {}) =>
  createOllamaProvider({ ...serverOptions(url, { name: 'ollama', ...more }), ...more });

/** Answers every request with lines of JSON, in these pieces. */
const pieces =
  (...parts: (string | Buffer)[]): Script =>
  (_asked, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const next = (at: number) => {
      const part = parts[at];
      if (part === undefined) response.end();
      else response.write(part, () => setTimeout(next, 5, at + 1));
    };
    next(0);
  };
const line = (message: object, more: object = {}) =>
  `${JSON.stringify({ model: 'qwen3:8b', message: { role: 'assistant', ...message }, done: false, ...more })}\n`;
const said = (content: string) => line({ content });
const done = (done_reason = 'stop') =>
  line({ content: '' }, { done: true, done_reason, prompt_eval_count: 26, eval_count: 9 });

async function sentFor(call: Parameters<typeof hear>[1], more: { contextLength?: number } = {}) {
  await using server = await serve(pieces(said('Hello'), done()));
  await hear(ollama(server.url, more), call);
  const [asked] = server.asked;
  return { asked, body: JSON.parse(asked?.body ?? '') };
}

describe('what the Ollama provider asks', () => {
  it('is a streamed chat whose prompt must not be cut (ollama/ollama#18107)', async () => {
    const { asked, body } = await sentFor({});
    assert.equal(asked?.path, '/api/chat');
    assert.equal(asked?.headers.authorization, 'Bearer sk-not-for-logs');
    assert.deepEqual(body, {
      model: 'a-model',
      messages: [{ role: 'user', content: CALL.prompt }],
      stream: true,
      truncate: false,
      shift: false,
    });
  });

  it('says the context with every call, and what a rule sets', async () => {
    const { body } = await sentFor({ maxOutputTokens: 64, temperature: 0 }, { contextLength: 16_384 });
    assert.deepEqual(body.options, { num_ctx: 16_384, num_predict: 64, temperature: 0 });
  });

  it('holds schema, pictures, tools and turns in its own shapes', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    const tool = { name: 'look', description: 'Looks', parameters: schema };
    const { body } = await sentFor({
      schema,
      pictures: [{ type: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) }],
      tools: [tool],
      turns: [
        {
          text: 'I look',
          calls: [
            { id: 'a', name: 'look', arguments: '{"n":1}' },
            { id: 'b', name: 'look', arguments: '{"n":' },
          ],
          results: [
            { id: 'a', content: 'seen' },
            { id: 'gone', content: 'lost' },
          ],
        },
      ],
    });
    assert.deepEqual(body.format, schema);
    assert.deepEqual(body.tools, [{ type: 'function', function: tool }]);
    assert.deepEqual(body.messages, [
      { role: 'user', content: CALL.prompt, images: ['AQID'] },
      {
        role: 'assistant',
        content: 'I look',
        tool_calls: [
          { function: { name: 'look', arguments: { n: 1 } } },
          { function: { name: 'look', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'seen', tool_name: 'look' },
      { role: 'tool', content: 'lost' },
    ]);
  });
});

describe('what the Ollama provider hears', () => {
  it('is text and thinking, and an end with model, reason and usage', async () => {
    await using server = await serve(
      pieces(line({ content: '', thinking: 'Hm.' }), said('Once '), said('more'), done()),
    );
    const heard = await hear(ollama(server.url));
    assert.deepEqual([heard.text, heard.reasoning], ['Once more', 'Hm.']);
    const usage = { inputTokens: 26, outputTokens: 9 };
    assert.deepEqual(heard.end, { kind: 'finished', model: 'qwen3:8b', finish: 'stop', usage });
  });

  it('is whole however its lines are cut across reads, within a character as well', async () => {
    const bytes = Buffer.from(`${said('größer 🦉')}${said('!')}${done('length')}`);
    const inside = bytes.indexOf('🦉') + 2;
    await using server = await serve(
      pieces(bytes.subarray(0, 9), bytes.subarray(9, inside), bytes.subarray(inside)),
    );
    const heard = await hear(ollama(server.url));
    assert.equal(heard.text, 'größer 🦉!');
    assert.equal(heard.end?.kind === 'finished' && heard.end.finish, 'length');
  });

  it('may end without a line break', async () => {
    await using server = await serve(pieces(said('all'), done().trimEnd()));
    const heard = await hear(ollama(server.url));
    assert.deepEqual([heard.text, heard.end?.kind], ['all', 'finished']);
  });

  it('is calls of tools, each of which comes whole and often without an id', async () => {
    const call = (n: number) => ({ function: { name: 'look', arguments: { n } } });
    await using server = await serve(
      pieces(
        line({ content: '', tool_calls: [call(1), call(2)] }),
        line({ content: '', tool_calls: [{ id: 'call_3', function: { name: 'wait' } }] }),
        done(),
      ),
    );
    const { calls } = await hear(ollama(server.url));
    assert.deepEqual(
      calls.map((each) => [each.name, each.arguments]),
      [
        ['look', '{"n":1}'],
        ['look', '{"n":2}'],
        ['wait', '{}'],
      ],
    );
    assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
    assert.ok(calls.every(({ id }) => id !== ''));
    assert.equal(calls[2]?.id, 'call_3');
  });

  it('is cut where the last line never came', async () => {
    await using server = await serve(pieces(said('Once'), '{"model":"qwen3:8b","mess'));
    const heard = await hear(ollama(server.url));
    assert.deepEqual([failureOf(heard).kind, heard.text], ['cut', 'Once']);
  });

  it('is an error where a line says so', async () => {
    await using server = await serve(pieces(said('Once'), '{"error":"llama runner terminated: exit 2"}\n'));
    assert.deepEqual(failureOf(await hear(ollama(server.url))), {
      kind: 'server-error',
      message: 'llama runner terminated: exit 2',
    });
  });

  for (const [status, words] of [
    [400, 'the prompt is longer than the context length currently available to the model'],
    [400, 'prompt too long; exceeded max context length by 100918 tokens'],
    [500, 'the input length exceeds the context length'],
  ] as const) {
    it(`is context-overflow where it says "${words}" (ollama/ollama#17889)`, async () => {
      await using server = await serve(json(status, { error: words }));
      assert.equal(failureOf(await hear(ollama(server.url))).kind, 'context-overflow');
    });
  }

  it('is no-model with what to do where the model was never pulled', async () => {
    await using server = await serve(json(404, { error: "model 'qwen3:8b' not found" }));
    const failure = failureOf(await hear(ollama(server.url)));
    assert.equal(failure.kind, 'no-model');
    assert.match(failure.message, /^ollama has not the model .*load it on the server/);
  });

  it('makes it ask in words where the format is refused', async () => {
    await using server = await serve((asked, response) => {
      const refuses = 'format' in JSON.parse(asked.body);
      (refuses ? json(400, { error: 'invalid JSON schema in format' }) : pieces(said('{}'), done()))(
        asked,
        response,
      );
    });
    const heard = await hear(ollama(server.url), { schema: { type: 'object' } });
    assert.deepEqual([heard.text, heard.end?.kind], ['{}', 'finished']);
    assert.match(JSON.parse(server.asked[1]?.body ?? '').messages[0].content, /JSON Schema/);
  });
});

describe('probing Ollama', () => {
  const tags = [
    { name: 'nomic-embed-text:latest' },
    { name: 'gemma3:4b' },
    { name: 'qwen3:8b' },
    { name: 'odd' },
  ];
  const show: Script = (asked, response) => {
    const capabilities: Record<string, string[]> = {
      'gemma3:4b': ['completion', 'vision'],
      'qwen3:8b': ['completion', 'tools', 'thinking'],
    };
    const known = capabilities[JSON.parse(asked.body).model];
    (known === undefined ? json(404, { error: 'not found' }) : json(200, { capabilities: known }))(
      asked,
      response,
    );
  };
  const running = [{ name: 'nomic-embed-text:latest' }, { name: 'qwen3:8b', context_length: 4096 }];
  const table = {
    '/api/tags': json(200, { models: tags }),
    '/api/ps': json(200, { models: running }),
    '/api/show': show,
  };
  const probe = (url: string, more = {}) => ollama(url, more).probe(new AbortController().signal);

  it('finds chat models, the one in memory with its context, and what each is able to', async () => {
    await using server = await serve(routes(table));
    const health = await probe(server.url);
    assert.deepEqual(
      [health.state, health.models, health.loaded],
      ['online', ['gemma3:4b', 'qwen3:8b', 'odd'], 'qwen3:8b'],
    );
    const qwen = { context: 4096, vision: false, tools: true };
    assert.deepEqual(health.abilities, {
      'gemma3:4b': { vision: true, tools: false },
      'qwen3:8b': qwen,
      odd: {},
      'local-model': qwen,
    });
  });

  it('takes the context that is configured for the one in force, for every model', async () => {
    await using server = await serve(routes(table));
    const { abilities } = await probe(server.url, { contextLength: 16_384 });
    assert.deepEqual(
      ['gemma3:4b', 'qwen3:8b', 'odd', 'local-model'].map((model) => abilities?.[model]?.context),
      [16_384, 16_384, 16_384, 16_384],
    );
  });

  it('means the first model where none is in memory, and knows no context of it', async () => {
    await using server = await serve(routes({ ...table, '/api/ps': json(200, { models: [] }) }));
    const health = await probe(server.url);
    assert.deepEqual([health.state, health.loaded], ['online', 'gemma3:4b']);
    assert.deepEqual(health.abilities?.['local-model'], { vision: true, tools: false });
  });

  it('asks what a model is able to once', async () => {
    await using server = await serve(routes(table));
    const provider = ollama(server.url);
    for (let n = 0; n < 3; n += 1) await provider.probe(new AbortController().signal);
    assert.equal(server.asked.filter(({ path }) => path === '/api/show').length, 3);
  });

  it('does not take another server for Ollama', async () => {
    await using server = await serve(json(200, { data: [{ id: 'qwen3-8b' }] }));
    assert.equal((await probe(server.url)).state, 'offline');
  });

  it('is held with what to do while nothing is pulled', async () => {
    await using server = await serve(routes({ ...table, '/api/tags': json(200, { models: [] }) }));
    assert.deepEqual((await probe(server.url)).reason, 'no chat model is loaded: load one on the server');
  });
});

describe('embeddings of Ollama', () => {
  it('are asked for whole, and read', async () => {
    await using server = await serve(
      json(200, {
        embeddings: [
          [0.5, 0],
          [0, 0.25],
        ],
      }),
    );
    const result = await ollama(server.url).embed?.(['a', 'b'], 'nomic', new AbortController().signal);
    assert.ok(result?.ok);
    assert.deepEqual(
      result.vectors.map((vector) => [...vector]),
      [
        [0.5, 0],
        [0, 0.25],
      ],
    );
    const [asked] = server.asked;
    assert.equal(asked?.path, '/api/embed');
    assert.deepEqual(JSON.parse(asked?.body ?? ''), { model: 'nomic', input: ['a', 'b'], truncate: false });
  });
});
