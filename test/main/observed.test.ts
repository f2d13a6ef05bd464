import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { copyRule, createHome, type Home, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { get } from '../support/get.ts';
import { startModelServer } from '../support/model-server.ts';
import { mountFragile } from '../support/mount.ts';
import { noPromtool, promtool } from '../support/promtool.ts';

const SDK = fileURLToPath(new URL('scenario-sdk.ts', import.meta.url));
const CANARY = 'kanarienvogel';

/** A home whose model repeats what it is asked, at once or in an error, and where a daemon's spans go. */
async function canaries(t: TestContext, more = '') {
  const server = await startModelServer((prompt) => `you said: ${prompt}`);
  t.after(() => server.stop());
  const home = createHome(t, server.url, more);
  home.rule('copy', copyRule(home));
  const traces = join(home.folder, 'traces.jsonl');
  const env = { NODE_OPTIONS: `--import ${SDK}`, TRACES: traces };
  const spans = (): Span[] => {
    if (!existsSync(traces)) return [];
    return readFileSync(traces, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  return { server, home, env, spans };
}

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parent: string;
  attributes: Record<string, unknown>;
}

/** Answers the next call with an error that says what it was asked about, as some servers do. */
function refuseOnce(server: Awaited<ReturnType<typeof startModelServer>>, status: number): void {
  server.misbehave = (prompt, response) => {
    server.misbehave = null;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `no ${CANARY} is welcome here`, param: prompt } }));
    return true;
  };
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(60_000);
  for (; !(await is()); deadline.throwIfAborted()) await sleep(20);
}

async function code(home: Home, probe: 'livez' | 'readyz'): Promise<number> {
  const { status, type, body } = await get(home, `/${probe}`);
  assert.equal(type, 'text/plain; charset=utf-8');
  assert.equal(body, status === 200 ? 'ok\n' : 'not ok\n', 'no more than that');
  return status;
}

describe('what a daemon tells those who look in from afar', () => {
  it('is how much and how fast, and no word of any file, prompt, answer or error', async (t) => {
    const { server, home, env, spans } = await canaries(t);
    const daemon = await startDaemon(t, home, { env });
    refuseOnce(server, 400);
    writeFileSync(join(home.inbox, `${CANARY}-refused.md`), `a text with a ${CANARY}`);
    await daemon.reached('dead', 1);
    writeFileSync(join(home.inbox, `${CANARY}.md`), `another text with a ${CANARY}`);
    await daemon.reached('done', 1);

    const { status, type, body } = await get(home, '/metrics');
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const line of [
      'consciousness_thoughts_ended_total{rule="copy",state="done"} 1',
      'consciousness_thoughts_ended_total{rule="copy",state="dead"} 1',
      'consciousness_thoughts{state="dead"} 1',
      'consciousness_attempts_total{provider="lmstudio",model="local-model",outcome="answered"} 1',
      'consciousness_attempts_total{provider="lmstudio",model="local-model",outcome="failed"} 1',
      'consciousness_tokens_total{provider="lmstudio",model="local-model",direction="input"} 11',
      'consciousness_attempt_duration_seconds_count{provider="lmstudio",model="local-model"} 2',
      'consciousness_outputs_total{kind="write",state="applied"} 1',
      'consciousness_events_total{sense="files"} 2',
      'consciousness_ready 1',
    ])
      assert.ok(body.includes(`\n${line}\n`), `${line}\n\n${body}`);
    assertSilent(body, home);
    for (const { id } of await thoughtsOf(home)) assert.ok(!body.includes(id));
    if (noPromtool === false) assert.equal(await promtool(body), '');
    else t.diagnostic(String(noPromtool));
    assert.deepEqual([await code(home, 'livez'), await code(home, 'readyz')], [200, 200]);

    await until(() => spans().filter(({ name }) => name.startsWith('think')).length === 2);
    await until(() => spans().length === 7);
    assertSilent(JSON.stringify(spans()), home);
    const chats = spans().filter(({ name }) => name.startsWith('chat'));
    assert.deepEqual(chats.map(({ attributes }) => attributes['error.type']).sort(), ['failed', undefined]);
    assert.match(
      (await show(home, (await thoughtsOf(home, '--state', 'dead'))[0]?.id ?? '')).reason,
      new RegExp(CANARY),
    );
    assert.equal(await daemon.end(), 0);
  });

  it('is what was said and where it went, too, for whoever allows that in traces, and never in metrics', async (t) => {
    const { home, env, spans } = await canaries(t, 'traces: { content: allow }\n');
    const daemon = await startDaemon(t, home, { env });
    writeFileSync(join(home.inbox, 'a.md'), `a text with a ${CANARY}`);
    await daemon.reached('done', 1);
    await until(() => spans().length === 4);
    const chat = spans().find(({ name }) => name.startsWith('chat'));
    assert.match(String(chat?.attributes['gen_ai.input.messages']), new RegExp(CANARY));
    assert.match(String(chat?.attributes['gen_ai.output.messages']), new RegExp(CANARY));
    assertSilent((await get(home, '/metrics')).body, home);
    assert.equal(await daemon.end(), 0);
  });

  it('is one trace of a thought, also where a life of the daemon ended in the middle of it', async (t) => {
    const { server, home, env, spans } = await canaries(t);
    const first = await startDaemon(t, home, { env, killed: true });
    const asked = Promise.withResolvers<void>();
    server.misbehave = () => {
      server.misbehave = null;
      asked.resolve();
      return true;
    };
    writeFileSync(join(home.inbox, 'a.md'), 'a text');
    await asked.promise;
    await first.end('SIGKILL');
    const second = await startDaemon(t, home, { env });
    await second.reached('done', 1);
    await until(() => spans().length === 5);
    const [row] = await thoughtsOf(home);
    for (const { traceId } of spans()) assert.ok(row && traceId.startsWith(row.id));
    const think = spans().find(({ name }) => name === 'think copy');
    const attempts = spans().filter(({ parent }) => parent === think?.spanId);
    assert.deepEqual(
      attempts.map(({ attributes }) => attributes['consciousness.attempt.outcome']),
      ['crashed', 'answered'],
    );
    assert.equal(await second.end(), 0);
  });
});

