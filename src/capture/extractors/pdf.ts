import type { ExtractLimits } from '../extraction.ts';
import { type PagePictures, picturesOf } from './pdf-pictures.ts';
import type { FormatExtractor, FormatText, Page } from './port.ts';
import { inPages } from './port.ts';

/** Pixels of one picture: a page of A4 at 600 dots per inch has 35 million. Bigger ones are not decoded. */
const PIXELS = 40_000_000;

/** Bytes of pictures handed on, after which only text is read; a scanned page comes to one or two million. */
const PICTURE_BYTES = 64 * 1024 * 1024;

/** Part of the time for one document in which its pictures are looked for. */
const SHARE = 0.6;

/** PDF documents: their text, and the pictures of pages without any. */
export const pdf: FormatExtractor = {
  format: 'pdf',
  label: 'PDF',
  reads: 'whole',
  // Readers accept junk before the header, within the first KiB; a file named .pdf without one is damaged.
  matches: (name, head) => /\.pdf$/i.test(name) || headerIn(head),
  async prepare() {
    const { getResolvedPDFJS } = await import('unpdf');
    await getResolvedPDFJS();
  },
  extract: async (bytes, limits) => {
    if (!headerIn(bytes))
      return {
        kind: 'unreadable',
        reason: 'is named like a PDF but does not begin like one: it is damaged or something else',
      };
    try {
      return await read(bytes, limits);
    } catch (error) {
      return { kind: 'unreadable', reason: reasonOf(error) };
    }
  },
};

async function read(bytes: Uint8Array, limits: ExtractLimits): Promise<FormatText> {
  const { getDocumentProxy } = await import('unpdf');
  const document = await getDocumentProxy(bytes, {
    verbosity: 0,
    useSystemFonts: false,
    disableFontFace: true,
    enableXfa: false,
    stopAtErrors: false,
    maxImageSize: PIXELS,
  });
  try {
    return await readPages(document, limits);
  } finally {
    await document.destroy();
  }
}

type Document = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;

const NONE: PagePictures = { pictures: [], undecoded: 0 };

async function readPages(document: Document, limits: ExtractLimits): Promise<FormatText> {
  const until = performance.now() + limits.timeMs * SHARE;
  const pages: Page[] = [];
  let characters = 0;
  let bytes = 0;
  let unreadable = 0;
  let isCut = false;
  let number = 1;
  for (; number <= document.numPages && characters <= limits.outputCharacters; number++) {
    const page = await document.getPage(number);
    const content = await page.getTextContent();
    const text = linesOf(content.items.filter((item) => 'str' in item));
    const isSought = bytes < PICTURE_BYTES && performance.now() < until;
    const { pictures, undecoded } = text === '' && isSought ? await picturesOf(page) : NONE;
    isCut ||= text === '' && !isSought;
    page.cleanup();
    unreadable += undecoded;
    if (text === '' && pictures.length === 0) continue;
    pages.push({ number, text, pictures });
    characters += text.length;
    bytes += pictures.reduce((sum, picture) => sum + picture.length, 0);
  }
  const truncated = isCut || number <= document.numPages;
  const count = document.numPages === 1 ? '1 page' : `${document.numPages} pages`;
  if (pages.length === 0) {
    const why = unreadable > 0 ? 'but pictures that cannot be decoded here' : 'or page image';
    return { kind: 'unreadable', reason: `is a PDF of ${count} without any text ${why}` };
  }
  if (pages.every(({ pictures }) => pictures.length === 0))
    return { kind: 'text', text: inPages(pages), truncated };
  const isScan = pages.every(({ text }) => text === '');
  const what = `is a PDF of ${count}${isScan ? ' that holds only images (a scan?)' : ''}`;
  return { kind: 'pages', what, pages, truncated };
}

/** What is used of pdf.js's text items: `transform` holds the font's size at [3] and the position at [4], [5]. */
interface Item {
  str: string;
  transform: number[];
  width: number;
  height: number;
}

/** Lines as they look: words on one height stay on one line, wide gaps (columns) become two spaces. */
function linesOf(items: Item[]): string {
  const lines: string[] = [];
  let line = '';
  let last: { x: number; y: number; size: number } | null = null;
  for (const item of items) {
    if (item.str.trim() === '') {
      line += item.str;
      continue;
    }
    const [, , , scale = 0, x = 0, y = 0] = item.transform;
    const size = Math.abs(item.height || scale) || 10;
    if (last !== null) {
      const gap = x - last.x;
      const drop = Math.abs(y - last.y);
      if (drop >= Math.min(size, last.size) * 0.5) {
        lines.push(line.trimEnd());
        // A gap of about two lines is a paragraph's end.
        if (drop > Math.max(size, last.size) * 1.9) lines.push('');
        line = '';
      } else if (Math.abs(gap) > size) line = `${line.trimEnd()}  `;
      else if (gap > size * 0.15 && !line.endsWith(' ')) line += ' ';
    }
    line += item.str;
    last = { x: x + item.width, y, size };
  }
  return [...lines, line.trimEnd()].join('\n').trim();
}

function headerIn(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 1024)).includes('%PDF-');
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') return 'is an encrypted PDF: it needs a password to be read';
  const detail = error instanceof Error ? error.message : String(error);
  return `is a damaged PDF: ${detail}`;
}
