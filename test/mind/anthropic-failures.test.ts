import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begun, claude, ended, event, HELLO, words } from './scripted-claude.ts';
import { failureOf, hear, json, type Script, serve, stream } from './scripted-server.ts';

/** An error as the API puts it. */
const refusal = (
  status: number,
  type: string,
  message: string,
  headers: Record<string, string> = {},
): Script => json(status, { type: 'error', error: { type, message }, request_id: 'req_1' }, headers);

async function failing(script: Script) {
  await using server = await serve(script);
  return failureOf(await hear(claude(server.url)));
}

describe('the Claude provider', () => {
  it('waits while the API is overloaded', async () => {
    const failure = await failing(refusal(529, 'overloaded_error', 'Overloaded', { 'retry-after': '20' }));
    const message = 'claude is overloaded (Overloaded)';
    assert.deepEqual(failure, { kind: 'overloaded', message, retryAfterMs: 20_000 });
    assert.equal((await failing(refusal(529, 'overloaded_error', 'Overloaded'))).kind, 'overloaded');
  });

  for (const type of ['overloaded_error', 'rate_limit_error']) {
    it(`waits as well where it hears of ${type} in the middle of an answer that began with 200`, async () => {
      const error = event('error', { error: { type, message: 'Overloaded' } });
      const failure = await failing(stream(begun(), words('Once'), error));
      assert.deepEqual(failure, { kind: 'overloaded', message: 'claude is overloaded (Overloaded)' });
    });
  }

  it('tries again after any other error in the middle of an answer', async () => {
    const error = event('error', { error: { type: 'api_error', message: 'Internal server error' } });
    assert.equal((await failing(stream(begun(), words('Once'), error))).kind, 'server-error');
  });

  it('waits until the rate limit lets it through, however many words its message has', async () => {
    const said =
      'This request would exceed the rate limit for your organization of 50,000 input tokens per minute. For ' +
      'details, refer to: https://docs.claude.com/en/api/rate-limits. Please reduce the prompt length or the ' +
      'maximum tokens requested, or try again later.';
    const failure = await failing(refusal(429, 'rate_limit_error', said, { 'retry-after': '41' }));
    assert.deepEqual([failure.kind, failure.retryAfterMs], ['overloaded', 41_000]);
  });

  for (const [which, said] of [
    ['of the prompt alone', 'prompt is too long: 210311 tokens > 200000 maximum'],
    [
      'of prompt and answer together',
      'input length and `max_tokens` exceed context limit: 196000 + 8192 > 200000, decrease input length or `max_tokens` and try again',
    ],
  ]) {
    it(`knows a context that is too small by the words for the length ${which}`, async () => {
      const failure = await failing(refusal(400, 'invalid_request_error', said ?? ''));
      assert.deepEqual(failure, { kind: 'context-overflow', message: said });
    });
  }

  it('waits for the right key and says what to set', async () => {
    const said = 'invalid x-api-key sk-not-for-logs';
    const failure = await failing(refusal(401, 'authentication_error', said));
    assert.equal(failure.kind, 'unavailable');
    assert.match(
      failure.message,
      /^claude refuses the API key .*invalid x-api-key .*: set its api_key, in \.env or the environment$/,
    );
    assert.doesNotMatch(failure.message, /sk-not-for-logs/);
  });

  it('never tells the key, in whichever error it comes back', async () => {
    const told = 'the header x-api-key: sk-not-for-logs is odd';
    for (const script of [
      refusal(400, 'invalid_request_error', told),
      refusal(529, 'overloaded_error', told),
      stream(begun(), event('error', { error: { type: 'api_error', message: told } })),
      json(500, told),
    ]) {
      const { message } = await failing(script);
      assert.match(message, /x-api-key: \[api_key\]/);
    }
  });

  it('waits for a model that is not there, whose 404 names nothing but the model', async () => {
    const failure = await failing(refusal(404, 'not_found_error', 'model: claude-opus-3'));
    assert.equal(failure.kind, 'no-model');
    assert.match(failure.message, /claude has not the model \(model: claude-opus-3\)/);
  });

  it('refuses what can never go', async () => {
    const said = 'messages: at least one message is required';
    assert.deepEqual(await failing(refusal(400, 'invalid_request_error', said)), {
      kind: 'refused',
      message: said,
    });
  });
});

