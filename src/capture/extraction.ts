/** What extraction made of a file. `unreadable` reasons are sentences for people. */
export type Extraction =
  | { kind: 'text'; text: string; format: string; characters: number; truncated: boolean }
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

/** Extracts text of files in a worker thread with time, size and memory limits. */
export interface Extractor {
  extract(request: ExtractRequest, signal: AbortSignal): Promise<Extraction>;
  close(): Promise<void>;
}
