import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ToolSpec } from '../../src/contract/provider.ts';
import { readAnswer } from '../../src/mind/answer.ts';
import {
  DONE,
  failureOf,
  frame,
  hear,
  json,
  providerFor,
  serve,
  stopped,
  stream,
  words,
} from './scripted-server.ts';

const LOOK: ToolSpec = { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } };

/** One part of a call of a tool, as a chunk. */
const part = (call: object) => ({ choices: [{ index: 0, delta: { tool_calls: [call] } }] });

async function callsOf(...parts: object[]) {
  await using server = await serve(stream(...parts.map(part), stopped('tool_calls'), DONE));
  const heard = await hear(providerFor(server.url), { tools: [LOOK] });
  assert.equal(heard.end?.kind, 'finished');
  return heard.calls;
}

describe('calls of tools', () => {
  it('are put together from deltas that split name and arguments (lmstudio-bug-tracker #649)', async () => {
    const calls = await callsOf(
      { index: 0, id: 'a', type: 'function', function: { name: 'look', arguments: '' } },
      { index: 0, function: { arguments: '{"at": "the' } },
      { index: 1, id: 'b', function: { name: 'wait' } },
      { index: 0, function: { arguments: ' door"}' } },
      { index: 1, function: { arguments: '{}' } },
    );
    assert.deepEqual(calls, [
      { id: 'a', name: 'look', arguments: '{"at": "the door"}' },
      { id: 'b', name: 'wait', arguments: '{}' },
    ]);
  });

  it('get an id of their own where theirs is empty, and the same one on another run (lmstudio-bug-tracker #830)', async () => {
    const nameless = [
      { index: 0, id: '', function: { name: 'look', arguments: '{}' } },
      { index: 1, function: { name: 'look', arguments: '{}' } },
    ];
    const calls = await callsOf(...nameless);
    assert.equal(calls.length, 2);
    assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
    assert.ok(calls.every(({ id }) => id.length > 0));
    assert.deepEqual(await callsOf(...nameless), calls);
  });

  it('keep their id where later parts say an empty one (anomalyco/opencode#40969)', async () => {
    const calls = await callsOf(
      { index: 0, id: 'call_a1', function: { name: 'look', arguments: '' } },
      { index: 0, id: '', function: { arguments: '{}' } },
    );
    assert.deepEqual(calls, [{ id: 'call_a1', name: 'look', arguments: '{}' }]);
  });

  it('are told apart without an index (lmstudio-bug-tracker #942)', async () => {
    const calls = await callsOf(
      { id: 'a', function: { name: 'look', arguments: '{"n":' } },
      { function: { arguments: '1}' } },
      { id: 'b', function: { name: 'look', arguments: '{"n":2}' } },
      { function: { name: 'wait', arguments: '{}' } },
    );
    assert.deepEqual(
      calls.map((call) => [call.name, call.arguments]),
      [
        ['look', '{"n":1}'],
        ['look', '{"n":2}'],
        ['wait', '{}'],
      ],
    );
  });

  it('are told apart where every one has index 0 (ollama/ollama#15457)', async () => {
    const calls = await callsOf(
      { index: 0, id: 'a', function: { name: 'look', arguments: '{"n":' } },
      { index: 0, function: { arguments: '1}' } },
      { index: 0, id: 'b', function: { name: 'look', arguments: '{"n":' } },
      { index: 0, function: { arguments: '2}' } },
    );
    assert.deepEqual(calls, [
      { id: 'a', name: 'look', arguments: '{"n":1}' },
      { id: 'b', name: 'look', arguments: '{"n":2}' },
    ]);
  });

  it('may have id and name in parts of their own (pipecat-ai/pipecat#4987)', async () => {
    const calls = await callsOf(
      { id: 'a', function: { name: 'look', arguments: '{}' } },
      { id: 'b', function: {} },
      { function: { name: 'wait' } },
      { function: { arguments: '{}' } },
    );
    assert.deepEqual(calls[1], { id: 'b', name: 'wait', arguments: '{}' });
    assert.equal(calls.length, 2);
  });

  it('go back as JSON where the model wrote none: llama-server refuses the conversation otherwise', async () => {
    await using server = await serve(stream(words('So it is'), stopped(), DONE));
    const calls = ['{"n": 1}', '{', ''].map((text, at) => ({ id: `c${at}`, name: 'look', arguments: text }));
    await hear(providerFor(server.url), {
      tools: [LOOK],
      turns: [{ text: '', calls, results: calls.map(({ id }) => ({ id, content: 'seen' })) }],
    });
    const [, said] = JSON.parse(server.asked[0]?.body ?? '').messages;
    assert.deepEqual(
      said.tool_calls.map((call: { function: { arguments: string } }) => call.function.arguments),
      ['{"n":1}', '{}', '{}'],
    );
  });

  it('may begin at any index (pipecat-ai/pipecat#4987)', async () => {
    const calls = await callsOf({ index: 1, id: 'a', function: { name: 'look', arguments: '{}' } });
    assert.deepEqual(calls, [{ id: 'a', name: 'look', arguments: '{}' }]);
  });

  it('keep broken arguments as they came, for their own check (lmstudio-bug-tracker #1922)', async () => {
    const calls = await callsOf(
      { index: 0, id: 'a', function: { name: 'look', arguments: '{"n":1}{"n":2' } },
      { index: 1, id: 'b', function: { name: 'look', arguments: { n: 3 } } },
    );
    assert.deepEqual(
      calls.map((call) => call.arguments),
      ['{"n":1}{"n":2', '{"n":3}'],
    );
  });

  it('are never heard of where the answer is cut', async () => {
    const begun = part({ index: 0, id: 'a', function: { name: 'look', arguments: '{"n":' } });
    await using server = await serve(stream(begun, DONE));
    const heard = await hear(providerFor(server.url), { tools: [LOOK] });
    assert.deepEqual([failureOf(heard).kind, heard.calls], ['cut', []]);
  });

  it('may be written in silence for longer than text may pause (lmstudio-bug-tracker #1881)', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(frame(words('I look.')));
      setTimeout(() => {
        response.write(frame(part({ index: 0, id: 'a', function: { name: 'look', arguments: '{}' } })));
        response.end(frame(stopped('tool_calls')));
      }, 700);
    });
    const limits = { firstTokenMs: 3_000, idleMs: 50 };
    const heard = await hear(providerFor(server.url, limits), { tools: [LOOK] });
    assert.equal(heard.calls.length, 1);
    const without = failureOf(await hear(providerFor(server.url, limits)));
    assert.deepEqual(without, { kind: 'timed-out', message: 'no further token within 50 ms' });
  });
});

