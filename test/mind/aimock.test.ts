import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import type { Provider, ToolSpec } from '../../src/contract/provider.ts';
import { readAnswer } from '../../src/mind/answer.ts';
import { createAnthropicProvider } from '../../src/mind/providers/anthropic.ts';
import { createOllamaProvider } from '../../src/mind/providers/ollama.ts';
import { createOpenAICompatibleProvider } from '../../src/mind/providers/openai-compatible.ts';
import { failureOf, hear, serverOptions } from './scripted-server.ts';

// The servers of the other tests were written by those who wrote the providers. This one was not: it is another
// reading of the same protocols (CopilotKit's aimock), on the same loopback.

const KEY = 'sk-not-for-logs';
const LOOK: ToolSpec = {
  name: 'look',
  description: 'Looks at something',
  parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
};

type Make = typeof createAnthropicProvider;
const families: [name: string, make: Make, path: string, finishes: { text: string; calls: string }][] = [
  [
    'OpenAI’s chat completions',
    createOpenAICompatibleProvider,
    '/v1/chat/completions',
    { text: 'stop', calls: 'tool_calls' },
  ],
  ['Claude’s messages', createAnthropicProvider, '/v1/messages', { text: 'end_turn', calls: 'tool_use' }],
  ['Ollama’s chat', createOllamaProvider, '/api/chat', { text: 'stop', calls: 'stop' }],
];

