import { parentPort } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import type { ExtractLimits } from './extraction.ts';
import { cleanText } from './extractors/clean.ts';
import type { FormatText, Page } from './extractors/port.ts';
import { FORMATS } from './extractors/registry.ts';

/** What the worker thread is asked; it answers with one {@link FormatText}. One job at a time. */
export interface ExtractJob {
  format: string;
  bytes: Uint8Array<ArrayBuffer>;
  limits: ExtractLimits;
}

/** A document of this format is to come: nothing is answered. */
export interface Preparation {
  format: string;
}

// The entry of a worker thread: listening is its only work at import.
parentPort?.on('message', async (job: ExtractJob | Preparation) => {
  if (!('bytes' in job)) {
    // What cannot be loaded is told with the first document that needs it.
    await FORMATS.find(({ format }) => format === job.format)
      ?.prepare?.()
      .catch(() => undefined);
    return;
  }
  const result = await answer(job);
  parentPort?.postMessage(result, result.kind === 'pages' ? buffersOf(result.pages) : []);
});

async function answer(job: ExtractJob): Promise<FormatText> {
  const format = FORMATS.find((candidate) => candidate.format === job.format);
  if (format === undefined)
    return { kind: 'unreadable', reason: `is of a format without a reader: ${job.format}` };
  try {
    const result = await format.extract(job.bytes, job.limits);
    if (result.kind !== 'text') return result;
    const clean = cleanText(result.text, job.limits.outputCharacters);
    return { kind: 'text', text: clean.text, truncated: result.truncated || clean.truncated };
  } catch (error) {
    return { kind: 'unreadable', reason: `could not be read as ${format.label}: ${messageOf(error)}` };
  }
}

/** Handed over rather than copied: pictures are big. */
function buffersOf(pages: Page[]): ArrayBuffer[] {
  return pages.flatMap(({ pictures }) => pictures.map(({ buffer }) => buffer));
}
