import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  failureOf,
  hear,
  json,
  providerFor,
  routes,
  type Script,
  type ServerMore,
  serve,
  stopped,
  stream,
  words,
} from './scripted-server.ts';

const NEVER = new AbortController().signal;
const LISTED = json(200, { object: 'list', data: [{ id: 'qwen3-8b' }, { id: 'gemma' }] });
const CHAT = stream(words('hi'), stopped());
const LOAD = '/api/v1/models/load';
const UNLOAD = '/api/v1/models/unload';

/** LM Studio with these models loaded; orders change that, and `how` may answer orders to load otherwise. */
async function lmStudio(loaded: string[], { how, more }: { how?: Script; more?: ServerMore } = {}) {
  const now = new Set(loaded);
  const entry = (key: string, type = 'llm') => ({
    type,
    key,
    loaded_instances: now.has(key) ? [{ id: `${key}:1`, config: { context_length: 8192, parallel: 4 } }] : [],
    capabilities: { vision: key === 'gemma', trained_for_tool_use: true },
  });
  const order: Script = (asked, response) => {
    // As a load does, it takes a while.
    setTimeout(() => {
      now.add(JSON.parse(asked.body).model);
      json(200, { type: 'llm', status: 'loaded', load_time_seconds: 1.5 })(asked, response);
    }, 40);
  };
  const server = await serve((asked, response) =>
    routes({
      '/v1/models': LISTED,
      '/api/v1/models': json(200, {
        models: [entry('qwen3-8b'), entry('gemma'), entry('nomic-embed-text', 'embedding')],
      }),
      [LOAD]: how ?? order,
      [UNLOAD]: json(200, { instance_id: 'gone' }),
      '/v1/chat/completions': CHAT,
      '/v1/embeddings': json(200, { data: [{ index: 0, embedding: [0.5, 1] }] }),
    })(asked, response),
  );
  const provider = providerFor(server.url, more);
  await provider.probe(NEVER);
  const orders = (path: string) =>
    server.asked.filter((asked) => asked.path === path).map(({ body }): unknown => JSON.parse(body));
  return { server, provider, now, orders, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('a model that LM Studio has not loaded', () => {
  it('is loaded once, however many calls need it at a time (lmstudio-bug-tracker #1751, #1217)', async () => {
    await using studio = await lmStudio([]);
    const calls = Array.from({ length: 5 }, () => hear(studio.provider, { model: 'qwen3-8b' }));
    const heard = await Promise.all(calls);
    assert.deepEqual(
      heard.map(({ text }) => text),
      ['hi', 'hi', 'hi', 'hi', 'hi'],
    );
    await hear(studio.provider, { model: 'qwen3-8b' });
    assert.equal(studio.orders(LOAD).length, 1);
  });

  it('is loaded as configured, without a time to live, which would end it in the middle of work (lmstudio-bug-tracker #671)', async () => {
    const load = { context_length: 16_384, flash_attention: true };
    await using studio = await lmStudio([], { more: { load } });
    await hear(studio.provider, { model: 'qwen3-8b' });
    assert.deepEqual(studio.orders(LOAD), [{ model: 'qwen3-8b', ...load, echo_load_config: true }]);
    const chat = studio.server.asked.find(({ path }) => path === '/v1/chat/completions');
    assert.equal('ttl' in JSON.parse(chat?.body ?? ''), false);
  });

  it('goes on loading for the others when one who needed it gives up', async () => {
    await using studio = await lmStudio([]);
    const stop = new AbortController();
    const first = hear(studio.provider, { model: 'qwen3-8b' }, stop.signal);
    const second = hear(studio.provider, { model: 'qwen3-8b' });
    stop.abort(new Error('superseded'));
    await assert.rejects(first, /superseded/);
    assert.equal((await second).text, 'hi');
    assert.equal(studio.orders(LOAD).length, 1);
  });

  for (const [status, error] of [
    [400, 'Model qwen3-8b is already loaded'],
    [409, { message: 'This model has already been loaded.', code: 'model_already_loaded' }],
    [200, { message: 'Model already loaded' }],
  ] as const) {
    it(`is a success where LM Studio says ${status} to that it has it already (neomjs/neo#17234)`, async () => {
      await using studio = await lmStudio([], { how: json(status, { error }) });
      const result = await studio.provider.models?.load('qwen3-8b', NEVER);
      assert.equal(result?.ok, true);
      assert.equal((await hear(studio.provider, { model: 'qwen3-8b' })).text, 'hi');
    });
  }

  it('holds the thought while it cannot be loaded, and asks for no answer then', async () => {
    const how = json(500, { error: 'Failed to load model: insufficient system resources' });
    await using studio = await lmStudio([], { how });
    const failure = failureOf(await hear(studio.provider, { model: 'qwen3-8b' }));
    assert.equal(failure.kind, 'no-model');
    assert.match(failure.message, /could not load the model \(.*insufficient system resources\): make room/);
    assert.equal(studio.orders('/v1/chat/completions').length, 0);
  });

  it('is not taken for loaded because of a 200 (lmstudio-bug-tracker #618)', async () => {
    await using studio = await lmStudio([], { how: json(200, { error: 'Unexpected endpoint or method.' }) });
    assert.equal(failureOf(await hear(studio.provider, { model: 'qwen3-8b' })).kind, 'no-model');
  });

  it('is loaded for embeddings as well', async () => {
    await using studio = await lmStudio([]);
    const result = await studio.provider.embed?.(['a'], 'nomic-embed-text', NEVER);
    assert.equal(result?.ok, true);
    assert.deepEqual(studio.orders(LOAD), [{ model: 'nomic-embed-text', echo_load_config: true }]);
  });

  it('is left alone where it is loaded, by either of its names', async () => {
    await using studio = await lmStudio(['qwen3-8b']);
    for (const model of ['qwen3-8b', 'qwen3-8b:1', 'local-model']) await hear(studio.provider, { model });
    assert.deepEqual(studio.orders(LOAD), []);
  });
});

describe('LM Studio', () => {
  it('unloads by the id of the instance, whatever the model is called by', async () => {
    await using studio = await lmStudio(['qwen3-8b']);
    for (const model of ['qwen3-8b', 'qwen3-8b:1']) {
      assert.deepEqual(await studio.provider.models?.unload(model, NEVER), {
        ok: true,
        detail: `${model} is unloaded`,
      });
    }
    assert.deepEqual(studio.orders(UNLOAD), [{ instance_id: 'qwen3-8b:1' }, { instance_id: 'qwen3-8b:1' }]);
  });

  it('tells slots, and of each model context, vision and tools', async () => {
    await using studio = await lmStudio(['gemma'], { more: { slots: null } });
    const { abilities, slots, loaded } = await studio.provider.probe(NEVER);
    assert.deepEqual([slots, loaded, studio.provider.slots], [4, 'gemma:1', 4]);
    const gemma = { vision: true, tools: true, context: 8192 };
    assert.deepEqual(abilities, {
      'qwen3-8b': { vision: false, tools: true },
      gemma,
      'gemma:1': gemma,
      'local-model': gemma,
    });
  });

  it('counts no tokens', async () => {
    await using studio = await lmStudio(['gemma']);
    assert.equal(await studio.provider.countTokens?.('a b', 'gemma', NEVER), null);
  });
});

describe('llama-server', () => {
  const props = {
    default_generation_settings: { n_ctx: 512 },
    total_slots: 3,
    modalities: { vision: true, audio: false },
  };
  const table = {
    '/v1/models': json(200, { object: 'list', data: [{ id: 'tiny', meta: { n_ctx_train: 4096 } }] }),
    '/props': json(200, props),
    '/v1/chat/completions': CHAT,
  };

  it('tells the context of one slot, how many there are, and vision, by /props', async () => {
    await using server = await serve(routes(table));
    const provider = providerFor(server.url, { slots: null });
    assert.equal(provider.slots, 1);
    const { abilities, slots } = await provider.probe(NEVER);
    assert.deepEqual([slots, provider.slots], [3, 3]);
    assert.deepEqual(abilities?.['local-model'], { context: 512, vision: true });
    const configured = providerFor(server.url, { slots: 2 });
    await configured.probe(NEVER);
    assert.equal(configured.slots, 2);
  });

  it('counts tokens by /tokenize, and is not asked before it is known for one', async () => {
    const counting: Script = (asked, response) => {
      const { content } = JSON.parse(asked.body);
      json(200, { tokens: content.split(' ') })(asked, response);
    };
    await using server = await serve(routes({ ...table, '/tokenize': counting }));
    const provider = providerFor(server.url);
    assert.equal(await provider.countTokens?.('one two three', 'tiny', NEVER), null);
    assert.equal(server.asked.length, 0);
    await provider.probe(NEVER);
    assert.equal(await provider.countTokens?.('one two three', 'tiny', NEVER), 3);
  });

  it('counts nothing where the answer is no list of tokens', async () => {
    await using server = await serve(routes(table));
    const provider = providerFor(server.url);
    await provider.probe(NEVER);
    assert.equal(await provider.countTokens?.('one', 'tiny', NEVER), null);
  });

  it('takes no orders, and says so', async () => {
    await using server = await serve(routes(table));
    const provider = providerFor(server.url);
    await provider.probe(NEVER);
    const result = await provider.models?.load('tiny', NEVER);
    assert.match(result?.ok === false ? result.failure.message : '', /takes no orders/);
    assert.equal((await hear(provider, { model: 'another' })).text, 'hi');
  });
});
