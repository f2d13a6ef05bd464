import type { ThinkCall } from '../../contract/provider.ts';
import type { Usage } from '../../contract/thought-view.ts';

/** How a family of servers is asked, and how its answers read. Timers, sockets and failures are the same for all. */
export interface Protocol {
  /** After the address's base: `/chat/completions`. */
  path: string;
  /** Beside content type and user agent. */
  headers(apiKey: string): Record<string, string>;
  /** The JSON body of one streamed call. `grammar`: whether the server is to hold the model to the schema. */
  body(call: ThinkCall, model: string, grammar: boolean): unknown;
  /** Makes the reader of one answer: its chunks come in order, each as parsed JSON. */
  reader(): (value: Record<string, unknown>) => Chunk;
  /** How chunks are framed in the body. */
  frames: 'events' | 'lines';
}

/** One streamed chunk, or a whole answer that came unstreamed, with the servers' dialects ironed out. */
export interface Chunk {
  text: string;
  reasoning: string;
  /** Parts of calls of tools; those of one call have the same place. */
  calls: CallPart[];
  /** Something was generated, also where it is neither text nor reasoning. */
  progress: boolean;
  /** `length` where it ended at the token limit. */
  finish: string | null;
  usage: Partial<Usage> | null;
  model: string | null;
  /** Nothing comes after this one. */
  done: boolean;
}

export interface CallPart {
  /** Which call of the answer; null where the server does not say. */
  place: number | null;
  id: string;
  name: string;
  arguments: string;
}

/** A chunk of which nothing is known. */
export const NO_CHUNK: Chunk = {
  text: '',
  reasoning: '',
  calls: [],
  progress: false,
  finish: null,
  usage: null,
  model: null,
  done: false,
};
