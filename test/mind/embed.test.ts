import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Provider } from '../../src/contract/provider.ts';
import { createEmbedder } from '../../src/mind/embed.ts';
import { temporaryStore } from '../support/store.ts';
import { json, providerFor, type ScriptedServer, serve } from './scripted-server.ts';

const never = new AbortController().signal;

/** A server whose vectors tell the length of a text; it notices how many requests it has at once. */
async function embedding(
  dimensions = 3,
): Promise<ScriptedServer & { seen: { most: number; texts: string[] } }> {
  const seen = { most: 0, texts: [] as string[] };
  let open = 0;
  const server = await serve((asked, response) => {
    const { input }: { input: string[] } = JSON.parse(asked.body);
    seen.texts.push(...input);
    open += 1;
    seen.most = Math.max(seen.most, open);
    const data = input.map((text, index) => ({
      index,
      embedding: [text.length, ...Array.from({ length: dimensions - 1 }, () => 1)],
    }));
    response.once('close', () => {
      open -= 1;
    });
    setImmediate(() => json(200, { data })(asked, response));
  });
  return Object.assign(server, { seen });
}

async function embedder(t: TestContext, provider: Provider, name = 'lmstudio/embed') {
  const { store } = await temporaryStore(t);
  return createEmbedder({
    store,
    model: () => name,
    batch: () => 2,
    providers: () => new Map([['lmstudio', provider]]),
  });
}

describe('embeddings', () => {
  it('come in the order of the texts, in batches, one request at a time', async (t) => {
    await using server = await embedding();
    const { embed } = await embedder(t, providerFor(server.url));
    const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee'];
    const [one, other] = await Promise.all([embed(texts, never), embed(['ffffff', 'ggggggg'], never)]);
    assert.deepEqual(
      one.map(([first]) => first),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(
      other.map(([first]) => first),
      [6, 7],
    );
    assert.equal(server.asked.length, 4);
    assert.equal(server.seen.most, 1);
  });

  it('of a text that was embedded before are not asked for again, nor twice in one list', async (t) => {
    await using server = await embedding();
    const { embed } = await embedder(t, providerFor(server.url));
    await embed(['a', 'bb'], never);
    const again = await embed(['bb', 'a', 'new', 'new'], never);
    assert.deepEqual(
      again.map(([first]) => first),
      [2, 1, 3, 3],
    );
    assert.deepEqual(server.seen.texts, ['a', 'bb', 'new']);
  });

  it('of another length than those that are kept take their place: another model goes by the name (pietheinstrengholt/rssmonster#276)', async (t) => {
    await using small = await embedding(3);
    await using large = await embedding(4);
    const { store } = await temporaryStore(t);
    let url = small.url;
    const { embed } = createEmbedder({
      store,
      model: () => 'lmstudio/embed',
      batch: () => 8,
      providers: () => new Map([['lmstudio', providerFor(url)]]),
    });
    await embed(['a'], never);
    url = large.url;
    assert.deepEqual(
      (await embed(['a', 'bb'], never)).map((vector) => vector.length),
      [4, 4],
    );
    assert.deepEqual(large.seen.texts, ['bb', 'a', 'bb']);
  });

  it('that a server does not make are an error that names the model and the reason', async (t) => {
    await using server = await serve(json(400, { error: 'this model does not support embeddings' }));
    const { embed } = await embedder(t, providerFor(server.url));
    await assert.rejects(embed(['a'], never), {
      code: 'embeddings-failed',
      message: /lmstudio\/embed made no embeddings: .*does not support embeddings/,
    });
  });

  it('are made on this machine and its network alone', async (t) => {
    const provider = { ...providerFor('https://api.example.com/v1'), local: false };
    const { embed } = await embedder(t, provider);
    await assert.rejects(embed(['a'], never), { code: 'cloud-not-asked' });
  });
});
