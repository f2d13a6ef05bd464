import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  failureOf,
  hear,
  json,
  providerFor,
  routes,
  type Script,
  serve,
  stopped,
  stream,
  words,
} from './scripted-server.ts';

const LISTED = { object: 'list', data: [{ id: 'text-embedding-nomic-embed-text-v1.5' }, { id: 'qwen3-8b' }] };

function native(...models: object[]): Record<string, Script> {
  return { '/v1/models': json(200, LISTED), '/api/v1/models': json(200, { models }) };
}

async function probe(url: string, model = 'local-model') {
  return await providerFor(url, { model }).probe(new AbortController().signal);
}

describe('probing a server', () => {
  it('finds it online with its chat models, embedding models left out', async () => {
    await using server = await serve(routes({ '/v1/models': json(200, LISTED) }));
    const health = await probe(server.url);
    assert.deepEqual(
      [health.state, health.reason, health.models, health.loaded],
      ['online', '', ['qwen3-8b'], 'qwen3-8b'],
    );
  });

  it('is told the context of the model that is loaded by LM Studio, llama-server and vLLM', async () => {
    const loaded = {
      type: 'llm',
      key: 'a',
      loaded_instances: [{ id: 'a', config: { context_length: 8192 } }],
    };
    await using lmStudio = await serve(
      routes(native({ type: 'llm', key: 'b', loaded_instances: [] }, loaded)),
    );
    assert.equal((await probe(lmStudio.url)).abilities?.['local-model']?.context, 8192);
    for (const [entry, context] of [
      [{ id: 'a', meta: { n_ctx: 512, n_ctx_train: 4096 } }, 512],
      [{ id: 'a', max_model_len: 2048 }, 2048],
      [{ id: 'a' }, undefined],
    ] as const) {
      await using server = await serve(routes({ '/v1/models': json(200, { data: [entry] }) }));
      assert.equal((await probe(server.url)).abilities?.['local-model']?.context, context);
    }
  });

  it('is told by the configuration what a server does not tell, and by nothing what it tells itself', async () => {
    const entries = [{ id: 'a' }, { id: 'b', max_model_len: 2048 }];
    await using server = await serve(routes({ '/v1/models': json(200, { data: entries }) }));
    const { abilities } = await providerFor(server.url, { able: { vision: true, context: 8192 } }).probe(
      AbortSignal.timeout(5_000),
    );
    assert.deepEqual(abilities, {
      a: { vision: true, context: 8192 },
      b: { vision: true, context: 2048 },
      'local-model': { vision: true, context: 8192 },
    });
  });

  it('accepts llama-server’s list', async () => {
    const models = [{ name: 'stories260k', model: 'stories260k' }];
    await using server = await serve(
      routes({ '/v1/models': json(200, { models, object: 'list', data: [{ id: 'stories260k' }] }) }),
    );
    assert.equal((await probe(server.url)).loaded, 'stories260k');
  });

  it('does not believe a 200 without an array of models (lmstudio-bug-tracker #618)', async () => {
    for (const body of [
      { error: 'Unexpected endpoint or method. (GET /v1/models)' },
      { status: 'ok' },
      'hello',
    ]) {
      await using server = await serve(json(200, body));
      const health = await probe(server.url);
      assert.equal(health.state, 'offline');
      assert.match(health.reason, /lists no models .*correct its base_url/);
    }
  });

  it('asks LM Studio’s native API which model is loaded', async () => {
    await using server = await serve(
      routes(
        native(
          { type: 'llm', key: 'first', loaded_instances: [] },
          { type: 'embedding', key: 'nomic', loaded_instances: [{ id: 'nomic' }] },
          {
            type: 'llm',
            key: 'second',
            loaded_instances: [{ id: 'second:2', config: { context_length: 4096 } }],
          },
        ),
      ),
    );
    const health = await probe(server.url);
    assert.deepEqual(
      [health.state, health.models, health.loaded],
      ['online', ['first', 'second'], 'second:2'],
    );
  });

  it('is loading, with what to do, while no chat model is loaded', async () => {
    const unloaded = native({ type: 'llm', key: 'a', loaded_instances: [] });
    await using server = await serve(routes(unloaded));
    const health = await probe(server.url);
    assert.equal(health.state, 'loading');
    assert.equal(health.reason, 'no chat model is loaded: load one in LM Studio or run `lms load <model>`');
  });

  it('is loading when only embedding models are there', async () => {
    await using server = await serve(routes({ '/v1/models': json(200, { data: [{ id: 'bge-m3' }] }) }));
    assert.equal((await probe(server.url)).state, 'loading');
  });

  it('is online without a loaded model where the configuration names one, which the server then loads itself', async () => {
    const unloaded = native({ type: 'llm', key: 'qwen3-8b', loaded_instances: [] });
    await using server = await serve(routes(unloaded));
    assert.equal((await probe(server.url, 'qwen3-8b')).state, 'online');
  });

  it('is loading while the server says so', async () => {
    await using server = await serve(json(503, { error: { message: 'Loading model', code: 503 } }));
    const { state, reason } = await probe(server.url);
    assert.deepEqual([state, reason], ['loading', 'lmstudio is loading its model']);
  });

  it('is offline, without a word on its base_url, while what stands before it says that it is away', async () => {
    await using server = await serve(json(502, { error: 'bad gateway' }));
    const { state, reason } = await probe(server.url);
    assert.equal(state, 'offline');
    assert.match(reason, /does not answer at .* \(bad gateway\)/);
  });

  it('is overloaded until the time that the server names', async () => {
    await using server = await serve(json(429, { error: 'busy' }, { 'retry-after': '30' }));
    const { state, retryAt, checkedAt } = await probe(server.url);
    assert.deepEqual([state, (retryAt ?? 0) - (checkedAt ?? 0)], ['overloaded', 30_000]);
  });

  it('is offline with the address when nobody listens', async () => {
    let url: string;
    {
      await using server = await serve(json(200, LISTED));
      url = server.url;
    }
    const { state, reason } = await probe(url);
    assert.equal(state, 'offline');
    assert.match(
      reason,
      /does not answer at http:\/\/127\.0\.0\.1:\d+ \(connection refused\): start the server/,
    );
  });

  it('is offline when the key is refused, without showing it', async () => {
    await using server = await serve(json(401, { error: { message: 'Invalid API Key sk-not-for-logs' } }));
    const { state, reason } = await probe(server.url);
    assert.equal(state, 'offline');
    assert.match(reason, /refuses the API key .*set its api_key/);
    assert.doesNotMatch(reason, /sk-not-for-logs/);
  });

  it('rejects with the reason of an aborted signal only', async () => {
    await using server = await serve(() => undefined);
    const provider = providerFor(server.url);
    await assert.rejects(provider.probe(AbortSignal.timeout(30)), { name: 'TimeoutError' });
  });

  it('gives up after 5 s of silence', async () => {
    await using server = await serve(() => undefined);
    let virtual = 0;
    const clock = {
      now: () => virtual,
      monotonic: () => virtual,
      sleep: async (ms: number) => {
        virtual += ms;
      },
    };
    const { state, reason } = await providerFor(server.url, { clock }).probe(new AbortController().signal);
    assert.equal(state, 'offline');
    assert.match(reason, /no list of models within 5 s/);
  });
});

