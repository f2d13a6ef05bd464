import type { FormatCallback, HtmlToTextOptions } from 'html-to-text';
import type { ExtractLimits } from '../extraction.ts';
import { decodeText } from './decode.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Characters of source that are parsed: a tree costs some 20 bytes of memory per character. */
const SOURCE_CHARACTERS = 8_000_000;

/** Below this many characters, `main` or `article` is decoration and the whole body is read. */
const MAIN_CHARACTERS = 200;

const MAIN = ['main', '[role="main"]', 'article'];
const SKIPPED = [
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'img',
  'video',
  'audio',
  'canvas',
];
const AROUND = ['nav', 'aside', 'footer', 'form', 'button', 'select', 'dialog'];

/** Saved web pages: the main text, headings as Markdown, without scripts, styles and navigation. */
export const html: FormatExtractor = {
  format: 'html',
  label: 'HTML',
  reads: 'whole',
  matches: (name, head) => startsAsHtml(head) || (/\.(x?html?|xht)$/i.test(name) && looksLikeText(head)),
  extract: async (bytes, limits) => toText(await decodeText(bytes, declaredCharset(bytes)), limits),
};

async function toText(source: string, limits: ExtractLimits): Promise<FormatText> {
  const { convert } = await import('html-to-text');
  const parsed = source.slice(0, SOURCE_CHARACTERS);
  const main = convert(parsed, options(MAIN, false, []));
  const body = main.length >= MAIN_CHARACTERS ? main : convert(parsed, options(['body'], true, AROUND));
  const text = withTitle(titleOf(parsed), (body.trim() === '' ? main : body).replace(/ {3,}/g, '  ').trim());
  if (text === '') return { kind: 'unreadable', reason: 'is HTML without any text' };
  return {
    kind: 'text',
    text: `${text}\n`,
    truncated: source.length > SOURCE_CHARACTERS || text.length > limits.outputCharacters,
  };
}

function options(base: string[], wholeByDefault: boolean, skipped: string[]): HtmlToTextOptions {
  return {
    wordwrap: false,
    baseElements: { selectors: base, orderBy: 'occurrence', returnDomByDefault: wholeByDefault },
    // Deeper trees overflow the parser's recursion; people nest dozens of levels, old mail programs hundreds.
    limits: { maxDepth: 2000, ellipsis: '' },
    formatters: { markdownHeading },
    selectors: [
      { selector: 'a', options: { ignoreHref: true } },
      {
        selector: 'table',
        format: 'dataTable',
        options: { uppercaseHeaderCells: false, maxColumnWidth: 200 },
      },
      { selector: 'ul', options: { itemPrefix: '- ' } },
      ...[1, 2, 3, 4, 5, 6].map((level) => ({
        selector: `h${level}`,
        format: 'markdownHeading',
        options: { level },
      })),
      ...[...SKIPPED, ...skipped].map((selector) => ({ selector, format: 'skip' })),
    ],
  };
}

const markdownHeading: FormatCallback = (element, walk, builder, formatOptions) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addInline(`${'#'.repeat(formatOptions['level'])} `);
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2 });
};

/** The page's title, unless the text has a first-level heading of its own. */
function withTitle(title: string, text: string): string {
  return title === '' || /^# /m.test(text) || text.startsWith(title) ? text : `# ${title}\n\n${text}`.trim();
}

function titleOf(source: string): string {
  const raw = /<title[^>]{0,200}>([^<]{1,500})<\/title/i.exec(source.slice(0, 65_536))?.[1] ?? '';
  return raw
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\s+/g, ' ')
    .trim();
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

function startsAsHtml(head: Uint8Array): boolean {
  return /^(?:\ufeff|\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype html|html|head|body)\b/is.test(
    ascii(head),
  );
}

/** The charset that the document's own `meta` element names, as browsers look for it: in the first KiB or so. */
function declaredCharset(bytes: Uint8Array): string | undefined {
  return /<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{2,40})/i.exec(ascii(bytes.subarray(0, 4096)))?.[1];
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(0, 8192).toString('latin1');
}
