import type { ExtractLimits } from '../extraction.ts';
import { outlineLevel, readHeadings } from './docx-headings.ts';
import { type ListMark, readLists } from './docx-lists.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { kindOf } from './recognise.ts';
import { mainPart, relationsOf } from './relations.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';
import { readXml } from './xml.ts';
import { type Member, type Members, openZip } from './zip.ts';

/** Word documents: headings, paragraphs, lists, tables, notes, page headers; no text that tracked changes deleted. */
export const docx: FormatExtractor = {
  format: 'docx',
  label: 'Word document (DOCX)',
  reads: 'whole',
  matches: (name, head) =>
    /\.(docx|docm|dotx)$/i.test(name) || kindOf(head, name) === 'a Word document (DOCX)',
  async extract(bytes, limits) {
    const members = await openZip(bytes, limits);
    const part = await mainPart(members, 'word/document.xml');
    if (!members.has(part)) throw new Error('it is damaged: it has no text part');
    return readBody(members, part, limits);
  },
};

async function readBody(members: Members, part: string, limits: ExtractLimits): Promise<FormatText> {
  const out = createTextBuilder(limits);
  const relations = [...(await relationsOf(members, part)).values()];
  const parts = (type: string) =>
    relations.filter((each) => each.type.endsWith(`/${type}`)).map((each) => members.get(each.target));
  const levels = await readHeadings(parts('styles')[0]);
  const mark = await readLists(parts('numbering')[0]);
  const notes = await readParagraphs(members.get(part), out, { levels, mark });
  const texts = new Map<string, string>();
  for (const kind of ['footnote', 'endnote'])
    await readTexts(parts(`${kind}s`)[0], kind, (id, text) => texts.set(`${kind} ${id}`, text));
  if (notes.length > 0) out.gap();
  for (const [at, note] of notes.entries()) out.line(`[^${at + 1}]: ${texts.get(note) ?? ''}`);
  await readEdges('Page header', 'hdr', parts('header'), out);
  await readEdges('Page footer', 'ftr', parts('footer'), out);
  return out.result('is a Word document without any text');
}

/** What stands at the top or the bottom of every page, once. */
async function readEdges(
  what: string,
  element: string,
  members: readonly (Member | undefined)[],
  out: TextBuilder,
): Promise<void> {
  const texts = new Set<string>();
  for (const member of members) await readTexts(member, element, (_id, text) => texts.add(text));
  // Page numbers alone tell nothing.
  const telling = [...texts].filter((text) => /\p{L}/u.test(text));
  if (telling.length > 0) out.gap();
  for (const text of telling) out.line(`${what}: ${text}`);
}

/** One paragraph that is being read; text boxes have paragraphs within paragraphs. */
interface Paragraph {
  text: string;
  level: number;
  list: { id: string; level: number } | null;
}

/** What is shown otherwise by older programs, and what stands elsewhere since it was moved. */
const SKIPPED: ReadonlySet<string> = new Set(['Fallback', 'moveFrom']);

interface Styles {
  levels: ReadonlyMap<string, number>;
  mark: ListMark;
}

/** Reads the document's body; which notes it refers to, in their order. */
async function readParagraphs(
  member: Member | undefined,
  out: TextBuilder,
  styles: Styles,
): Promise<string[]> {
  const notes: string[] = [];
  const paragraphs: Paragraph[] = [];
  const tables: { cells: string[]; cell: string }[] = [];
  let skipped = 0;
  let isText = false;
  const say = (text: string) => {
    const paragraph = paragraphs.at(-1);
    if (paragraph && skipped === 0) paragraph.text += text;
  };
  await readXml(member, {
    open(name, attributes) {
      const paragraph = paragraphs.at(-1);
      if (SKIPPED.has(name)) skipped += 1;
      else if (name === 'p') paragraphs.push({ text: '', level: 0, list: null });
      else if (name === 't') isText = true;
      else if (name === 'tab' || name === 'ptab') say('\t');
      else if (name === 'br' || name === 'cr') say('\n');
      else if (name === 'noBreakHyphen') say('-');
      else if (name === 'pStyle' && paragraph)
        paragraph.level = styles.levels.get(attributes['val'] ?? '') ?? 0;
      else if (name === 'outlineLvl' && paragraph) paragraph.level = outlineLevel(attributes['val']);
      else if (name === 'numPr' && paragraph) paragraph.list = { id: '', level: 0 };
      else if (name === 'ilvl' && paragraph?.list) paragraph.list.level = Number(attributes['val'] ?? 0);
      else if (name === 'numId' && paragraph?.list) paragraph.list.id = attributes['val'] ?? '';
      else if (name === 'footnoteReference' || name === 'endnoteReference') {
        notes.push(`${name.replace('Reference', '')} ${attributes['id'] ?? ''}`);
        say(`[^${notes.length}]`);
      } else if (name === 'tbl') tables.push({ cells: [], cell: '' });
    },
    text(text) {
      if (isText) say(text);
    },
    isDone: out.isFull,
    close(name) {
      const table = tables.at(-1);
      if (SKIPPED.has(name)) skipped -= 1;
      else if (name === 't') isText = false;
      else if (name === 'p') {
        const paragraph = paragraphs.pop();
        if (paragraph === undefined || skipped > 0) return;
        if (table) table.cell += `${paragraph.text} `;
        else tell(paragraph, out, styles.mark);
      } else if (name === 'tc' && table) {
        table.cells.push(table.cell);
        table.cell = '';
      } else if (name === 'tr' && table) {
        const outer = tables.at(-2);
        if (outer) outer.cell += `${table.cells.join(', ')} `;
        else out.row(table.cells);
        table.cells = [];
      } else if (name === 'tbl') {
        tables.pop();
        if (tables.length === 0) out.gap();
      }
    },
  });
  return notes;
}

function tell({ text, level, list }: Paragraph, out: TextBuilder, mark: ListMark): void {
  if (text.trim() === '') out.gap();
  else if (level > 0) out.heading(level, text);
  else if (list !== null) out.line(`${'  '.repeat(list.level)}${mark(list.id, list.level)}${text.trim()}`);
  else out.line(text);
}

/** The text within each of the elements, its paragraphs on one line. */
async function readTexts(
  member: Member | undefined,
  element: string,
  found: (id: string, text: string) => void,
): Promise<void> {
  let id = '';
  let text = '';
  let isText = false;
  await readXml(member, {
    open(name, attributes) {
      if (name === element) {
        id = attributes['id'] ?? '';
        text = '';
      } else if (name === 't') isText = true;
      else if (name === 'tab' || name === 'br') text += ' ';
    },
    text(words) {
      if (isText) text += words;
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'p') text += ' ';
      else if (name === element) found(id, text.replaceAll(/\s+/g, ' ').trim());
    },
  });
}
