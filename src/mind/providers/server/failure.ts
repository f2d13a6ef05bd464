import { messageOf, systemCode } from '../../../base/errors.ts';
import { retryAfterMs } from '../../../base/retry-after.ts';
import type { FailureKind, ProviderFailure } from '../../../contract/provider.ts';
import { errorIn } from './error-in.ts';
import { isRecord, parseJson } from './json.ts';
import type { Clean } from './message.ts';

/** What servers write, in the order of asking; the sources are in the tests, by issue. */
const TEXTS: readonly [RegExp, FailureKind][] = [
  [
    /tokens to keep|\bn_keep\b|\bn_ctx\b|context (?:length|size|window|limit)|context_length|exceed_context|exceeds? the (?:available |maximum )?context|maximum context|prompt is too long|input is too (?:long|large)/i,
    'context-overflow',
  ],
  [
    /no models? (?:is |are |has been |have been )?(?:currently )?loaded|model (?:was |has been |is )?unloaded|model (?:is )?not loaded|please load a model|failed to load model(?! vocabulary)/i,
    'no-model',
  ],
  // What the model wrote is no call: its fault, not the server's.
  [/does not match the expected .{0,40}format|failed to parse (?:the )?tool call/i, 'bad-answer'],
  [/unexpected endpoint/i, 'refused'],
  [/loading model|model is (?:still |being |currently )*loading|warming up/i, 'loading'],
];

/** A model that the server has not: somebody may fetch or load it, so the thought waits. Claude's API only names it. */
const NO_SUCH_MODEL =
  /model_not_found|not_found_error.{0,40}"model: |\bmodel\b.{0,200}(?:not found|does not exist|is not (?:available|installed))|no such model|unknown model/i;

/** The server cannot hold a model to a schema, or not to this one: the model is asked in words. */
const NO_GRAMMAR =
  /response_format|json[_ ]schema|output_config|structured output|grammar|required for format|\bformat\b.{0,80}schema/i;

/** Money is not a matter of waiting a little. A link to the page on billing stands in plain rate limits, too. */
const SPENT = /insufficient_quota|billing[ _](?:details|hard)|spend(?:ing)? limit|credit balance/i;

/** A response that was no answer: an error status, or an error object inside a 200. */
export interface Refusal {
  status: number;
  /** As it came. */
  body: string;
  retryAfter: string;
}

/** What a refusal means, from its words before its status: local servers put anything in a 200, 400 or 500. */
export function failureOfRefusal(refusal: Refusal, now: number, clean: Clean): ProviderFailure {
  return failureOf(errorOf(refusal), statusOf(refusal), refusal.retryAfter, now, clean);
}

/** The status that a refusal means: the one inside its body before its own. */
export function statusOf(refusal: Refusal): number {
  return statusIn(errorOf(refusal)) ?? refusal.status;
}

/** What an error object in the middle of a stream means. */
export function failureOfError(error: unknown, now: number, clean: Clean): ProviderFailure {
  return failureOf(error, statusIn(error) ?? 500, '', now, clean);
}

/** Whether a refused call may be taken without a grammar. */
export function refusesGrammar({ kind, message }: ProviderFailure): boolean {
  return (kind === 'refused' || kind === 'server-error') && NO_GRAMMAR.test(message);
}

/** What an exception of the transport means, before or after the first token. */
export function failureOfThrown(error: unknown, answering: boolean, clean: Clean): ProviderFailure {
  const code =
    systemCode(error) ?? (error instanceof AggregateError ? systemCode(error.errors[0]) : undefined);
  const what = WORDS[code ?? ''] ?? clean(messageOf(error));
  if (answering) return { kind: 'cut', message: `the connection broke in the middle of the answer: ${what}` };
  // Whoever was reached and then broke off, or spoke nonsense, may have done so over this very call.
  const taken = NOT_REACHED.has(code ?? '') ? {} : { doubtful: true as const };
  return { kind: 'unavailable', message: what, ...taken };
}

/** Errors of a pooled socket that the server had closed: worth one fresh try, as long as nothing was answered. */
export function isStaleSocket(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(systemCode(error) ?? '');
}

const NOT_REACHED = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  'UND_ERR_CONNECT_TIMEOUT',
]);

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the server closed the connection',
  EPIPE: 'the server closed the connection',
  UND_ERR_SOCKET: 'the server closed the connection',
  ENOTFOUND: 'this host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
};

function errorOf({ body }: Refusal): unknown {
  return errorIn(parseJson(body)) ?? body;
}

function failureOf(
  error: unknown,
  status: number,
  retryAfter: string,
  now: number,
  clean: Clean,
): ProviderFailure {
  // Type and code are looked at as well: `exceed_context_size_error` says more than the words beside it.
  const evidence = typeof error === 'string' ? error : JSON.stringify(error);
  const wait = retryAfterMs(retryAfter, now);
  const kind = TEXTS.find(([pattern]) => pattern.test(evidence))?.[1] ?? kindOfStatus(status, wait, evidence);
  const message = clean(wordsOf(error)) || `the server answered ${status} without a word`;
  return {
    kind,
    message,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(isDoubt(kind, status, evidence) ? { doubtful: true } : {}),
  };
}

function kindOfStatus(status: number, wait: number | undefined, evidence: string): FailureKind {
  if (status === 429 || status === 529) return SPENT.test(evidence) ? 'refused' : 'overloaded';
  if (status === 503 && wait !== undefined) return 'overloaded';
  // What stands before the server says that it is away, which is no fault of the thought.
  if (status === 502 || status === 503 || status === 504) return 'unavailable';
  if (status === 404 && NO_SUCH_MODEL.test(evidence)) return 'no-model';
  // A wrong key is the configuration's fault, not the thought's: it waits until the key is right.
  if (status === 401 || status === 403) return 'unavailable';
  return status >= 500 ? 'server-error' : 'refused';
}

/** What stands there may not be the API at all, or not for us: then it refuses every call like this one. */
function isDoubt(kind: FailureKind, status: number, evidence: string): boolean {
  if (kind === 'unavailable') return true;
  const elsewhere = status < 400 || status === 404 || status === 405 || status === 410;
  return kind === 'refused' && (elsewhere || /unexpected endpoint/i.test(evidence));
}

function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!isRecord(error)) return JSON.stringify(error);
  const said = error['message'] ?? error['detail'] ?? error['error'];
  return typeof said === 'string' ? said : JSON.stringify(error);
}

/** The status that an error object names, as a number or by its type: in a stream there is no other. */
export function statusIn(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  const code = Number(error['code'] ?? error['status']);
  if (Number.isInteger(code) && code >= 400 && code < 600) return code;
  return BUSY.get(String(error['type']));
}

const BUSY = new Map([
  ['overloaded_error', 529],
  ['rate_limit_error', 429],
]);