describe('a schema that Claude’s API refuses', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] };
  const said = "output_config.format.schema: For 'integer' type, property 'minimum' is not supported";

  it('is asked for in words, from the next call on at once, and for that model alone', async () => {
    const bodies: Record<string, unknown>[] = [];
    await using server = await serve((asked, response) => {
      const body = JSON.parse(asked.body);
      bodies.push(body);
      const holds = 'output_config' in body && body.model === 'old';
      (holds ? refusal(400, 'invalid_request_error', said) : HELLO)(asked, response);
    });
    const provider = claude(server.url);
    const heard = await hear(provider, { schema, model: 'old' });
    assert.deepEqual([heard.text, heard.end?.kind], ['Hello', 'finished']);
    const prompt = JSON.stringify(bodies[1]?.['messages']);
    assert.match(prompt, /What is in this document\?.*JSON Schema.*minimum/);
    await hear(provider, { schema, model: 'old' });
    await hear(provider, { schema, model: 'new' });
    assert.deepEqual(
      bodies.map((body) => 'output_config' in body),
      [true, false, false, true],
    );
  });

  it('is no reason to ask again once the answer has begun, which would put two answers together', async () => {
    const grammar = { type: 'api_error', message: 'Unexpected empty grammar stack after accepting piece' };
    await using server = await serve(
      stream(begun(), words('{"n"'), event('error', { error: grammar }), ended()),
    );
    const heard = await hear(claude(server.url), { schema });
    assert.deepEqual([failureOf(heard).kind, heard.text], ['server-error', '{"n"']);
    assert.equal(server.asked.length, 1);
  });

  it('is asked for in words as well where the API is older than structured outputs', async () => {
    await using server = await serve((asked, response) => {
      const older = refusal(400, 'invalid_request_error', 'output_config: Extra inputs are not permitted');
      ('output_config' in JSON.parse(asked.body) ? older : HELLO)(asked, response);
    });
    assert.equal((await hear(claude(server.url), { schema })).text, 'Hello');
  });

  it('is refused for good where even words are too much', async () => {
    await using server = await serve(refusal(400, 'invalid_request_error', said));
    assert.equal(failureOf(await hear(claude(server.url), { schema })).kind, 'refused');
    assert.equal(server.asked.length, 2);
  });
});

describe('probing Claude’s API', () => {
  const listed = {
    data: [
      { type: 'model', id: 'claude-opus-5' },
      { type: 'model', id: 'claude-sonnet-5' },
    ],
  };

  it('finds its models, with what each is able to, and the configured one as local-model', async () => {
    await using server = await serve(json(200, { ...listed, has_more: false }));
    const health = await claude(server.url).probe(new AbortController().signal);
    assert.deepEqual(
      [health.state, health.models, health.loaded],
      ['online', ['claude-opus-5', 'claude-sonnet-5'], 'claude-sonnet-5'],
    );
    const able = { context: 200_000, vision: true, tools: true };
    assert.deepEqual(health.abilities?.['local-model'], able);
    assert.deepEqual(health.abilities?.['claude-opus-5'], able);
    assert.deepEqual(
      server.asked.map(({ method, path, headers }) => [method, path, headers['x-api-key']]),
      [['GET', '/v1/models', 'sk-not-for-logs']],
    );
  });

  it('takes the configured model for one of its models, also where the list leaves it out', async () => {
    await using server = await serve(json(200, listed));
    const health = await claude(server.url, { model: 'claude-next' }).probe(new AbortController().signal);
    assert.equal(health.loaded, 'claude-next');
    assert.equal(health.abilities?.['local-model']?.context, 200_000);
  });

  it('believes a server that tells a smaller context', async () => {
    await using server = await serve(json(200, { data: [{ id: 'tiny', meta: { n_ctx: 1024 } }] }));
    const health = await claude(server.url, { model: 'tiny' }).probe(new AbortController().signal);
    assert.equal(health.abilities?.['local-model']?.context, 1024);
  });

  it('says what to set where the key is refused', async () => {
    await using server = await serve(refusal(401, 'authentication_error', 'invalid x-api-key'));
    const { state, reason } = await claude(server.url).probe(new AbortController().signal);
    assert.equal(state, 'offline');
    assert.match(reason, /set its api_key/);
  });
});
