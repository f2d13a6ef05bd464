import type { Picture } from '../contract/provider.ts';

/** What extraction made of a file. `unreadable` reasons are for people and go on after the file's name: "is empty". */
export type Extraction =
  | {
      kind: 'text';
      /** Empty where there are only pictures. */
      text: string;
      format: string;
      characters: number;
      truncated: boolean;
      /** Pages that are pictures, for models with vision; absent = none. */
      pictures?: readonly Picture[];
      /** With pictures: why their text is not in `text`, to go on after the file's name; absent = it is. */
      unread?: string;
    }
  | { kind: 'unreadable'; reason: string }
  /** The file is not there, or its content is not the one asked for any more. */
  | { kind: 'changed' };

export interface ExtractRequest {
  /** Absolute path text. */
  path: string;
  /** Root it must be in, by real path. */
  root: string;
  /** xxh64 of the content the event saw; null = whatever is there. */
  hash: string | null;
}

/** What one extraction may cost. */
export interface ExtractLimits {
  /** Bytes of a document that must be read whole (HTML, PDF, …); of text, CSV and JSON the beginning is read. */
  inputBytes: number;
  /** Characters (UTF-16 units) of text kept; the rest is cut off and the extraction marked `truncated`. */
  outputCharacters: number;
  /** Milliseconds for one document in the worker thread, its start included. */
  timeMs: number;
  /** Milliseconds for recognising the text in the pictures of one document, after the worker thread is done. */
  recogniseMs: number;
  /** Megabytes that the worker thread may use, on its heap and again beside it in buffers. */
  memoryMb: number;
  /** Milliseconds without work after which the worker thread is stopped. */
  idleMs: number;
}

/** Limits where none are given. */
export const EXTRACT_LIMITS: ExtractLimits = {
  inputBytes: 64 * 1024 * 1024,
  outputCharacters: 1_000_000,
  timeMs: 30_000,
  recogniseMs: 60_000,
  memoryMb: 256,
  idleMs: 20_000,
};

/** Extracts text of files in a worker thread with time, size and memory limits; calls may overlap. */
export interface Extractor {
  /** Says that a file of this name is to come: what reads it is loaded meanwhile. */
  expect(path: string): void;
  /**
   * Resolves for everything that a file can be. Rejects with the signal's reason when it aborts, with
   * `extractor-closed` after {@link close}, and with the retryable `too-many-open-files` when this
   * process has no descriptor left.
   */
  extract(request: ExtractRequest, signal: AbortSignal): Promise<Extraction>;
  /** Ends what is under way and stops the worker thread; safe twice. */
  close(): Promise<void>;
}