describe('local-model', () => {
  it('becomes the loaded model, asked for once and not for every call', async () => {
    await using server = await serve(
      routes({
        ...native({ type: 'llm', key: 'a', loaded_instances: [{ id: 'a:1' }] }),
        '/v1/chat/completions': stream(words('hi'), stopped()),
      }),
    );
    const provider = providerFor(server.url);
    for (let n = 0; n < 3; n += 1) await hear(provider, { model: 'local-model' });
    const chats = server.asked.filter(({ path }) => path === '/v1/chat/completions');
    assert.deepEqual(
      chats.map(({ body }) => JSON.parse(body).model),
      ['a:1', 'a:1', 'a:1'],
    );
    assert.equal(server.asked.length, 5);
  });

  it('is asked for again once a call has failed, since the model may have been swapped', async () => {
    let loaded = 'a:1';
    await using server = await serve((asked, response) => {
      const table = routes({
        ...native({ type: 'llm', key: 'k', loaded_instances: [{ id: loaded }] }),
        '/v1/chat/completions': json(400, { error: 'Model unloaded.' }),
      });
      table(asked, response);
    });
    const provider = providerFor(server.url);
    await hear(provider, { model: 'local-model' });
    loaded = 'b:1';
    await hear(provider, { model: 'local-model' });
    assert.equal(JSON.parse(server.asked.at(-1)?.body ?? '').model, 'b:1');
  });

  it('becomes the configured model without asking', async () => {
    await using server = await serve(stream(words('hi'), stopped()));
    await hear(providerFor(server.url, { model: 'qwen3-8b' }), { model: 'local-model' });
    assert.deepEqual(
      server.asked.map(({ body }) => JSON.parse(body).model),
      ['qwen3-8b'],
    );
  });

  it('is a held failure while none is loaded', async () => {
    const unloaded = native({ type: 'llm', key: 'a', loaded_instances: [] });
    await using server = await serve(routes(unloaded));
    const failure = failureOf(await hear(providerFor(server.url), { model: 'local-model' }));
    assert.equal(failure.kind, 'no-model');
    assert.match(failure.message, /no chat model is loaded/);
  });

  it('is unavailable while the server is off', async () => {
    let url: string;
    {
      await using server = await serve(json(200, LISTED));
      url = server.url;
    }
    assert.equal(failureOf(await hear(providerFor(url), { model: 'local-model' })).kind, 'unavailable');
  });
});

describe('a base URL', () => {
  for (const suffix of ['', '/', '/v1', '/v1/', '/v1/chat/completions', '/v1/models']) {
    it(`may end in "${suffix}"`, async () => {
      await using server = await serve(routes({ '/v1/models': json(200, LISTED) }));
      assert.equal((await probe(server.url.replace('/v1', suffix))).state, 'online');
    });
  }

  it('keeps a path of its own', async () => {
    await using server = await serve(routes({ '/proxy/v1/models': json(200, LISTED) }));
    assert.equal((await probe(server.url.replace('/v1', '/proxy/v1'))).state, 'online');
    assert.equal(server.asked[1]?.path, '/proxy/api/v1/models');
  });

  const places: [string, boolean][] = [
    ['http://localhost:1234', true],
    ['http://127.0.0.1:1234/v1', true],
    ['http://[::1]:1234', true],
    ['http://192.168.1.20:1234', true],
    ['http://172.31.0.1', true],
    ['http://172.32.0.1', false],
    ['http://gpu-box.local:8080', true],
    ['https://api.example.com/v1', false],
    ['http://127.0.0.1.example.com', false],
    ['http://8.8.8.8', false],
  ];
  for (const [url, local] of places) {
    it(`${url} is ${local ? '' : 'not '}local`, () => {
      assert.equal(providerFor(url).local, local);
    });
  }
});
