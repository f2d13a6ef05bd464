import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readAnswer } from '../../src/mind/answer.ts';
import { type Llama, noLlama, PATIENT, startLlama, template, until } from './real-llama.ts';
import { claude } from './scripted-claude.ts';
import { failureOf, hear, serve } from './scripted-server.ts';

const KEY = 'sk-only-for-this-test';

describe('Claude’s API as a real llama-server speaks it', { skip: noLlama, timeout: 120_000 }, () => {
  let server: Llama;
  before(async () => {
    server = await startLlama(KEY, '-np', '2', '-c', '1024');
    await until(async () => (await provider().probe(AbortSignal.timeout(10_000))).state === 'online');
  });
  after(() => server.end());

  const provider = (apiKey = KEY) => claude(server.url, { apiKey, model: 'stories260k' });

  it('streams an answer with usage, to the limit that it is given', async () => {
    const heard = await hear(provider(), { prompt: 'Once upon a time', maxOutputTokens: 40 });
    assert.ok(heard.text.length > 20);
    assert.ok(heard.end?.kind === 'finished');
    const { model, finish, usage } = heard.end;
    assert.deepEqual([model, finish, usage.outputTokens], ['stories260k', 'length', 40]);
    assert.ok((usage.inputTokens ?? 0) > 4);
  });

  it('tells the context of one slot', async () => {
    const { abilities } = await provider().probe(AbortSignal.timeout(5_000));
    assert.equal(abilities?.['local-model']?.context, 512);
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
  });

  it('waits for the right key', async () => {
    const failure = failureOf(await hear(provider('sk-wrong-canary')));
    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.message, /set its api_key/);
    assert.doesNotMatch(failure.message, /canary/);
  });
});

describe('tools by Claude’s API on a real llama-server', { skip: noLlama, timeout: 120_000 }, () => {
  it('are called with arguments that come in parts', async () => {
    const flags = ['--jinja', '--chat-template-file', template('tool-calls.jinja')];
    await using llama = await startLlama('', ...flags);
    const probing = claude(llama.url, { model: 'stories260k', ...PATIENT });
    await until(async () => (await probing.probe(AbortSignal.timeout(10_000))).state === 'online');
    // Left to choose, a model of 260 thousand parameters calls nothing: on the way it is told that it must.
    await using server = await serve(async ({ path, body }, response) => {
      const must = JSON.stringify({ ...JSON.parse(body), tool_choice: { type: 'any' } });
      const said = await fetch(`${llama.url}${path}`, { method: 'POST', body: must });
      response.writeHead(said.status, { 'content-type': said.headers.get('content-type') ?? '' });
      for await (const part of said.body ?? []) response.write(part);
      response.end();
    });
    const schema = {
      type: 'object',
      properties: { sure: { type: 'boolean' } },
      required: ['sure'],
      additionalProperties: false,
    };
    const tools = [{ name: 'look', description: 'Looks', parameters: schema }];
    const heard = await hear(claude(server.url, PATIENT), { prompt: 'Look!', tools, maxOutputTokens: 200 });
    const [call] = heard.calls;
    assert.equal(call?.name, 'look');
    assert.ok(readAnswer(schema, call?.arguments ?? '', '').ok, JSON.stringify(heard));
  });
});