describe('tools that a model is told of', () => {
  const sent = async (tools: ToolSpec[], turns = {}) => {
    await using server = await serve(stream(words('x'), stopped(), DONE));
    await hear(providerFor(server.url), { tools, ...turns });
    return JSON.parse(server.asked[0]?.body ?? '');
  };

  it('always have properties (lmstudio-bug-tracker #2203)', async () => {
    const { tools } = await sent([{ ...LOOK, parameters: {} }]);
    assert.deepEqual(tools[0].function.parameters, { type: 'object', properties: {} });
  });

  it('are chosen from by a word, never by an object (antropia-studio/linguito#21)', async () => {
    assert.equal((await sent([LOOK])).tool_choice, 'auto');
    assert.equal('tool_choice' in (await sent([])), false);
  });

  it('come back with the id of the call that each result is for', async () => {
    const call = { id: 'a', name: 'look', arguments: '{"n":1}' };
    const turns = [{ text: 'I look.', calls: [call], results: [{ id: 'a', content: 'a door' }] }];
    const { messages } = await sent([LOOK], { turns });
    assert.deepEqual(messages.slice(1), [
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{"n":1}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: 'a door' },
    ]);
  });
});

describe('pictures and temperature', () => {
  it('are sent, pictures as data URLs after the text', async () => {
    await using server = await serve(stream(words('x'), stopped(), DONE));
    const pictures = [{ type: 'image/webp' as const, bytes: new Uint8Array([1, 2, 3]) }];
    await hear(providerFor(server.url), { prompt: 'What is it?', pictures, temperature: 0 });
    const { messages, temperature } = JSON.parse(server.asked[0]?.body ?? '');
    assert.equal(temperature, 0);
    assert.deepEqual(messages[0].content, [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: 'data:image/webp;base64,AQID' } },
    ]);
  });
});

