import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, providerFor, type Script, serve } from './scripted-server.ts';

const NEVER = new AbortController().signal;

async function embedded(script: Script, texts = ['a', 'b']) {
  await using server = await serve(script);
  const result = await providerFor(server.url).embed?.(texts, 'nomic', NEVER);
  assert.ok(result !== undefined);
  return { result, asked: server.asked };
}

const vectors = (...lists: unknown[]) =>
  json(200, { data: lists.map((embedding, index) => ({ object: 'embedding', index, embedding })) });

describe('embeddings', () => {
  it('are always asked for as floats (lmstudio-bug-tracker #756)', async () => {
    const { result, asked } = await embedded(vectors([0.5, 1], [0.25, 0]));
    assert.ok(result.ok);
    assert.deepEqual(
      result.vectors.map((vector) => [...vector]),
      [
        [0.5, 1],
        [0.25, 0],
      ],
    );
    assert.equal(asked[0]?.path, '/v1/embeddings');
    assert.equal(asked[0]?.headers.authorization, 'Bearer sk-not-for-logs');
    const wanted = { model: 'nomic', input: ['a', 'b'], encoding_format: 'float' };
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), wanted);
  });

  it('are put into the order of their texts', async () => {
    const data = [
      { index: 1, embedding: [2] },
      { index: 0, embedding: [1] },
    ];
    const { result } = await embedded(json(200, { data }));
    assert.deepEqual(result.ok && result.vectors.map((vector) => [...vector]), [[1], [2]]);
  });

  const wrong: [string, Script, RegExp][] = [
    ['fewer than texts', vectors([1, 2]), /^1 embeddings came for 2 texts$/],
    ['more than texts', vectors([1], [2], [3]), /^3 embeddings came for 2 texts$/],
    ['all zeros (pietheinstrengholt/rssmonster#276)', vectors([1, 2], [0, 0]), /^embedding 2 is all zeros$/],
    [
      'of different lengths (pietheinstrengholt/rssmonster#276)',
      vectors([1, 2, 3, 4], [1]),
      /^embedding 2 has 1 numbers, the first has 4$/,
    ],
    ['empty', vectors([], []), /^embedding 1 has 0 numbers/],
    [
      'base64 all the same (lmstudio-bug-tracker #756)',
      vectors('AACAPw==', 'AAAAQA=='),
      /^no embeddings came$/,
    ],
    ['no numbers', vectors([1, null], [1, 2]), /^no embeddings came$/],
    ['beyond what a float holds', vectors([1e300, 1], [1, 2]), /^embedding 1 holds what is no number$/],
    ['something else', json(200, { object: 'list' }), /^no embeddings came$/],
  ];
  for (const [what, script, message] of wrong) {
    it(`that are ${what} are a bad answer`, async () => {
      const { result } = await embedded(script);
      assert.ok(!result.ok);
      assert.equal(result.failure.kind, 'bad-answer');
      assert.match(result.failure.message, message);
    });
  }

  it('are refused by a 200 with an error body (lmstudio-bug-tracker #1323)', async () => {
    const { result } = await embedded(
      json(200, { error: 'Unexpected endpoint or method. (POST /embeddings)' }),
    );
    assert.equal(!result.ok && result.failure.kind, 'refused');
  });

  it('of a text that is too long are context-overflow', async () => {
    const { result } = await embedded(json(400, { error: 'input is too large to process' }));
    assert.equal(!result.ok && result.failure.kind, 'context-overflow');
  });

  it('wait for their server', async () => {
    const { result } = await embedded(json(503, { error: { message: 'Loading model', code: 503 } }));
    assert.equal(!result.ok && result.failure.kind, 'loading');
  });

  it('reject with the reason of an aborted signal, and time out otherwise', async () => {
    await using server = await serve(() => undefined);
    const provider = providerFor(server.url, { firstTokenMs: 60 });
    await assert.rejects(
      async () => provider.embed?.(['a'], 'nomic', AbortSignal.abort(new Error('stop'))),
      /stop/,
    );
    const result = await provider.embed?.(['a'], 'nomic', NEVER);
    assert.deepEqual(result?.ok === false && result.failure, {
      kind: 'timed-out',
      message: 'no embeddings within 60 ms',
    });
  });
});
