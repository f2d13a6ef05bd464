import type { ExtractLimits } from './extraction.ts';
import { cleanText } from './extractors/clean.ts';
import { type FormatText, inPages, type Page } from './extractors/port.ts';
import { findOcr, NO_OCR } from './ocr.ts';
import { visible } from './visible.ts';

/** Stands for a page among others whose text could not be recognised. */
const NOT_READ = '(image, not read)';

/**
 * The text of a document of which some pages are pictures: as many as are recognised in the time; and the pictures
 * themselves, for models that see them. Where nothing recognises any, no other page has text and no model could see
 * them, the reason why.
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
  const { pictures, left } = visible(pages.flatMap((page) => page.pictures));
  const seen = pictures.length === 0 ? {} : { pictures };
  if (done.every(({ text }) => text === '' || text === NOT_READ)) {
    const why = trouble === '' ? ', in which tesseract finds no text' : `: ${trouble}`;
    const unread = `${what}${why}`;
    if (pictures.length === 0) return { kind: 'unreadable', reason: unread };
    return { kind: 'text', text: '', truncated: isCut || left > 0, ...seen, unread };
  }
  const clean = cleanText(inPages(done), limits.outputCharacters);
  return { kind: 'text', text: clean.text, truncated: isCut || clean.truncated, ...seen };
}
