import type { ExtractLimits } from './extraction.ts';
import { cleanText } from './extractors/clean.ts';
import { type FormatText, inPages, type Page } from './extractors/port.ts';
import { findOcr, NO_OCR } from './ocr.ts';

/** Stands for a page among others whose text could not be recognised. */
const NOT_READ = '(image, not read)';

/**
 * The text of a document of which some pages are pictures: as many as are recognised in the time. Where nothing
 * recognises any and no other page has text, the reason why.
 */
export async function recognisePages(
  { what, pages, truncated }: Extract<FormatText, { kind: 'pages' }>,
  limits: ExtractLimits,
  signal: AbortSignal,
): Promise<Exclude<FormatText, { kind: 'pages' }>> {
  const until = performance.now() + limits.recogniseMs;
  const ocr = await findOcr(signal);
  let trouble = ocr === null ? NO_OCR : '';
  let isCut = truncated;
  const read = async ({ pictures }: Page): Promise<string> => {
    const texts: string[] = [];
    let isRead = true;
    for (const picture of pictures) {
      const left = until - performance.now();
      const came = ocr === null ? null : await ocr.recognise(picture, left, signal);
      if (came?.kind === 'text') texts.push(came.text);
      else isRead = false;
      if (came?.kind === 'failed') trouble = came.reason;
      isCut ||= came !== null && left <= 0;
    }
    const text = texts.filter((each) => each !== '').join('\n\n');
    return text === '' && !isRead ? NOT_READ : text;
  };
  const done: Page[] = [];
  for (const page of pages)
    done.push({ ...page, text: page.pictures.length === 0 ? page.text : await read(page) });
  if (done.every(({ text }) => text === '' || text === NOT_READ)) {
    const why = trouble === '' ? ', in which tesseract finds no text' : `: ${trouble}`;
    return { kind: 'unreadable', reason: `${what}${why}` };
  }
  const clean = cleanText(inPages(done), limits.outputCharacters);
  return { kind: 'text', text: clean.text, truncated: isCut || clean.truncated };
}
