import type { XXHashAPI } from 'xxhash-wasm';
import type { Disk, Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { createGate } from '../base/gate.ts';
import type { Log } from '../base/log.ts';
import type { LogFields } from '../base/log-fields.ts';
import { toFs } from '../base/path-text.ts';
import { openInside } from './extract-open.ts';
import { recognisePages } from './extract-pages.ts';
import { HEAD_BYTES, readBytes } from './extract-read.ts';
import { createExtractThread, type ExtractThread } from './extract-thread.ts';
import {
  EXTRACT_LIMITS,
  type Extraction,
  type ExtractLimits,
  type Extractor,
  type ExtractRequest,
} from './extraction.ts';
import { cleanText } from './extractors/clean.ts';
import { decodeUtf8 } from './extractors/decode.ts';
import type { FormatExtractor, FormatText } from './extractors/port.ts';
import { nameBinary } from './extractors/recognise.ts';
import { FORMATS, READABLE } from './extractors/registry.ts';

/** Text up to this size is read here, without the worker thread: 2,000 notes at once must cost little. */
const SMALL = 1024 * 1024;

/** Files open at once: bounds descriptors and memory, and the thread pool has only four threads. */
const OPEN_FILES = 8;

/** Of a file of which only the name is known. */
const NOTHING = new Uint8Array();

/** What one reading came to: a result, or a document for the worker thread. */
type Reading =
  | { kind: 'ready'; extraction: Extraction }
  | { kind: 'parse'; format: FormatExtractor; keep: number; size: number };

/** Makes the extractor of a daemon. Nothing is started or loaded before the first file needs it. */
export function createExtractor(
  diskOf: Disks,
  options: { limits?: Partial<ExtractLimits>; log?: Pick<Log, 'debug'> } = {},
): Extractor {
  const limits = { ...EXTRACT_LIMITS, ...options.limits };
  const thread = createExtractThread(limits);
  const opening = createGate(OPEN_FILES);
  const parsing = createGate(1);
  const recognising = createGate(1);
  const closing = new AbortController();
  let hash: Promise<XXHashAPI> | undefined;
  const hashing = () => {
    hash ??= import('xxhash-wasm').then((library) => library.default());
    return hash;
  };

  // Callers keep one signal for all their files, and joining two costs more than reading a small file.
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const either = (signal: AbortSignal): AbortSignal => {
    const known = joined.get(signal) ?? AbortSignal.any([signal, closing.signal]);
    joined.set(signal, known);
    return known;
  };

  const extract = async (request: ExtractRequest, signal: AbortSignal): Promise<Extraction> => {
    const reading = await within(opening, signal, () =>
      readSmall(request, { diskOf, limits, hashing, signal }),
    );
    if (reading.kind === 'ready') return reading.extraction;
    const parsed = await within(parsing, signal, async () => {
      const result = await parse(request, reading, { diskOf, limits, thread, hashing, signal });
      // Waited for before the next document is read: the pictures of two documents at most are in memory.
      return { result, leave: result.kind === 'pages' ? await recognising.enter(signal) : () => {} };
    });
    const { result, leave } = parsed;
    try {
      const text = result.kind === 'pages' ? await recognisePages(result, limits, signal) : result;
      return text.kind === 'text' ? textOf(reading.format, text) : text;
    } finally {
      leave();
    }
  };

  return {
    expect(path) {
      const format = FORMATS.find((each) => each.prepare !== undefined && each.matches(path, NOTHING));
      if (format) thread.prepare(format.format);
    },
    async extract(request, signal) {
      const extraction = await extract(request, either(signal));
      options.log?.debug('text extracted', { path: request.path, ...facts(extraction) });
      return extraction;
    },
    async close() {
      closing.abort(new CodedError('extractor-closed', 'the extractor was closed', { retryable: true }));
      await thread.close();
    },
  };
}

async function within<T>(
  gate: ReturnType<typeof createGate>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await gate.enter(signal);
  try {
    return await work();
  } finally {
    leave();
  }
}

interface Tools {
  diskOf: Disks;
  limits: ExtractLimits;
  thread: ExtractThread;
  hashing: () => Promise<XXHashAPI>;
  signal: AbortSignal;
}

async function diskOfFile({ path }: ExtractRequest, { diskOf }: Pick<Tools, 'diskOf'>): Promise<Disk> {
  return diskOf(toFs(path.slice(0, Math.max(1, path.lastIndexOf('/')))));
}

/** Reads a small text whole; of anything else, only what tells its format. */
async function readSmall(request: ExtractRequest, tools: Omit<Tools, 'thread'>): Promise<Reading> {
  const disk = await diskOfFile(request, tools);
  const opened = await openInside(disk, request.path, request.root);
  if (opened.kind !== 'open') return { kind: 'ready', extraction: opened };
  const { file, size } = opened;
  try {
    const small = size <= SMALL;
    const want = small ? { size, keep: size, hash: request.hash } : { size, keep: HEAD_BYTES, hash: null };
    const bytes = await readBytes(disk, file, want, tools.hashing, tools.signal);
    if (bytes === null) return { kind: 'ready', extraction: { kind: 'changed' } };
    return judge(request.path, bytes, size, tools.limits);
  } finally {
    await disk.close(file);
  }
}

/** What is to be done with a file, by its name, its size and its first bytes. `bytes` is all of it when it is small. */
function judge(path: string, bytes: Uint8Array, size: number, limits: ExtractLimits): Reading {
  if (size === 0) return unreadable('is empty');
  const head = bytes.subarray(0, HEAD_BYTES);
  const format = FORMATS.find((candidate) => candidate.matches(path, head));
  if (format === undefined) return unreadable(unknownReason(path, head, size));
  if (format.reads === 'whole') {
    if (size > limits.inputBytes) return unreadable(tooBigReason(format, size, limits));
    return { kind: 'parse', format, keep: size, size };
  }
  const text = size <= SMALL && format.reads === 'head' ? decodeUtf8(bytes) : null;
  if (text === null || text.includes('\0')) return { kind: 'parse', format, keep: headBytes(limits), size };
  const clean = cleanText(text, limits.outputCharacters);
  return { kind: 'ready', extraction: textOf(format, { kind: 'text', ...clean }) };
}

async function parse(
  request: ExtractRequest,
  reading: Extract<Reading, { kind: 'parse' }>,
  tools: Tools,
): Promise<FormatText | Exclude<Extraction, { kind: 'text' }>> {
  const { limits, thread, hashing, signal } = tools;
  const disk = await diskOfFile(request, tools);
  // Opened again, since documents waiting for their turn must hold neither a descriptor nor their bytes.
  const opened = await openInside(disk, request.path, request.root);
  if (opened.kind !== 'open') return opened;
  let bytes: Uint8Array<ArrayBuffer> | null;
  try {
    bytes = await readBytes(
      disk,
      opened.file,
      { size: opened.size, keep: reading.keep, hash: request.hash },
      hashing,
      signal,
    );
  } finally {
    await disk.close(opened.file);
  }
  if (bytes === null || opened.size !== reading.size) return { kind: 'changed' };
  const cut = bytes.length < opened.size;
  const result = await thread.run({ format: reading.format.format, bytes, limits }, signal);
  return result.kind === 'text' ? { ...result, truncated: result.truncated || cut } : result;
}

function textOf(format: FormatExtractor, read: Extract<FormatText, { kind: 'text' }>): Extraction {
  const isBlank = read.text.trim() === '';
  if (isBlank && read.pictures === undefined)
    return { kind: 'unreadable', reason: 'holds nothing but white space' };
  return { ...read, format: format.format, characters: read.text.length };
}

function unreadable(reason: string): Reading {
  return { kind: 'ready', extraction: { kind: 'unreadable', reason } };
}

/** No encoding needs more than four bytes for a character. */
function headBytes(limits: ExtractLimits): number {
  return Math.min(limits.inputBytes, limits.outputCharacters * 4);
}

function unknownReason(path: string, head: Uint8Array, size: number): string {
  const big = size > SMALL ? ` (${sizeOf(size)})` : '';
  return `is ${nameBinary(path, head)}${big}; this version reads ${READABLE}`;
}

function tooBigReason(format: FormatExtractor, size: number, limits: ExtractLimits): string {
  return `is ${sizeOf(size)} big; this version reads ${format.label} up to ${sizeOf(limits.inputBytes)}`;
}

function sizeOf(bytes: number): string {
  const mib = bytes / 1024 / 1024;
  return mib >= 1024
    ? `${(mib / 1024).toFixed(1)} GiB`
    : mib >= 1
      ? `${Math.round(mib)} MiB`
      : `${bytes} bytes`;
}

/** Log fields without a word of the text. */
function facts(extraction: Extraction): LogFields {
  switch (extraction.kind) {
    case 'text':
      return {
        result: 'text',
        format: extraction.format,
        characters: extraction.characters,
        truncated: extraction.truncated,
      };
    case 'unreadable':
      return { result: 'unreadable', reason: extraction.reason };
    case 'changed':
      return { result: 'changed' };
    default:
      return extraction satisfies never;
  }
}
