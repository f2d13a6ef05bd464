import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readAnswer } from '../../src/mind/answer.ts';
import { CALL, failureOf, hear, providerFor } from './scripted-server.ts';

const SCRIPT =
  process.env['CONSCIOUSNESS_TEST_LLAMA'] ??
  fileURLToPath(new URL('../../../shared/llm/start', import.meta.url));
const KEY = 'sk-only-for-this-test';
const missing = await access(SCRIPT).then(
  () => false,
  () => `no llama-server at ${SCRIPT} (set CONSCIOUSNESS_TEST_LLAMA)`,
);

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}

/** Resolves as soon as `happened` says so; the test's own time limit ends a wait in vain. */
async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await sleep(5);
}

describe('a real llama-server', { skip: missing, timeout: 30_000 }, () => {
  let server: ChildProcess;
  let url = '';
  const seen = new Set<string>();

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = spawn(SCRIPT, [String(port), '-np', '2', '-c', '1024', '--api-key', KEY], { stdio: 'ignore' });
    const starting = provider();
    await until(async () => {
      const { state } = await starting.probe(AbortSignal.timeout(10_000));
      seen.add(state);
      return state === 'online';
    });
  });
  after(() => end(server));

  const provider = (more = {}) => providerFor(url, { apiKey: KEY, ...more });
  const busySlots = async () => {
    const response = await fetch(`${url}/slots`, { headers: { authorization: `Bearer ${KEY}` } });
    const slots: unknown = await response.json();
    return (JSON.stringify(slots).match(/"is_processing":true/g) ?? []).length;
  };

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
    await until(async () => (await busySlots()) === 1);
    stop.abort(new Error('no longer wanted'));
    await assert.rejects(story, /no longer wanted/);
    await until(async () => (await busySlots()) === 0);
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
    await end(server);
    assert.equal(failureOf(await hear(asking)).kind, 'unavailable');
    assert.equal((await asking.probe(AbortSignal.timeout(5_000))).state, 'offline');
  });
});

describe('a real llama-server with a reasoning template', { skip: missing, timeout: 30_000 }, () => {
  it('answers with reasoning only, which is no answer to a question in prose', async () => {
    const port = await freePort();
    const template = fileURLToPath(new URL('reasoning.jinja', `file://${SCRIPT}`));
    const flags = ['--jinja', '--chat-template-file', template, '--reasoning-format', 'deepseek'];
    const server = spawn(SCRIPT, [String(port), ...flags], { stdio: 'ignore' });
    try {
      const provider = providerFor(`http://127.0.0.1:${port}`);
      await until(async () => (await provider.probe(AbortSignal.timeout(10_000))).state === 'online');
      const heard = await hear(provider, { maxOutputTokens: 30 });
      assert.deepEqual([heard.text, heard.end?.kind], ['', 'finished']);
      assert.ok(heard.reasoning.length > 0);
      const read = readAnswer(null, heard.text, heard.reasoning);
      assert.equal(!read.ok && read.kind, 'empty');
    } finally {
      await end(server);
    }
  });
});