describe('the probes', () => {
  it('say that a full disk is not ready, and that no restart would help', async (t) => {
    const { home } = await canaries(t);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    using disk = mountFragile(t, state, join(home.folder, 'disk.img'), 64);
    if (!disk) return;
    const daemon = await startDaemon(t, home);
    await until(async () => (await code(home, 'readyz')) === 200);
    disk.fail();
    await until(async () => (await code(home, 'readyz')) === 503);
    assert.equal(await code(home, 'livez'), 200);
    await daemon.end();
    disk.mend();
  });

  it('say that held work is no failure: a model server that is away', async (t) => {
    const { server, home } = await canaries(t);
    await server.stop();
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a text');
    await daemon.saw((event) => event.type === 'hold' && event.held, 'the hold');
    await until(async () => (await code(home, 'readyz')) === 200);
    assert.equal(await code(home, 'livez'), 200);
    const { body } = await get(home, '/metrics');
    assert.match(body, /\nconsciousness_holds\{what="provider",name="lmstudio"\} 1\n/);
    assert.equal(await daemon.end(), 0);
  });
});

function assertSilent(told: string, home: Home): void {
  assert.doesNotMatch(told, new RegExp(CANARY));
  for (const path of [home.folder, home.inbox, home.notes, 'inbox', '.md'])
    assert.ok(!told.includes(path), path);
}

describe('how fast a provider is', () => {
  it('is told in its status, through a restart', async (t) => {
    const { home } = await canaries(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'one');
    await daemon.reached('done', 1);
    const recent = async () => {
      const { providers } = JSON.parse((await get(home, '/v1/status')).body);
      return providers.find(({ name }: { name: string }) => name === 'lmstudio').recent;
    };
    const told = await recent();
    assert.equal(told.answers, 1);
    assert.equal(typeof told.firstTokenMs, 'number');
    await daemon.end();
    const again = await startDaemon(t, home);
    assert.deepEqual(await recent(), told);
    await again.end();
  });
});
