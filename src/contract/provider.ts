import type { ProviderHealth } from './provider-health.ts';
import type { Usage } from './thought-view.ts';
/** A picture that belongs to a prompt, as a file that models with vision read. */
export interface Picture {
  type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif';
  bytes: Uint8Array;
}

/** A tool as a model is told of it. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>;
}

/** What a model asks of a tool; `arguments` is JSON as it came, which may be broken. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** One round after the prompt: what the model said and called, and what its calls brought. */
export interface Turn {
  text: string;
  calls: readonly ToolCall[];
  results: readonly { id: string; content: string }[];
}

/** One call of a model. */
export interface ThinkCall {
  /** The provider's model id; `local-model` = the chat model that is loaded. */
  model: string;
  prompt: string;
  /** The text that is thought about, apart from the instructions; null = there is none. Servers ignore it: `prompt` holds it. */
  document: string | null;
  /** Its file's name as path text, where it is a file. */
  documentName: string | null;
  /** JSON Schema the answer must satisfy; null = free text. */
  schema: Record<string, unknown> | null;
  maxOutputTokens: number | null;
  /** Absent = the server's own. Left out where an API refuses it. */
  temperature?: number;
  /** After the prompt, in order. */
  pictures?: readonly Picture[];
  tools?: readonly ToolSpec[];
  /** False: it is told of the tools, since it has called them, and must answer now. */
  mayCall?: boolean;
  /** What has been said since the prompt. */
  turns?: readonly Turn[];
}

/**
 * How a call failed. `held` kinds are states of the server (wait, no attempt spent), `retry` kinds may go
 * better next time (an attempt is spent), `final` kinds never will.
 */
export const FAILURE_KINDS = {
  unavailable: 'held',
  loading: 'held',
  'no-model': 'held',
  overloaded: 'held',
  'timed-out': 'retry',
  cut: 'retry',
  'server-error': 'retry',
  'bad-answer': 'retry',
  empty: 'retry',
  looping: 'retry',
  'context-overflow': 'final',
  refused: 'final',
} as const;
export type FailureKind = keyof typeof FAILURE_KINDS;

export interface ProviderFailure {
  kind: FailureKind;
  /** For people; never holds the prompt. */
  message: string;
  retryAfterMs?: number;
  /** The server took the call and failed it: whether that was the thought's fault is for a trial call to tell. */
  doubtful?: true;
}

/** Kinds that are always doubtful. */
const DOUBTFUL: ReadonlySet<FailureKind> = new Set(['timed-out', 'cut', 'server-error']);

/** Whether a failure may be the server's fault as well as the thought's. */
export function isDoubtful({ kind, doubtful }: ProviderFailure): boolean {
  return doubtful === true || DOUBTFUL.has(kind);
}

/** What a call yields; ends with exactly one `finished` or `failed`, and never throws for what a server did. */
export type ThinkEvent =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'called'; call: ToolCall }
  | { kind: 'finished'; model: string; finish: string; usage: Usage }
  | { kind: 'failed'; failure: ProviderFailure };

/** A server or API that answers prompts: `lmstudio`, `builtin`, … */
export interface Provider {
  readonly name: string;
  /** Calls it takes at once: as configured, else as its server told in the last probe. */
  readonly slots: number;
  /** Whether prompts stay on this machine or its private network. */
  readonly local: boolean;
  /** Asks the server itself; resolves with a state, never rejects but for an aborted signal. */
  probe(signal: AbortSignal): Promise<ProviderHealth>;
  /** Throws only the reason of an aborted signal; aborting, or leaving the loop early, frees the server's slot. */
  think(call: ThinkCall, signal: AbortSignal): AsyncIterable<ThinkEvent>;
  /** Tokens of a text as the server itself counts them; null where it does not count. Rejects as `think` does. */
  countTokens?(text: string, model: string, signal: AbortSignal): Promise<number | null>;
  /** Vectors of texts, in their order. Rejects as `think` does. */
  embed?(texts: readonly string[], model: string, signal: AbortSignal): Promise<EmbedResult>;
  /** Loads and unloads models, where its server takes orders. */
  models?: ModelOrders;
  /** Lets go of idle connections, where there are any. */
  close?(): void;
}

/** Vectors of texts, all of one length and none of them zero. */
export type EmbedResult = { ok: true; vectors: Float32Array[] } | { ok: false; failure: ProviderFailure };

/** Orders that a server takes about its models. Each resolves with what it came to, for people. */
export interface ModelOrders {
  /** Loads a model with the configured settings; one that is loaded already is a success. */
  load(model: string, signal: AbortSignal): Promise<OrderResult>;
  unload(model: string, signal: AbortSignal): Promise<OrderResult>;
}

export type OrderResult = { ok: true; detail: string } | { ok: false; failure: ProviderFailure };
