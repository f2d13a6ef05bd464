import { asIs } from './as-is.ts';
import { csv } from './csv.ts';
import { docx } from './docx.ts';
import { email } from './email.ts';
import { epub } from './epub.ts';
import { html } from './html.ts';
import { image } from './image.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { opendocument } from './opendocument.ts';
import { pdf } from './pdf.ts';
import type { FormatExtractor } from './port.ts';
import { pptx } from './pptx.ts';
import { rtf } from './rtf.ts';
import { text } from './text.ts';
import { xlsx } from './xlsx.ts';

/** Every format this version reads, asked in this order; `text` takes whatever is text. */
export const FORMATS: readonly FormatExtractor[] = [
  pdf,
  docx,
  xlsx,
  pptx,
  opendocument,
  epub,
  rtf,
  image,
  email,
  csv,
  json,
  // Before HTML: templates and scripts may begin like pages.
  ...asIs,
  html,
  markdown,
  text,
];

/** What can be read, in a few words; docs/documents.md has the list. */
export const READABLE =
  'text, Markdown, web pages, PDF, office documents, e-books, e-mail, and images where tesseract is installed';
