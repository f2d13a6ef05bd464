import type { ExtractLimits } from '../extraction.ts';

/** Reads the text of one file format. To add one, copy `html.ts` and list it in `registry.ts`. */
export interface FormatExtractor {
  /** Short name, stored with the text: `pdf`. */
  readonly format: string;
  /** As in "this version reads …". */
  readonly label: string;
  /** `head`: the beginning is enough and plain UTF-8 needs no parser; `whole`: a document, read in the worker thread. */
  readonly reads: 'head' | 'whole';
  /** Decides by the file's name and its first bytes (up to 8 KiB). The first match in the registry wins. */
  matches(name: string, head: Uint8Array): boolean;
  /**
   * Runs in the worker thread and may be ended at any time. Libraries are imported inside, at first use.
   * What it throws becomes an unreadable reason.
   */
  extract(bytes: Uint8Array, limits: ExtractLimits): Promise<FormatText>;
}

export type FormatText =
  /** `truncated`: there was more than `text`. Cleaning and the final cut are the caller's. */
  | { kind: 'text'; text: string; truncated: boolean }
  /** `reason` completes "This file …". */
  | { kind: 'unreadable'; reason: string };
