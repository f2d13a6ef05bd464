import { sha256 } from '../../base/ids.ts';
import type { AttemptView, OutputView, ThoughtView } from '../../contract/thought-view.ts';
import { modelLabel } from '../model-label.ts';

/** One span of a thought's trace, as it is to be told. Times are epoch milliseconds. */
export interface SpanSpec {
  name: string;
  /** `client` = a call of a server. */
  kind: 'internal' | 'client';
  start: number;
  end: number;
  attributes: Record<string, string | number | boolean>;
  /** What went wrong; absent = nothing. The message is there with content only. */
  error?: { message?: string };
  children: SpanSpec[];
}

/** Where the spans of a thought belong: its trace, beneath a span that nobody tells. */
export interface TracePlace {
  traceId: string;
  spanId: string;
}

export interface SpanOptions {
  /** Whether prompts, answers, reasons and the names and paths of files are told, too. */
  content: boolean;
}

/**
 * The trace of a processed thought: event -> thought -> attempts -> outputs. Only from what is durable, so it is the
 * same whenever, and by whichever process, it is told.
 */
export function spansOf(view: ThoughtView, options: SpanOptions): SpanSpec {
  const made = Date.parse(view.timestamp);
  const perceived = Math.min(Date.parse(view.event.at), made);
  return {
    name: `perceive ${view.context.sense}`,
    kind: 'internal',
    start: perceived,
    end: made,
    attributes: {
      'consciousness.event.sense': view.context.sense,
      'consciousness.event.kind': view.event.kind,
      'consciousness.event.seq': view.event.seq,
      ...(options.content ? { 'consciousness.subject': view.context.subject } : {}),
    },
    children: [thoughtSpan(view, made, options)],
  };
}

/** The trace of a thought: its id begins with the thought's own, so that one is found from the other. */
export function placeOf(id: string): TracePlace {
  const digest = sha256(`trace of ${id}`);
  return { traceId: (id + digest).slice(0, 32), spanId: digest.slice(-16) };
}

function thoughtSpan(view: ThoughtView, made: number, options: SpanOptions): SpanSpec {
  const last = view.attempts.at(-1);
  const attempts = view.attempts.map((attempt) =>
    attemptSpan(attempt, attempt === last ? view : null, options),
  );
  const latest = Math.max(
    made,
    ...attempts.flatMap(({ end, children }) => [end, ...children.map((each) => each.end)]),
  );
  const finished = view.finishedAt === null ? latest : Date.parse(view.finishedAt);
  return {
    name: `think ${view.rule}`,
    kind: 'internal',
    start: made,
    end: Math.max(finished, latest),
    attributes: {
      'consciousness.thought.id': view.id,
      'consciousness.thought.state': view.state,
      'consciousness.rule.name': view.rule,
      'consciousness.rule.version': view.ruleVersion,
      'consciousness.thought.failures': view.failures,
      'consciousness.thought.crashes': view.crashes,
      ...(view.state === 'dead' ? { 'error.type': 'dead' } : {}),
      ...(view.reusedFrom === null ? {} : { 'consciousness.thought.reused_from': view.reusedFrom }),
      ...(options.content && view.reason !== '' ? { 'consciousness.thought.reason': view.reason } : {}),
    },
    ...(view.state === 'dead' ? { error: options.content ? { message: view.reason } : {} } : {}),
    children: attempts,
  };
}

/** `latest`: the thought, where this is its last attempt; the outputs and the prompt are that one's. */
function attemptSpan(attempt: AttemptView, latest: ThoughtView | null, options: SpanOptions): SpanSpec {
  const { provider, outcome } = attempt;
  const start = Date.parse(attempt.startedAt);
  const sent = attempt.sentAt === null ? start : Date.parse(attempt.sentAt);
  const end = Math.max(start, sent + (attempt.totalMs ?? 0));
  const model = attempt.model === null ? null : modelLabel(attempt.model);
  const isCall = attempt.sentAt !== null && provider !== null;
  const isError = outcome === 'failed' || outcome === 'crashed';
  return {
    name: isCall ? `chat ${model ?? provider}` : 'attempt',
    // `builtin` thinks in this process.
    kind: isCall && provider !== 'builtin' ? 'client' : 'internal',
    start,
    end,
    attributes: {
      'consciousness.attempt.number': attempt.number,
      'consciousness.attempt.outcome': outcome,
      ...(isCall ? callAttributes(attempt, provider, model) : {}),
      ...(isError ? { 'error.type': outcome } : {}),
      ...(options.content ? contentOf(attempt, latest) : {}),
    },
    ...(isError
      ? { error: options.content && attempt.error !== null ? { message: attempt.error } : {} }
      : {}),
    children: (latest?.outputs ?? []).map((output) => outputSpan(output, end, options)),
  };
}

/** The semantic conventions for generative AI as of v1.41, of a client's call. */
function callAttributes(
  { usage, firstTokenMs, outcome }: AttemptView,
  provider: string,
  model: string | null,
): SpanSpec['attributes'] {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.stream': true,
    ...(model === null ? {} : { 'gen_ai.request.model': model }),
    // The row keeps one name: the one that the server gave, where it gave one.
    ...(model !== null && outcome === 'answered' ? { 'gen_ai.response.model': model } : {}),
    ...(usage.inputTokens === null ? {} : { 'gen_ai.usage.input_tokens': usage.inputTokens }),
    ...(usage.outputTokens === null ? {} : { 'gen_ai.usage.output_tokens': usage.outputTokens }),
    ...(firstTokenMs === null ? {} : { 'gen_ai.response.time_to_first_chunk': firstTokenMs / 1000 }),
  };
}

function contentOf({ raw, error }: AttemptView, latest: ThoughtView | null): SpanSpec['attributes'] {
  const prompt = latest?.prompt ?? null;
  return {
    ...(prompt === null ? {} : { 'gen_ai.input.messages': messages('user', prompt) }),
    ...(raw === null ? {} : { 'gen_ai.output.messages': messages('assistant', raw) }),
    ...(error === null ? {} : { 'consciousness.attempt.error': error }),
  };
}

function messages(role: 'user' | 'assistant', content: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);
}

function outputSpan(output: OutputView, from: number, options: SpanOptions): SpanSpec {
  const { kind, state, bytes, position, appliedAt, target, reason } = output;
  return {
    name: `output ${kind}`,
    kind: 'internal',
    start: from,
    end: appliedAt === null ? from : Math.max(from, Date.parse(appliedAt)),
    attributes: {
      'consciousness.output.position': position,
      'consciousness.output.kind': kind,
      'consciousness.output.state': state,
      'consciousness.output.bytes': bytes,
      ...(state === 'failed' ? { 'error.type': 'output_failed' } : {}),
      ...(options.content ? { 'consciousness.output.target': target } : {}),
      ...(options.content && reason !== '' ? { 'consciousness.output.reason': reason } : {}),
    },
    ...(state === 'failed' ? { error: options.content ? { message: reason } : {} } : {}),
    children: [],
  };
}