describe('a schema', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

  it('is sent as json_schema, since json_object is refused (lmstudio-bug-tracker #189, Zazza/sd-ai#2)', async () => {
    await using server = await serve((asked, response) => {
      const { type } = JSON.parse(asked.body).response_format;
      const refused = json(400, { error: "'response_format.type' must be 'json_schema' or 'text'" });
      (type === 'json_schema' ? stream(words('{"n":1}'), stopped(), DONE) : refused)(asked, response);
    });
    assert.equal((await hear(providerFor(server.url), { schema })).text, '{"n":1}');
    assert.equal(server.asked.length, 1);
  });

  for (const [status, error] of [
    [400, { message: 'response_format is not supported by this model', param: 'response_format' }],
    [400, 'Failed to parse grammar: unknown rule'],
    [500, { message: 'Invalid json_schema: $ref is not allowed' }],
  ] as const) {
    it(`that is refused with "${JSON.stringify(error)}" is asked for in words, and so from then on`, async () => {
      const formats: boolean[] = [];
      await using server = await serve((asked, response) => {
        const body = JSON.parse(asked.body);
        formats.push('response_format' in body);
        if ('response_format' in body) return json(status, { error })(asked, response);
        assert.match(body.messages[0].content, /satisfies this JSON Schema[\s\S]*"required":\["n"\]/);
        stream(words('{"n":1}'), stopped(), DONE)(asked, response);
      });
      const provider = providerFor(server.url);
      for (let n = 0; n < 2; n += 1) {
        const heard = await hear(provider, { schema });
        assert.deepEqual([heard.text, heard.end?.kind], ['{"n":1}', 'finished']);
      }
      assert.deepEqual(formats, [true, false, false]);
    });
  }

  it('that cannot be heard of over a prompt that is too long is not given up', async () => {
    const error = 'the prompt with its json_schema exceeds the context length';
    await using server = await serve(json(400, { error }));
    assert.equal(failureOf(await hear(providerFor(server.url), { schema })).kind, 'context-overflow');
    assert.equal(server.asked.length, 1);
  });

  it('may be satisfied in the reasoning alone (lmstudio-bug-tracker #1698, #1773)', async () => {
    const thinking = { choices: [{ delta: { content: '', reasoning_content: '{"n": 3}' } }] };
    await using server = await serve(stream(thinking, stopped(), DONE));
    const heard = await hear(providerFor(server.url), { schema });
    assert.deepEqual(readAnswer(schema, heard.text, heard.reasoning), { ok: true, answer: { n: 3 } });
  });
});

describe('words that servers have for a prompt that is too long', () => {
  for (const [issue, status, message] of [
    [
      'lmstudio-bug-tracker #546',
      400,
      'Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens, which is not enough.',
    ],
    [
      'Gitlawb/openclaude#353',
      400,
      'The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096).',
    ],
    ['lmstudio-bug-tracker #2322', 200, 'The input is 40210 tokens, but the context size is only 8192.'],
  ] as const) {
    it(`are known, whatever status they come with (${issue})`, async () => {
      await using server = await serve(json(status, { error: message }));
      assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'context-overflow');
    });
  }
});

describe('a rate limit', () => {
  it('that names the page on billing is one to wait for all the same', async () => {
    const message =
      'Rate limit reached for requests. Please try again in 20s. You can increase your rate limit by adding a ' +
      'payment method at https://platform.openai.com/account/billing.';
    const error = { message, type: 'requests', code: 'rate_limit_exceeded' };
    await using server = await serve(json(429, { error }, { 'retry-after': '20' }));
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.deepEqual([failure.kind, failure.retryAfterMs], ['overloaded', 20_000]);
  });

  it('that is one of money is refused', async () => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    await using server = await serve(json(429, { error: { message } }));
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'refused');
  });
});
