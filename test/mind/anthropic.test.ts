import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begun, block, claude, delta, ended, event, HELLO, ping, words } from './scripted-claude.ts';
import { CALL, failureOf, hear, json, serve, stream } from './scripted-server.ts';

async function sentFor(call: Parameters<typeof hear>[1]) {
  await using server = await serve(HELLO);
  await hear(claude(server.url), call);
  const [asked] = server.asked;
  return { asked, body: JSON.parse(asked?.body ?? '') };
}

describe('what the Claude provider asks', () => {
  it('is a streamed message with key, version and a token limit, and without any sampling parameter', async () => {
    const { asked, body } = await sentFor({ model: 'claude-sonnet-5', temperature: 0.2 });
    assert.equal(asked?.path, '/v1/messages');
    assert.equal(asked?.headers['x-api-key'], 'sk-not-for-logs');
    assert.equal(asked?.headers['anthropic-version'], '2023-06-01');
    assert.equal(asked?.headers.authorization, undefined);
    assert.deepEqual(body, {
      model: 'claude-sonnet-5',
      max_tokens: 8192,
      messages: [{ role: 'user', content: CALL.prompt }],
      stream: true,
    });
    assert.equal((await sentFor({ maxOutputTokens: 64 })).body.max_tokens, 64);
  });

  it('means the configured model by local-model', async () => {
    assert.equal((await sentFor({ model: 'local-model' })).body.model, 'claude-sonnet-5');
  });

  it('holds pictures as base64 blocks before the text', async () => {
    const { body } = await sentFor({ pictures: [{ type: 'image/png', bytes: new Uint8Array([1, 2, 3]) }] });
    assert.deepEqual(body.messages[0].content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQID' } },
      { type: 'text', text: CALL.prompt },
    ]);
  });

  it('holds tools with an input_schema, and turns as tool_use and tool_result', async () => {
    const { body } = await sentFor({
      tools: [{ name: 'look', description: 'Looks', parameters: {} }],
      turns: [
        {
          text: ' ',
          calls: [
            { id: 'a', name: 'look', arguments: '{"at":"x"}' },
            { id: 'b', name: 'look', arguments: '{"at":' },
          ],
          results: [
            { id: 'a', content: 'seen' },
            { id: 'b', content: 'not JSON' },
          ],
        },
        { text: 'Once more', calls: [{ id: 'c', name: 'look', arguments: '{}' }], results: [] },
      ],
    });
    assert.deepEqual(body.tools, [
      { name: 'look', description: 'Looks', input_schema: { type: 'object', properties: {} } },
    ]);
    assert.deepEqual(body.messages.slice(1, 4), [
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a', name: 'look', input: { at: 'x' } },
          { type: 'tool_use', id: 'b', name: 'look', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'seen' },
          { type: 'tool_result', tool_use_id: 'b', content: 'not JSON' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Once more' },
          { type: 'tool_use', id: 'c', name: 'look', input: {} },
        ],
      },
    ]);
  });

  it('holds the schema as output_config, with every object closed', async () => {
    const leaf = { type: 'object', properties: { n: { type: 'integer' } } };
    const { body } = await sentFor({
      schema: {
        type: 'object',
        properties: {
          // A property, or a definition, may have the name of a keyword.
          properties: leaf,
          list: { type: 'array', items: leaf },
          either: { anyOf: [leaf, { type: 'null' }] },
          optional: { type: ['object', 'null'], properties: {} },
          ref: { $ref: '#/$defs/properties' },
        },
        $defs: { properties: leaf },
      },
    });
    const closed = { ...leaf, additionalProperties: false };
    assert.deepEqual(body.output_config, {
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            properties: closed,
            list: { type: 'array', items: closed },
            either: { anyOf: [closed, { type: 'null' }] },
            optional: { type: ['object', 'null'], properties: {}, additionalProperties: false },
            ref: { $ref: '#/$defs/properties' },
          },
          $defs: { properties: closed },
          additionalProperties: false,
        },
      },
    });
  });
});

describe('what the Claude provider hears', () => {
  it('is text, thinking, and an end with model, reason and usage', async () => {
    const thinking = delta(0, { type: 'thinking_delta', thinking: 'Hm.' });
    const signature = delta(0, { type: 'signature_delta', signature: 'EqQB' });
    const text = delta(1, { type: 'text_delta', text: 'grüß dich' });
    await using server = await serve(stream(begun(), thinking, signature, ping, text, ended('end_turn', 9)));
    const heard = await hear(claude(server.url));
    assert.deepEqual([heard.text, heard.reasoning], ['grüß dich', 'Hm.']);
    assert.deepEqual(heard.end, {
      kind: 'finished',
      model: 'claude-served',
      finish: 'end_turn',
      usage: { inputTokens: 7, outputTokens: 9 },
    });
  });

  it('is calls of tools, put together from their partial JSON', async () => {
    const part = (index: number, partial_json: string) =>
      delta(index, { type: 'input_json_delta', partial_json });
    await using server = await serve(
      stream(
        begun(),
        words('I look.'),
        block(1, { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }),
        part(1, ''),
        part(1, '{"at": "the'),
        part(1, ' door"}'),
        block(2, { type: 'tool_use', id: 'toolu_2', name: 'wait', input: {} }),
        part(2, '{}'),
        ended('tool_use'),
      ),
    );
    const heard = await hear(claude(server.url));
    assert.equal(heard.text, 'I look.');
    assert.deepEqual(heard.calls, [
      { id: 'toolu_1', name: 'look', arguments: '{"at": "the door"}' },
      { id: 'toolu_2', name: 'wait', arguments: '{}' },
    ]);
    assert.equal(heard.end?.kind === 'finished' && heard.end.finish, 'tool_use');
  });

  it('is the same where the message comes unstreamed', async () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'door' } },
    ];
    const usage = { input_tokens: 4, output_tokens: 5 };
    await using server = await serve(json(200, { type: 'message', content, stop_reason: 'tool_use', usage }));
    const heard = await hear(claude(server.url));
    assert.deepEqual([heard.text, heard.reasoning, heard.calls.length], ['I look.', 'Hm.', 1]);
    assert.equal(heard.calls[0]?.arguments, '{"at":"door"}');
  });

  it('counts as input what was written to the cache and read from it', async () => {
    const usage = { input_tokens: 10, cache_creation_input_tokens: 200, cache_read_input_tokens: 3_000 };
    await using server = await serve(stream(begun({ ...usage, output_tokens: 1 }), words('a'), ended()));
    const { end } = await hear(claude(server.url));
    assert.deepEqual(end?.kind === 'finished' && end.usage, { inputTokens: 3_210, outputTokens: 3 });
  });

  for (const reason of ['max_tokens', 'model_context_window_exceeded']) {
    it(`calls an end by ${reason} one by length`, async () => {
      await using server = await serve(stream(begun(), words('a'), ended(reason)));
      const { end } = await hear(claude(server.url));
      assert.equal(end?.kind === 'finished' && end.finish, 'length');
    });
  }

  it('is cut where no stop_reason came', async () => {
    await using server = await serve(stream(begun(), words('Once'), event('message_stop')));
    assert.equal(failureOf(await hear(claude(server.url))).kind, 'cut');
  });

  it('takes neither the beginning nor pings for progress', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(begun() + block(0, { type: 'text', text: '' }));
      const more = setInterval(() => response.write(ping), 10);
      response.once('close', () => clearInterval(more));
    });
    const failure = failureOf(await hear(claude(server.url, { firstTokenMs: 60 })));
    assert.deepEqual(failure, { kind: 'timed-out', message: 'no first token within 60 ms' });
  });
});
