import type { Picture } from '../../contract/provider.ts';
import type { ExtractLimits } from '../extraction.ts';

/** Reads the text of one file format. To add one, copy `html.ts` and list it in `registry.ts`. */
export interface FormatExtractor {
  /** Short name, stored with the text: `pdf`. */
  readonly format: string;
  /** As in "this version reads …". */
  readonly label: string;
  /**
   * `head`: the beginning is enough, and plain UTF-8 needs no parser. `beginning`: it is enough, and read in the worker
   * thread. `whole`: a document, read there from beginning to end.
   */
  readonly reads: 'head' | 'beginning' | 'whole';
  /** Decides by the file's name and its first bytes (up to 8 KiB). The first match in the registry wins. */
  matches(name: string, head: Uint8Array): boolean;
  /** Loads, in the worker thread, what reading the first document of it would load. */
  prepare?(): Promise<void>;
  /**
   * Runs in the worker thread and may be ended at any time. Libraries are imported inside, at first use.
   * What it throws becomes an unreadable reason.
   */
  extract(bytes: Uint8Array<ArrayBuffer>, limits: ExtractLimits): Promise<FormatText>;
}

/** A page of a document of which some pages are only pictures. */
export interface Page {
  /** From 1. */
  number: number;
  text: string;
  /** What is to be recognised in it, as files that tesseract and models with vision read (PNG, JPEG, …). */
  pictures: Uint8Array<ArrayBuffer>[];
}

export type FormatText =
  /** `truncated`: there was more than `text`. Cleaning and the final cut are the caller's. */
  | { kind: 'text'; text: string; truncated: boolean; pictures?: readonly Picture[]; unread?: string }
  /** Recognising text in pictures is the caller's; `what` completes "This file …": "is a PNG image". */
  | { kind: 'pages'; what: string; pages: Page[]; truncated: boolean }
  /** `reason` completes "This file …". */
  | { kind: 'unreadable'; reason: string };

/** The text of pages; those after the first begin with a line `[page N]`, those without text are left out. */
export function inPages(pages: readonly Pick<Page, 'number' | 'text'>[]): string {
  const texts = pages
    .filter(({ text }) => text !== '')
    .map(({ number, text }) => (number === 1 ? text : `[page ${number}]\n${text}`));
  return `${texts.join('\n\n')}\n`;
}
