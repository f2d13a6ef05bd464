import { splitSentences } from './sentences.ts';

/** Characters that are looked at: the beginning of a document tells what it is about. */
const LOOKED_AT = 100_000;

/** One piece of a document, in reading order. */
export interface Block {
  /** `prose` is made of sentences; `short` is an address, a letterhead, a caption; `row` belongs to a table or a log. */
  kind: 'heading' | 'prose' | 'short' | 'item' | 'field' | 'row';
  text: string;
}

/** A document as the extraction sees it. */
export interface Document {
  /** File name without folders; empty if there is none. */
  name: string;
  /** The looked-at text. */
  text: string;
  blocks: Block[];
  /** "Key: value" lines and front matter, keys lower-case. */
  fields: { key: string; value: string }[];
}

const FIELD = /^(?:[-*] )?\*{0,2}([\p{L}][\p{L}\p{N} ._/-]{0,29}?)\*{0,2}\s*:\*{0,2}\s+(\S.{0,200})$/u;
const ITEM = /^\s*(?:[-*+•–] |\d{1,3}[.)] )/;
const LOG_LINE = /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** Splits text into blocks; understands Markdown, saved pages, letters and the text of PDF files. */
export function readDocument(text: string, name: string | null): Document {
  const looked = text.slice(0, LOOKED_AT).replaceAll(/\r\n?/g, '\n');
  const { body, fields } = frontMatter(looked);
  const blocks: Block[] = [];
  for (const lines of paragraphs(body)) addBlocks(lines, blocks, fields);
  return { name: (name ?? '').split('/').at(-1) ?? '', text: looked, blocks, fields };
}

/** At most `characters` of what stands before a place on its line, lower-case. */
export function lineBefore(text: string, at: number, characters: number): string {
  const before = text.slice(Math.max(0, at - characters), at);
  return before
    .slice(before.lastIndexOf('\n') + 1)
    .trim()
    .toLowerCase();
}

/** Text of Markdown without its marks: links, emphasis, code. */
export function plain(text: string): string {
  return text
    .replace(/!?\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)/g, '$1')
    .replace(
      /\[\[([^\]|\n]{1,200})(?:\|([^\]\n]{1,200}))?\]\]/g,
      (_all, target: string, shown?: string) => shown ?? target,
    )
    .replace(/(\*\*|__|~~|`)(?=\S)([^\n]{1,200}?)\1/g, '$2')
    .replace(/(^|[\s(])[*_](?=\S)([^*_\n]{1,300}?)[*_](?=[\s).,;:!?]|$)/g, '$1$2')
    .replace(/\s+/g, ' ')
    .trim();
}

function frontMatter(text: string): Pick<Document, 'fields'> & { body: string } {
  const match = /^\ufeff?---\n([\s\S]{0,5000}?)\n(?:---|\.\.\.)(?:\n|$)/.exec(text);
  if (match === null) return { body: text, fields: [] };
  const fields = (match[1] ?? '').split('\n').flatMap((line) => {
    const [, key = '', value = ''] = /^([\w-]{1,40}):\s*(.{1,300})$/.exec(line) ?? [];
    return key === '' ? [] : [{ key: key.toLowerCase(), value: value.replace(/^(["'])(.*)\1$/, '$2') }];
  });
  return { body: text.slice(match[0].length), fields };
}

/** Runs of lines without a blank one between; code blocks and page marks are left out. */
function paragraphs(text: string): string[][] {
  const found: string[][] = [[]];
  let fenced = false;
  for (const line of text.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    else if (!fenced && !/^\[page \d+\]$/.test(line)) {
      if (line.trim() === '') found.push([]);
      else found.at(-1)?.push(line);
    }
  }
  return found.filter((lines) => lines.length > 0);
}

function addBlocks(lines: string[], blocks: Block[], fields: Document['fields']): void {
  let prose: string[] = [];
  const flush = () => {
    if (prose.length > 0) blocks.push(...proseOrShort(prose));
    prose = [];
  };
  for (const [index, line] of lines.entries()) {
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const field = FIELD.exec(line);
    if (/^ {0,3}(=+|-{2,})\s*$/.test(line)) {
      const above = prose.pop();
      flush();
      if (above !== undefined) blocks.push({ kind: 'heading', text: plain(above) });
    } else if (heading !== null) {
      flush();
      blocks.push({ kind: 'heading', text: plain(heading[2] ?? '') });
    } else if (isRow(line)) {
      flush();
      blocks.push({ kind: 'row', text: line.trim() });
    } else if (field !== null && isFieldLine(line, lines[index + 1])) {
      flush();
      fields.push({ key: (field[1] ?? '').toLowerCase(), value: plain(field[2] ?? '') });
      blocks.push({ kind: 'field', text: plain(line) });
    } else if (ITEM.test(line)) {
      flush();
      blocks.push({ kind: 'item', text: plain(line.replace(ITEM, '').replace(/^\[[ xX]\]\s+/, '')) });
    } else if (/^\s+\S/.test(line) && prose.length === 0 && blocks.at(-1)?.kind === 'item') {
      const item = blocks.at(-1);
      if (item !== undefined) item.text = `${item.text} ${plain(line)}`;
    } else prose.push(line.replace(/^\s*>+\s?/, ''));
  }
  flush();
}

/** A field's line is short, and the text does not simply flow on from it. */
function isFieldLine(line: string, next: string | undefined): boolean {
  if (/[.!?]\s+\p{L}/u.test(line) && line.length > 60) return false;
  return line.length <= 100 && (next === undefined || !/^\p{Ll}/u.test(next));
}

function isRow(line: string): boolean {
  return /^\s*\|.*\|\s*$/.test(line) || /\S(?: {2,}|\t+)\S/.test(line) || LOG_LINE.test(line);
}

/** Prose has a sentence in it; an address or a caption is a few short lines without one. */
function proseOrShort(lines: string[]): Block[] {
  const joined = plain(
    lines
      .join('\n')
      .replace(/(\p{Ll})-\n(?=\p{Ll})/gu, '$1')
      .replaceAll('\n', ' '),
  );
  if (joined === '') return [];
  if (splitSentences(joined).some(isSentence)) return [{ kind: 'prose', text: joined }];
  if (lines.length === 1 && joined.length > 100) return [{ kind: 'prose', text: joined }];
  return lines
    .map((line): Block => ({ kind: 'short', text: plain(line) }))
    .filter((block) => block.text !== '');
}

function isSentence(text: string): boolean {
  return /[。！？]/.test(text) || (/[.!?…]["'”»)\]]*$/.test(text) && text.split(' ').length >= 5);
}
