import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { readAnswer } from '../../src/mind/answer.ts';
import { listen } from '../../src/mind/call.ts';
import { withTools } from '../../src/mind/tools/loop.ts';
import type { Tool } from '../../src/mind/tools/tool.ts';
import { type Llama, noLlama, PATIENT, startLlama, template, until } from './real-llama.ts';
import { CALL, failureOf, hear, providerFor, serve } from './scripted-server.ts';

const KEY = 'sk-only-for-this-test';

describe('a real llama-server', { skip: noLlama, timeout: 120_000 }, () => {
  let server: Llama;
  const seen = new Set<string>();

  before(async () => {
    server = await startLlama(KEY, '-np', '2', '-c', '1024');
    const starting = provider();
    await until(async () => {
      const { state } = await starting.probe(AbortSignal.timeout(10_000));
      seen.add(state);
      return state === 'online';
    });
  });
  after(() => server.end());

  const provider = (more = {}) => providerFor(server.url, { apiKey: KEY, ...PATIENT, ...more });

  it('was offline before it listened and is online with its model once loaded', async () => {
    assert.ok(seen.has('offline') || seen.has('loading'));
    const health = await provider().probe(AbortSignal.timeout(5_000));
    assert.deepEqual([health.state, health.loaded], ['online', 'stories260k']);
  });

  it('streams an answer of local-model with usage', async () => {
    const heard = await hear(provider(), {
      model: 'local-model',
      prompt: 'Once upon a time',
      maxOutputTokens: 40,
    });
    assert.ok(heard.text.length > 20);
    assert.ok(heard.end?.kind === 'finished');
    assert.equal(heard.end.model, 'stories260k');
    assert.equal(heard.end.usage.outputTokens, 40);
    assert.equal(heard.end.finish, 'length');
  });

  it('answers in the shape of a JSON Schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        mood: { type: 'string', enum: ['happy', 'sad'] },
        stars: { type: 'integer', minimum: 1, maximum: 5 },
        note: { anyOf: [{ type: 'string', maxLength: 8 }, { type: 'null' }] },
      },
      required: ['mood', 'stars', 'note'],
      additionalProperties: false,
    };
    const heard = await hear(provider(), { prompt: 'How was the day?', schema, maxOutputTokens: 200 });
    const read = readAnswer(schema, heard.text, heard.reasoning);
    assert.ok(read.ok, JSON.stringify(heard));
  });

  it('frees its slot when a call is aborted', async () => {
    const stop = new AbortController();
    const story = hear(provider(), { prompt: 'Tell a very long story' }, stop.signal);
    await until(async () => (await server.busySlots()) === 1);
    stop.abort(new Error('no longer wanted'));
    await assert.rejects(story, /no longer wanted/);
    await until(async () => (await server.busySlots()) === 0);
  });

  it('says context-overflow when a prompt is too long', async () => {
    const failure = failureOf(await hear(provider(), { prompt: 'word and '.repeat(2_000) }));
    assert.equal(failure.kind, 'context-overflow');
    assert.match(failure.message, /exceeds the available context size/);
  });

  it('holds the thought when the key is wrong, without telling it', async () => {
    const failure = failureOf(await hear(provider({ apiKey: 'sk-wrong-canary' })));
    assert.equal(failure.kind, 'unavailable');
    assert.doesNotMatch(failure.message, /sk-wrong-canary/);
  });

  it('is unavailable once it is gone', async () => {
    const asking = provider();
    await hear(asking, { ...CALL, maxOutputTokens: 2 });
    await server.end();
    assert.equal(failureOf(await hear(asking)).kind, 'unavailable');
    assert.equal((await asking.probe(AbortSignal.timeout(5_000))).state, 'offline');
  });
});

describe('tools on a real llama-server', { skip: noLlama, timeout: 120_000 }, () => {
  it('are called with arguments that satisfy their schema, and its answer follows their results', async () => {
    const flags = ['--jinja', '--chat-template-file', template('tool-calls.jinja')];
    await using llama = await startLlama('', ...flags);
    const probing = providerFor(llama.url, PATIENT);
    await until(async () => (await probing.probe(AbortSignal.timeout(10_000))).state === 'online');
    // Left to choose, a model of 260 thousand parameters calls nothing: on the way it is told that it must, once.
    await using server = await serve(async ({ path, body }, response) => {
      const asked = JSON.parse(body);
      const must = asked.messages.length === 1 ? { tool_choice: 'required' } : {};
      const said = await fetch(`${llama.url}${path}`, {
        method: 'POST',
        body: JSON.stringify({ ...asked, ...must }),
      });
      response.writeHead(said.status, { 'content-type': said.headers.get('content-type') ?? '' });
      for await (const part of said.body ?? []) response.write(part);
      response.end();
    });
    const provider = providerFor(server.url, PATIENT);
    const given: unknown[] = [];
    const look: Tool = {
      effect: 'none',
      spec: {
        name: 'look',
        description: 'Looks',
        parameters: {
          properties: { sure: { type: 'boolean' } },
          required: ['sure'],
          additionalProperties: false,
        },
      },
      async run(args) {
        given.push(args['sure']);
        return { ok: true, text: 'a lighthouse' };
      },
    };
    const { signal } = new AbortController();
    const conversation = () =>
      withTools({
        tools: [look],
        maxSteps: 1,
        taint: { seen: false },
        resultCharacters: 0,
        local: true,
        signal,
        hex: (bytes) => 'ab'.repeat(bytes),
        ask: (turns, tools, mayCall) =>
          listen(
            provider,
            { ...CALL, model: 'stories260k', prompt: 'Look!', maxOutputTokens: 400, turns, tools, mayCall },
            systemClock,
            () => {},
            signal,
          ),
      });
    // What the model writes differs with the processor: now and then its only call is cut off.
    let said = await conversation();
    for (let tries = 1; tries < 5 && given.length === 0; tries += 1) said = await conversation();
    assert.ok(given.length > 0 && given.every((each) => typeof each === 'boolean'), JSON.stringify(said));
    const last = JSON.parse(server.asked.at(-1)?.body ?? '');
    assert.match(JSON.stringify(last.messages), /a lighthouse/);
    assert.equal(said.failure, null);
  });
});

describe('a real llama-server with a reasoning template', { skip: noLlama, timeout: 120_000 }, () => {
  it('answers with reasoning only, which is no answer to a question in prose', async () => {
    const flags = ['--jinja', '--chat-template-file', template('reasoning.jinja')];
    await using server = await startLlama('', ...flags, '--reasoning-format', 'deepseek');
    const provider = providerFor(server.url, PATIENT);
    await until(async () => (await provider.probe(AbortSignal.timeout(10_000))).state === 'online');
    const heard = await hear(provider, { maxOutputTokens: 30 });
    assert.deepEqual([heard.text, heard.end?.kind], ['', 'finished']);
    assert.ok(heard.reasoning.length > 0);
    const read = readAnswer(null, heard.text, heard.reasoning);
    assert.equal(!read.ok && read.kind, 'empty');
  });
});
