import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { pdf } from './pdf.ts';
import type { FormatExtractor } from './port.ts';
import { text } from './text.ts';

/** Every format this version reads, asked in this order; `text` takes whatever is text. */
export const FORMATS: readonly FormatExtractor[] = [pdf, html, markdown, text];

/** "plain text, Markdown, HTML and PDF". */
export function readableFormats(): string {
  const labels = FORMATS.map((format) => format.label).reverse();
  return `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
}
