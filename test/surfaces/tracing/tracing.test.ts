import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { AttemptView, ThoughtOutput, ThoughtView } from '../../../src/contract/thought-view.ts';
import { placeOf, spansOf } from '../../../src/surfaces/tracing/spans.ts';
import { traceThoughts } from '../../../src/surfaces/tracing/tracing.ts';
import { MemoryDaemon } from '../memory-daemon.ts';

const CANARY = 'kanarienvogel';
const START = Date.parse('2026-11-22T12:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

function attempt(more: Partial<AttemptView> = {}): AttemptView {
  return {
    number: 1,
    startedAt: at(2),
    sentAt: at(3),
    firstTokenMs: 500,
    totalMs: 4000,
    provider: 'lmstudio',
    model: 'qwen3-8b',
    usage: { inputTokens: 100, outputTokens: 20 },
    outcome: 'answered',
    error: null,
    raw: `an answer with a ${CANARY}`,
    left: null,
    ...more,
  };
}

function output(more: Partial<ThoughtOutput> = {}): ThoughtOutput {
  return {
    position: 0,
    kind: 'write',
    mode: 'create',
    target: `/notes/${CANARY}.md`,
    source: null,
    state: 'applied',
    reason: '',
    bytes: 10,
    sha256: 'aa',
    appliedAt: at(8),
    undoneAt: null,
    content: CANARY,
    before: null,
    after: CANARY,
    note: CANARY,
    ...more,
  };
}

/** A thought about a file: its first attempt failed, its second was answered and wrote a note. */
const FACTS: Partial<ThoughtView> = {
  timestamp: at(1),
  content: CANARY,
  context: { sense: 'files', subject: `/inbox/${CANARY}.md`, event: 7, path: `/inbox/${CANARY}.md` },
  rule: 'inbox',
  event: {
    seq: 7,
    kind: 'added',
    at: at(0),
    dedup: `/inbox/${CANARY}.md#1`,
    data: { path: `/inbox/${CANARY}.md` },
  },
  finishedAt: at(9),
  captured: { text: CANARY, characters: 1, truncated: false, kind: 'text', pictures: 0, unread: '' },
  prompt: `a prompt with a ${CANARY}`,
  answer: CANARY,
  attempts: [
    attempt({
      outcome: 'failed',
      error: `400: {"prompt":"${CANARY}"}`,
      raw: null,
      usage: { inputTokens: null, outputTokens: null },
      firstTokenMs: null,
      totalMs: 200,
    }),
    attempt({ number: 2, startedAt: at(3.5), sentAt: at(3.5) }),
  ],
  outputs: [output(), output({ position: 1, state: 'failed', reason: `no ${CANARY}`, appliedAt: null })],
};

/** A daemon whose thoughts are traced, and the spans that an SDK got. */
function traced(t: TestContext, options: { content?: boolean; sdk?: boolean } = {}) {
  const exporter = new InMemorySpanExporter();
  if (options.sdk !== false) {
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    assert.ok(trace.setGlobalTracerProvider(provider));
  }
  const daemon = new MemoryDaemon();
  const end = new AbortController();
  const dropped: number[] = [];
  const reported: unknown[] = [];
  const ended = traceThoughts(daemon, {
    content: () => options.content ?? false,
    signal: end.signal,
    report: (error) => reported.push(error),
    onDropped: (count) => dropped.push(count),
  });
  const stop = async () => {
    end.abort();
    await ended;
    trace.disable();
  };
  t.after(stop);
  return { daemon, exporter, dropped, reported, stop, spans: () => exporter.getFinishedSpans() };
}

async function until(is: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  for (; !is(); deadline.throwIfAborted()) await new Promise((resolve) => setImmediate(resolve));
}

function byName(spans: readonly ReadableSpan[], name: string): ReadableSpan[] {
  return spans.filter((span) => span.name === name);
}

const SPANS = 6;
const ms = ([seconds, nanoseconds]: [number, number]) =>
  Math.round(seconds * 1000 + nanoseconds / 1e6) - START;

describe('the trace of a thought', () => {
  it('leads from the event over the thought and its attempts to the outputs, with their times', async (t) => {
    const { daemon, spans } = traced(t);
    const thought = daemon.add(FACTS);
    daemon.become(thought.id, 'done', FACTS);
    await until(() => spans().length === SPANS);
    const [event] = byName(spans(), 'perceive files');
    const [think] = byName(spans(), 'think inbox');
    const [first, second] = byName(spans(), 'chat qwen3-8b').sort(
      (a, b) => ms(a.startTime) - ms(b.startTime),
    );
    const [one, two] = byName(spans(), 'output write');
    assert.ok(event && think && first && second && one && two);
    const parents = [event, think, first, second, one, two].map((span) => span.parentSpanContext?.spanId);
    const ids = [event, think, second].map((span) => span.spanContext().spanId);
    assert.deepEqual(parents, [placeOf(thought.id).spanId, ids[0], ids[1], ids[1], ids[2], ids[2]]);
    for (const span of spans()) assert.equal(span.spanContext().traceId, placeOf(thought.id).traceId);
    const times = [event, think, first, second, one, two].map((span) => [
      ms(span.startTime),
      ms(span.endTime),
    ]);
    assert.deepEqual(times, [
      [0, 1000],
      [1000, 9000],
      [2000, 3200],
      [3500, 7500],
      [7500, 8000],
      [7500, 7500],
    ]);
    assert.deepEqual(
      [first, second].map(({ kind, status }) => [kind, status.code]),
      [
        [SpanKind.CLIENT, SpanStatusCode.ERROR],
        [SpanKind.CLIENT, SpanStatusCode.UNSET],
      ],
    );
    assert.deepEqual(second.attributes, {
      'consciousness.attempt.number': 2,
      'consciousness.attempt.outcome': 'answered',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'lmstudio',
      'gen_ai.request.stream': true,
      'gen_ai.request.model': 'qwen3-8b',
      'gen_ai.response.model': 'qwen3-8b',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.response.time_to_first_chunk': 0.5,
    });
    assert.equal(first.attributes['error.type'], 'failed');
    assert.equal(two.status.code, SpanStatusCode.ERROR);
  });

  it('is found from the id of the thought, and is the same whoever tells it', () => {
    const id = 'c56a4180c5634fa2b1e0';
    assert.ok(placeOf(id).traceId.startsWith(id));
    assert.match(placeOf(id).traceId, /^[0-9a-f]{32}$/);
    assert.match(placeOf(id).spanId, /^[0-9a-f]{16}$/);
    assert.deepEqual(placeOf(id), placeOf(id));
    assert.notEqual(placeOf(id).spanId, placeOf(id.replace('c', 'd')).spanId);
  });

  for (const [state, more] of [
    ['done', {}],
    ['dead', { reason: `gave up on ${CANARY}` }],
    ['cancelled', { reason: `superseded by ${CANARY}` }],
  ] as const) {
    it(`tells nothing of a prompt, an answer, a file or an error when it is ${state}, unless it is allowed to`, async (t) => {
      const { daemon, spans, exporter, stop } = traced(t);
      const { id } = daemon.add(FACTS);
      daemon.become(id, state, { ...FACTS, ...more });
      await until(() => spans().length === SPANS);
      assert.doesNotMatch(allOf(spans()), new RegExp(CANARY));
      await stop();
      exporter.reset();

      const open = traced(t, { content: true });
      const again = open.daemon.add(FACTS);
      open.daemon.become(again.id, state, { ...FACTS, ...more });
      await until(() => open.spans().length === SPANS);
      const told = allOf(open.spans());
      for (const key of ['gen_ai.input.messages', 'gen_ai.output.messages', 'consciousness.output.target'])
        assert.match(told, new RegExp(`"${key}":[^\\n]*${CANARY}`));
      const [second] = byName(open.spans(), 'chat qwen3-8b').filter(
        ({ attributes }) => attributes['gen_ai.input.messages'],
      );
      assert.deepEqual(JSON.parse(String(second?.attributes['gen_ai.input.messages'])), [
        { role: 'user', parts: [{ type: 'text', content: `a prompt with a ${CANARY}` }] },
      ]);
    });
  }

  it('calls no server a thought that was reused, or never asked about', () => {
    const reused = attempt({ sentAt: null, outcome: 'reused', totalMs: null, firstTokenMs: null });
    const view = { ...new MemoryDaemon().add(FACTS), attempts: [reused], outputs: [] };
    const [thought] = spansOf(view, { content: false }).children;
    const [span] = thought?.children ?? [];
    assert.equal(span?.name, 'attempt');
    assert.equal(span?.kind, 'internal');
    assert.doesNotMatch(JSON.stringify(span), /gen_ai/);
  });

  it('names a model without the folder that its server keeps it in', () => {
    const view = { ...new MemoryDaemon().add(FACTS), attempts: [attempt({ model: '/home/me/qwen.gguf' })] };
    assert.doesNotMatch(JSON.stringify(spansOf(view, { content: false })), /home/);
  });
});

describe('tracing', () => {
  it('reads and computes nothing where nobody brought an SDK', async (t) => {
    const { daemon, stop } = traced(t, { sdk: false });
    let asked = 0;
    daemon.thought = async () => {
      asked += 1;
      throw new Error('nobody asked for it');
    };
    const { id } = daemon.add(FACTS);
    daemon.become(id, 'done', FACTS);
    await new Promise((resolve) => setImmediate(resolve));
    await stop();
    assert.equal(asked, 0);
  });

  it('goes on where one thought cannot be read', async (t) => {
    const { daemon, reported, spans } = traced(t);
    const [gone, there] = [daemon.add(FACTS), daemon.add(FACTS)];
    for (const { id } of [gone, there]) daemon.become(id, 'done', FACTS);
    daemon.all.delete(gone.id);
    await until(() => spans().length === SPANS);
    assert.equal(reported.length, 1);
  });

  it('drops and counts what comes faster than it can be told, and keeps no more', async (t) => {
    const { daemon, dropped, spans } = traced(t);
    const gate = Promise.withResolvers<void>();
    const thought = daemon.thought.bind(daemon);
    daemon.thought = async (id) => {
      await gate.promise;
      return thought(id);
    };
    const ids = Array.from({ length: 1500 }, () => daemon.add({ ...FACTS, attempts: [], outputs: [] }).id);
    for (const id of ids) daemon.become(id, 'done');
    // Everything that was told has been heard by then.
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    await until(() => dropped.length > 0);
    assert.equal(spans().length / 2 + dropped.reduce((sum, n) => sum + n, 0), 1500);
    assert.ok((dropped[0] ?? 0) >= 400);
  });

  it('leaves a thought that was put back meanwhile to its real end', async (t) => {
    const { daemon, spans } = traced(t);
    const { id } = daemon.add(FACTS);
    daemon.become(id, 'dead', FACTS);
    daemon.become(id, 'ready');
    const other = daemon.add(FACTS);
    daemon.become(other.id, 'done', FACTS);
    await until(() => spans().length >= SPANS);
    assert.equal(spans().length, SPANS);
  });
});

/** Everything that leaves with the spans. */
function allOf(spans: readonly ReadableSpan[]): string {
  return spans
    .map(({ name, attributes, events, status, links }) =>
      JSON.stringify({ name, attributes, events, status, links }),
    )
    .join('\n');
}
