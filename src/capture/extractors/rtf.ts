import type { ExtractLimits } from '../extraction.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { createRtfTables, rtfLevel } from './rtf-tables.ts';
import { createTextBuilder } from './text-builder.ts';

/** Rich text: what is to be read, without fonts, styles, pictures and field instructions. */
export const rtf: FormatExtractor = {
  format: 'rtf',
  label: 'rich text (RTF)',
  reads: 'whole',
  matches: (_name, head) => Buffer.from(head.subarray(0, 5)).toString('latin1') === '{\\rtf',
  extract: readRtf,
};

/** Destinations whose content is not the document's text. */
const SKIPPED: ReadonlySet<string> = new Set(
  'colortbl info pict object themedata colorschememapping datastore listtable listoverridetable rsidtbl generator fldinst header headerf headerl headerr footer footerf footerl footerr xmlnstbl latentstyles bkmkstart bkmkend pgptbl mmathPr nonshppict shprslt ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn'.split(
    ' ',
  ),
);
const CHARACTERS: Record<string, string> = {
  tab: '\t',
  line: '\n',
  emdash: '—',
  endash: '–',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  emspace: ' ',
  enspace: ' ',
  '~': '\u00a0',
  _: '-',
};

/** A group's settings; they end with it. */
interface Group {
  /** `fonts` and `styles` are the tables at the beginning. */
  role: 'text' | 'skipped' | 'fonts' | 'styles';
  /** Characters that stand for a Unicode one in programs that know none. */
  fallback: number;
  encoding: string;
  isHidden: boolean;
  /** Heading level of its paragraphs; 0 = none. */
  level: number;
  /** Depth in a list. */
  depth: number;
  /** The line that a footnote stands in, where the group is one. */
  noteIn?: string | undefined;
}

