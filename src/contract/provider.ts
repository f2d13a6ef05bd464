/** A provider's health; everything but `online` is a hold. `broken`: it lists its models, and its calls fail. */
export type ProviderState = 'online' | 'loading' | 'overloaded' | 'broken' | 'offline' | 'unknown';

export interface ProviderHealth {
  state: ProviderState;
  /** Why it is held, for people; empty when online. */
  reason: string;
  /** Ids of the models it offers, as its own body said. */
  models: string[];
  /** The chat model that is loaded, where the server tells. */
  loaded: string | null;
  /** Tokens that one call of the loaded model has room for, prompt and answer together; absent where the server does not tell. */
  context?: number;
  /** Models that it offers no longer, or never did, though others: its calls of them said so. Absent = none. */
  missing?: readonly string[];
  /** Epoch milliseconds of the last probe or call; null before the first. */
  checkedAt: number | null;
  /** With `overloaded`: epoch milliseconds before which it asked not to be called again. */
  retryAt?: number;
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
}

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
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
  | { kind: 'finished'; model: string; finish: string; usage: Usage }
  | { kind: 'failed'; failure: ProviderFailure };

/** A server or API that answers prompts: `lmstudio`, `builtin`, … */
export interface Provider {
  readonly name: string;
  /** Calls it takes at once. */
  readonly slots: number;
  /** Whether prompts stay on this machine or its private network. */
  readonly local: boolean;
  /** Asks the server itself; resolves with a state, never rejects but for an aborted signal. */
  probe(signal: AbortSignal): Promise<ProviderHealth>;
  /** Throws only the reason of an aborted signal; aborting, or leaving the loop early, frees the server's slot. */
  think(call: ThinkCall, signal: AbortSignal): AsyncIterable<ThinkEvent>;
  /** Lets go of idle connections, where there are any. */
  close?(): void;
}