for (const [name, make, path, finishes] of families) {
  describe(`${name}, as aimock speaks it`, { timeout: 30_000 }, () => {
    const mock = new LLMock({ port: 0, chunkSize: 7, auth: { apiKeys: [KEY] } });
    const provider = (apiKey = KEY): Provider =>
      make(serverOptions(mock.url, { name: 'server', model: 'a-model', apiKey, firstTokenMs: 2_000 }));
    before(() => mock.start());
    after(() => mock.stop());
    beforeEach(() => {
      mock.clearFixtures();
      mock.clearRequests();
    });

    it('streams text in pieces, with model and reason', async () => {
      mock.onMessage('hello', { content: 'Hi there, größer 🦉 friend of mine!' });
      const heard = await hear(provider(), { prompt: 'hello' });
      assert.equal(heard.text, 'Hi there, größer 🦉 friend of mine!');
      assert.ok(heard.end?.kind === 'finished');
      assert.deepEqual([heard.end.model, heard.end.finish], ['a-model', finishes.text]);
      const asked = mock.getLastRequest();
      assert.deepEqual([asked?.path, asked?.response.status], [path, 200]);
    });

    it('calls tools, and goes on from their results', async () => {
      mock.on(
        { userMessage: 'Where', hasToolResult: false, toolName: 'look' },
        {
          content: 'I look.',
          toolCalls: [
            { name: 'look', arguments: '{"at":"the door, which is far away"}', id: 'call_1' },
            { name: 'look', arguments: '{"at":"the cat"}', id: 'call_2' },
          ],
        },
      );
      mock.on({ userMessage: 'Where', hasToolResult: true }, { content: 'The cat is at the door.' });
      const call = { prompt: 'Where is the cat?', tools: [LOOK] };
      const { text, calls, end } = await hear(provider(), call);
      assert.equal(text, 'I look.');
      assert.deepEqual(
        calls.map((each) => [each.name, JSON.parse(each.arguments)]),
        [
          ['look', { at: 'the door, which is far away' }],
          ['look', { at: 'the cat' }],
        ],
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
      assert.equal(end?.kind === 'finished' && end.finish, finishes.calls);
      const results = calls.map(({ id }, at) => ({ id, content: `seen ${at}` }));
      const next = await hear(provider(), { ...call, turns: [{ text, calls, results }] });
      assert.deepEqual([next.text, next.calls], ['The cat is at the door.', []]);
    });

    it('calls a tool without a word', async () => {
      mock.onMessage('Look', { toolCalls: [{ name: 'look', arguments: '{}' }] });
      const { text, calls } = await hear(provider(), { prompt: 'Look!', tools: [LOOK] });
      assert.deepEqual([text, calls.length, calls[0]?.arguments], ['', 1, '{}']);
    });

    it('answers in the shape of a schema', async () => {
      const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
      mock.onMessage('How many', { content: '{"n": 3}' });
      const heard = await hear(provider(), { prompt: 'How many?', schema });
      const read = readAnswer(schema, heard.text, heard.reasoning);
      assert.deepEqual(read, { ok: true, answer: { n: 3 } });
      assert.equal(mock.getRequests().length, 1);
    });

    it('is held for a rate limit and for a wrong key', async () => {
      const error = { message: 'Slow down', type: 'rate_limit_error' };
      mock.onMessage('busy', { error, status: 429, retryAfter: 9 });
      const busy = failureOf(await hear(provider(), { prompt: 'busy' }));
      assert.deepEqual([busy.kind, busy.retryAfterMs], ['overloaded', 9_000]);
      const locked = failureOf(await hear(provider('sk-wrong-canary'), { prompt: 'busy' }));
      assert.equal(locked.kind, 'unavailable');
      assert.match(locked.message, /set its api_key/);
      assert.doesNotMatch(locked.message, /canary/);
    });

    it('tells what can never go from what may', async () => {
      const refused = (message: string, status: number) => ({
        error: { message, type: 'invalid_request_error' },
        status,
      });
      mock.onMessage('long', refused('prompt is too long: 9 tokens > 3 maximum', 400));
      mock.onMessage('odd', refused('no such field', 422));
      mock.onMessage('crash', refused('it went wrong', 500));
      const kinds = [];
      for (const prompt of ['long', 'odd', 'crash'])
        kinds.push(failureOf(await hear(provider(), { prompt })).kind);
      assert.deepEqual(kinds, ['context-overflow', 'refused', 'server-error']);
    });

    it('is cut where the connection breaks in the middle', async () => {
      mock.onMessage(
        'story',
        { content: 'Once upon a time there was an owl.' },
        { truncateAfterChunks: 4, latency: 15 },
      );
      const heard = await hear(provider(), { prompt: 'story' });
      assert.equal(failureOf(heard).kind, 'cut');
      assert.match(heard.text, /^Once up/);
    });

    it('runs out of time where the stream stands still', async () => {
      mock.onMessage('slow', { content: 'Once upon a time' }, { latency: 5_000 });
      const impatient = make(serverOptions(mock.url, { apiKey: KEY, headersMs: 80, firstTokenMs: 80 }));
      const failure = failureOf(await hear(impatient, { prompt: 'slow', model: 'a-model' }));
      assert.equal(failure.kind, 'timed-out');
    });

    it('stops when it is told to', async () => {
      const streamingProfile = { ttft: 10, tps: 2, jitter: 0 };
      mock.onMessage('story', { content: 'Once upon a time. '.repeat(40) }, { streamingProfile });
      const stop = new AbortController();
      const reason = new Error('superseded');
      const run = async () => {
        for await (const event of provider().think(
          {
            prompt: 'story',
            model: 'm',
            document: null,
            documentName: null,
            schema: null,
            maxOutputTokens: 9,
          },
          stop.signal,
        ))
          if (event.kind === 'text') stop.abort(reason);
      };
      await assert.rejects(run(), reason);
    });
  });
}

describe('aimock', { timeout: 30_000 }, () => {
  const mock = new LLMock({ port: 0 });
  before(() => mock.start());
  after(() => mock.stop());

  it('has its reasoning heard, and its usage, by both protocols', async () => {
    const reasoning = 'Hm, who is that?';
    mock.onMessage('OpenAI', {
      content: 'Hi',
      reasoning,
      usage: { prompt_tokens: 12, completion_tokens: 3 },
    });
    mock.onMessage('Claude', { content: 'Hi', reasoning, usage: { input_tokens: 12, output_tokens: 3 } });
    for (const [prompt, make] of [
      ['OpenAI', createOpenAICompatibleProvider],
      ['Claude', createAnthropicProvider],
    ] as const) {
      const heard = await hear(make(serverOptions(mock.url)), { prompt });
      assert.deepEqual([heard.text, heard.reasoning], ['Hi', reasoning]);
      const usage = { inputTokens: 12, outputTokens: 3 };
      assert.deepEqual(heard.end?.kind === 'finished' && heard.end.usage, usage);
    }
  });

  it('lists models and makes embeddings', async () => {
    mock.onEmbedding(/./, { embedding: [0.5, 0.25] });
    const provider = createOpenAICompatibleProvider(serverOptions(mock.url));
    const health = await provider.probe(new AbortController().signal);
    assert.equal(health.state, 'online');
    assert.ok(health.models.includes('gpt-4o') && !health.models.includes('text-embedding-3-small'));
    const result = await provider.embed?.(['a', 'b'], 'text-embedding-3-small', new AbortController().signal);
    assert.deepEqual(result?.ok && result.vectors.map((vector) => [...vector]), [
      [0.5, 0.25],
      [0.5, 0.25],
    ]);
  });
});