/** Rich Text Format 1.9.1: control words, `\'hh` bytes in the font's code page, `\uN` for everything else. */
async function readRtf(bytes: Uint8Array, limits: ExtractLimits): Promise<FormatText> {
  const { default: iconv } = await import('iconv-lite');
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const page = `cp${/\\ansicpg(\d+)/.exec(source)?.[1] ?? '1252'}`;
  const encoding = iconv.encodingExists(page) ? page : 'cp1252';
  const out = createTextBuilder(limits);
  const tables = createRtfTables();
  const notes: string[] = [];
  const groups: Group[] = [];
  let group: Group = { role: 'text', fallback: 1, encoding, isHidden: false, level: 0, depth: 0 };
  let line = '';
  let cells: string[] = [];
  let pending: number[] = [];
  let toSkip = 0;
  let isCell = false;
  let isAfterRow = false;
  let binaryUntil = 0;

  const flush = () => {
    if (pending.length > 0) line += iconv.decode(Buffer.from(pending), group.encoding);
    pending = [];
  };
  const isSaid = () => group.role === 'text' && !group.isHidden;
  const say = (text: string) => {
    if (group.role === 'styles') tables.styleName(text);
    if (!isSaid()) return;
    // In East Asian code pages a letter may be the second byte of a character.
    if (pending.length > 0 && /^cp9/.test(group.encoding)) pending.push(...Buffer.from(text, 'latin1'));
    else {
      flush();
      line += text;
    }
  };
  const end = () => {
    flush();
    if (isAfterRow) out.gap();
    isAfterRow = false;
    if (line.trim() === '') out.gap();
    else if (group.level > 0) out.heading(group.level, line);
    else out.line(asItem(line, group.depth));
    line = '';
  };

  for (const token of source.matchAll(TOKENS)) {
    if (out.isFull()) break;
    if (token.index < binaryUntil) continue;
    const [whole, word, parameter, hex, symbol, brace, text] = token;
    if (brace === '{') {
      flush();
      groups.push(group);
      group = { ...group, noteIn: undefined };
    } else if (brace === '}') endGroup();
    else if (hex !== undefined) {
      if (toSkip > 0) toSkip -= 1;
      else if (isSaid()) pending.push(Number.parseInt(hex, 16));
    } else if (symbol !== undefined) {
      if (symbol === '*') group.role = 'skipped';
      else if (symbol === '\n' || symbol === '\r') end();
      else say(CHARACTERS[symbol] ?? (/[\\{}]/.test(symbol) ? symbol : ''));
    } else if (word !== undefined) {
      if (word === 'bin') binaryUntil = token.index + whole.length + Number(parameter ?? 0);
      else control(word, parameter ?? '');
    } else {
      const plain = (text ?? whole).replaceAll(/[\r\n]/g, '');
      say(plain.slice(toSkip));
      toSkip = Math.max(0, toSkip - plain.length);
    }
  }
  end();
  if (notes.length > 0) out.gap();
  for (const [at, note] of notes.entries()) out.line(`[^${at + 1}]: ${note}`);
  return out.result('is rich text without any text');

  function endGroup(): void {
    flush();
    if (group.noteIn !== undefined) {
      notes.push(line.replaceAll(/\s+/g, ' ').trim());
      line = `${group.noteIn}[^${notes.length}]`;
    }
    group = groups.pop() ?? group;
    toSkip = 0;
  }

  function control(word: string, parameter: string): void {
    if (word === 'fonttbl') group.role = 'fonts';
    else if (word === 'stylesheet') group.role = 'styles';
    else if (group.role === 'fonts') tables.font(word, parameter);
    else if (group.role === 'styles') tables.style(word, parameter);
    else if (SKIPPED.has(word)) group.role = 'skipped';
    else if (word === 'uc') group.fallback = Number(parameter || 1);
    else if (word === 'u') {
      say(String.fromCharCode((Number(parameter || 63) + 65_536) % 65_536));
      toSkip = group.fallback;
    } else if (word === 'footnote' && groups.every(({ noteIn }) => noteIn === undefined)) {
      group = { ...group, role: 'text', level: 0, noteIn: line };
      line = '';
    } else if (word === 'shptxt') group.role = 'text';
    else if (group.role === 'text') inText(word, parameter);
  }

  function inText(word: string, parameter: string): void {
    const isNote = group.noteIn !== undefined || groups.some(({ noteIn }) => noteIn !== undefined);
    if (word === 'pard') {
      isCell = false;
      group.level = 0;
      group.depth = 0;
    } else if (word === 's') group.level = tables.levelOf(parameter);
    else if (word === 'outlinelevel') group.level = rtfLevel(parameter);
    else if (word === 'ilvl') group.depth = Math.min(Number(parameter || 0), 8);
    else if (word === 'v') group.isHidden = parameter !== '0';
    else if (word === 'f') {
      flush();
      group.encoding = tables.encodingOf(parameter) ?? encoding;
    } else if (word === 'plain') group.isHidden = false;
    else if (word === 'intbl') isCell = true;
    else if (word === 'par' && (isCell || isNote)) say(' ');
    else if (word === 'par' || word === 'sect' || word === 'page') end();
    else if (word === 'cell' || word === 'nestcell') {
      flush();
      cells.push(line);
      line = '';
    } else if (word === 'row') {
      out.row(cells);
      cells = [];
      isAfterRow = true;
    } else if (CHARACTERS[word] !== undefined) say(CHARACTERS[word]);
  }
}

/** Items of lists have their mark and a tab before them. */
function asItem(line: string, depth: number): string {
  const [, mark = '', rest = ''] = /^\s*([•◦▪‣·o*–—-]|\d{1,4}[.)])\t+(.*)$/s.exec(line) ?? [];
  if (mark === '') return line.trim();
  return `${'  '.repeat(depth)}${/\d/.test(mark) ? mark : '-'} ${rest.trim()}`;
}

/** A control word with its parameter, a byte, a control symbol, a brace, or text. */
const TOKENS = /\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)/g;
