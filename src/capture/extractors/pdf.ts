import type { ExtractLimits } from '../extraction.ts';
import type { FormatExtractor, FormatText } from './port.ts';

/** PDF documents with text in them; pages after the first begin with a line `[page N]`. */
export const pdf: FormatExtractor = {
  format: 'pdf',
  label: 'PDF',
  reads: 'whole',
  // Readers accept junk before the header, within the first KiB; a file named .pdf without one is damaged.
  matches: (name, head) => /\.pdf$/i.test(name) || headerIn(head),
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
  });
  try {
    return await readPages(document, limits);
  } finally {
    await document.destroy();
  }
}

type Document = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;

async function readPages(document: Document, limits: ExtractLimits): Promise<FormatText> {
  const pages: string[] = [];
  let characters = 0;
  let number = 1;
  for (; number <= document.numPages && characters <= limits.outputCharacters; number++) {
    const page = await document.getPage(number);
    const content = await page.getTextContent();
    const lines = linesOf(content.items.filter((item) => 'str' in item));
    page.cleanup();
    if (lines === '') continue;
    pages.push(number === 1 ? lines : `[page ${number}]\n${lines}`);
    characters += lines.length;
  }
  if (pages.length === 0) {
    const count = document.numPages === 1 ? '1 page' : `${document.numPages} pages`;
    return {
      kind: 'unreadable',
      reason: `is a PDF of ${count} that holds only images (a scan?): recognising text in images (OCR) is not in this version`,
    };
  }
  return { kind: 'text', text: `${pages.join('\n\n')}\n`, truncated: number <= document.numPages };
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
