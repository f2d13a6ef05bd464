import type { ExtractLimits } from '../extraction.ts';
import { decodeText } from './decode.ts';
import { AROUND, htmlText } from './html-text.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { looksLikeText } from './recognise.ts';

/** Characters of source that are parsed: a tree costs some 20 bytes of memory per character. */
const SOURCE_CHARACTERS = 8_000_000;

/** Below this many characters, `main` or `article` is decoration and the whole body is read. */
const MAIN_CHARACTERS = 200;

const MAIN = ['main', '[role="main"]', 'article'];

/** A page of which less is an article is a list of things, and read whole. */
const GOOD_PART = 0.3;

/** Levels of nesting in which an article is looked for. */
const DEEPEST = 300;

/** Characters of source in which an article is looked for: the whole tree is walked several times. */
const ARTICLE_CHARACTERS = 2_000_000;

/** Saved web pages: the main text, headings as Markdown, without scripts, styles and navigation. */
export const html: FormatExtractor = {
  format: 'html',
  label: 'HTML',
  reads: 'whole',
  matches: (name, head) => startsAsHtml(head) || (/\.(x?html?|xht)$/i.test(name) && looksLikeText(head)),
  extract: async (bytes, limits) => toText(await decodeText(bytes, declaredCharset(bytes)), limits),
};

async function toText(source: string, limits: ExtractLimits): Promise<FormatText> {
  const parsed = source.slice(0, SOURCE_CHARACTERS);
  const main = await htmlText(parsed, { base: MAIN, orWhole: false });
  const body = main.length >= MAIN_CHARACTERS ? main : await bodyText(parsed);
  const text = withTitle(titleOf(parsed), (body.trim() === '' ? main : body).replace(/ {3,}/g, '  ').trim());
  if (text === '') return { kind: 'unreadable', reason: 'is HTML without any text' };
  return {
    kind: 'text',
    text: `${text}\n`,
    truncated: source.length > SOURCE_CHARACTERS || text.length > limits.outputCharacters,
  };
}

/** The article, where it is a good part of a page that does not mark it; else everything that is not around a text. */
async function bodyText(source: string): Promise<string> {
  const whole = await htmlText(source, { base: ['body'], orWhole: true, without: AROUND });
  const article = await articleText(source);
  return article.length >= Math.max(MAIN_CHARACTERS, whole.length * GOOD_PART) ? article : whole;
}

/** The text of what a reader would call the article; empty where there is none. */
async function articleText(source: string): Promise<string> {
  if (source.length > ARTICLE_CHARACTERS || isDeep(source)) return '';
  const [{ Readability }, { parseHTML }] = await Promise.all([
    import('@mozilla/readability'),
    import('linkedom'),
  ]);
  try {
    const { document } = parseHTML(source);
    const article = new Readability(document, { disableJSONLD: true }).parse();
    return article?.content ? await htmlText(article.content, { base: ['body'], orWhole: true }) : '';
  } catch {
    return ''; // Without a body, or in another shape that it does not expect; the page is read all the same.
  }
}

/** Whether boxes lie in boxes deeper than any page that people make: looking for an article would take minutes. */
function isDeep(source: string): boolean {
  let depth = 0;
  for (const [, closing] of source.matchAll(
    /<(\/)?(?:div|section|span|table|td|ul|li|blockquote|font|b|i)\b/gi,
  )) {
    depth += closing === undefined ? 1 : -1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

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
