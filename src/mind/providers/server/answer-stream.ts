import type { ProviderFailure, ThinkEvent } from '../../../contract/provider.ts';
import type { Usage } from '../../../contract/thought-view.ts';
import type { Exchange } from '../../transport-exchange.ts';
import type { Chunk, Protocol } from '../protocol.ts';
import { createCalls } from './calls.ts';
import { errorIn } from './error-in.ts';
import { createFrames, type Frames } from './frames.ts';
import { isRecord, parseJson } from './json.ts';
import { createLines } from './lines.ts';
import type { Watchdog } from './watchdog.ts';

/** Characters of text and reasoning that one answer may have, and of one event. */
const ANSWER_LIMIT = 4 * 1024 * 1024;

/** How long a stream may stay open after its last chunk before its socket is closed rather than kept. */
const LINGER_MS = 250;

export interface StreamSettings {
  protocol: Protocol;
  /** Said in `finished` unless the server names another one. */
  model: string;
  idleMs: number;
  failureOfError(error: unknown): ProviderFailure;
  failureOfThrown(error: unknown, answering: boolean): ProviderFailure;
}

/**
 * The events of a 200 response. A stream is whole when a `finish_reason` came, whatever happens afterwards
 * (`[DONE]` missing, usage missing, connection reset), and cut when none came, however politely it ended.
 */
export async function* readAnswerStream(
  { body, header }: Exchange,
  watchdog: Watchdog,
  settings: StreamSettings,
): AsyncGenerator<ThinkEvent> {
  const readChunk = settings.protocol.reader();
  const framing = settings.protocol.frames === 'lines' ? createLines : createFrames;
  const frames = framing(ANSWER_LIMIT);
  const calls = createCalls();
  const usage: Usage = { inputTokens: null, outputTokens: null };
  const answer = { finish: '', model: settings.model, length: 0, done: false };
  let isFramed = settings.protocol.frames === 'lines' || header('content-type').includes('text/event-stream');
  let whole = '';
  try {
    const decoder = new TextDecoder();
    for await (const bytes of body) {
      // Some servers stream without saying so.
      isFramed ||= whole === '' && looksFramed(bytes);
      if (isFramed) yield* take(frames.push(bytes));
      else whole += decoder.decode(bytes, { stream: true });
      if (answer.length > ANSWER_LIMIT || whole.length > ANSWER_LIMIT || frames.tooLong)
        return yield tooLong();
    }
    yield* take(remaining(frames, whole));
  } catch (error) {
    if (error instanceof ErrorInStream)
      return yield { kind: 'failed', failure: settings.failureOfError(error.said) };
    if (answer.finish === '')
      return yield { kind: 'failed', failure: settings.failureOfThrown(error, answer.length > 0) };
  }
  if (answer.finish === '') return yield cut(answer.length);
  for (const call of calls.all()) yield { kind: 'called', call };
  yield { kind: 'finished', model: answer.model, finish: answer.finish, usage };

  /** Adjacent words of one read become one event: a fast server then costs one hand-over, not one per token. */
  function* take(data: string[]): Generator<ThinkEvent> {
    let text = '';
    let reasoning = '';
    let failed: ErrorInStream | undefined;
    for (const item of data) {
      if (answer.done) break;
      const chunk = read(item);
      if (chunk instanceof ErrorInStream) {
        failed = chunk;
        break;
      }
      if (chunk === null) continue;
      text += chunk.text;
      reasoning += chunk.reasoning;
      answer.length += chunk.text.length + chunk.reasoning.length + calls.take(chunk.calls);
    }
    if (reasoning !== '') yield { kind: 'reasoning', text: reasoning };
    if (text !== '') yield { kind: 'text', text };
    if (failed !== undefined) throw failed;
  }

  function read(item: string): Chunk | ErrorInStream | null {
    if (item === '[DONE]') {
      end();
      return null;
    }
    const value = parseJson(item);
    const error = errorIn(value);
    if (error !== undefined) return new ErrorInStream(error);
    if (!isRecord(value)) return null;
    const chunk = readChunk(value);
    answer.finish = chunk.finish ?? answer.finish;
    answer.model = chunk.model ?? answer.model;
    usage.inputTokens = chunk.usage?.inputTokens ?? usage.inputTokens;
    usage.outputTokens = chunk.usage?.outputTokens ?? usage.outputTokens;
    if (chunk.progress || chunk.finish !== null) watchdog.expect('further token', settings.idleMs);
    if (chunk.done) end();
    return chunk;
  }

  function end(): void {
    answer.done = true;
    watchdog.expect('end of the stream', LINGER_MS);
  }
}

/** An error object where a chunk should have been; after a `finish_reason` as well, since such an answer is not to be trusted. */
class ErrorInStream extends Error {
  readonly said: unknown;
  constructor(said: unknown) {
    super('the server reported an error in its stream');
    this.said = said;
  }
}

/** What the end of a body still holds: an unfinished event, a bare JSON error, or an answer that came unstreamed. */
function remaining(frames: Frames, whole: string): string[] {
  if (whole !== '') {
    const value = parseJson(whole);
    return value === undefined ? unannounced(whole) : [whole];
  }
  const { data, stray } = frames.end();
  return parseJson(stray) === undefined ? data : [...data, stray];
}

function looksFramed(bytes: Uint8Array): boolean {
  return /^\s*(data|event|id):/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
}

function unannounced(whole: string): string[] {
  const frames = createFrames(ANSWER_LIMIT);
  const data = frames.push(new TextEncoder().encode(whole));
  const rest = frames.end();
  return [...data, ...rest.data, ...(errorIn(parseJson(rest.stray)) === undefined ? [] : [rest.stray])];
}

function cut(length: number): ThinkEvent {
  const message = `the stream ended after ${length} characters without a finish_reason`;
  return { kind: 'failed', failure: { kind: 'cut', message } };
}

function tooLong(): ThinkEvent {
  const message = `the answer is longer than ${ANSWER_LIMIT / 1024 / 1024} MiB`;
  return { kind: 'failed', failure: { kind: 'bad-answer', message } };
}
