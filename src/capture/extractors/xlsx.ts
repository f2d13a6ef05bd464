import type { ExtractLimits } from '../extraction.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { kindOf } from './recognise.ts';
import { mainPart, relationsOf } from './relations.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';
import { type CellFormat, readFormats, shownNumber } from './xlsx-formats.ts';
import { readXml } from './xml.ts';
import { type Member, type Members, openZip } from './zip.ts';

/** Excel workbooks: each sheet by its name, a row a line, with the values that were last calculated (or formulas). */
export const xlsx: FormatExtractor = {
  format: 'xlsx',
  label: 'Excel workbook (XLSX)',
  reads: 'whole',
  matches: (name, head) =>
    /\.(xlsx|xlsm|xltx)$/i.test(name) || kindOf(head, name) === 'an Excel workbook (XLSX)',
  async extract(bytes, limits) {
    const members = await openZip(bytes, limits);
    const part = await mainPart(members, 'xl/workbook.xml');
    if (!members.has(part)) throw new Error('it is damaged: it has no list of sheets');
    return readSheets(members, part, limits);
  },
};

/** How cells are to be read. */
interface Book {
  strings: string[];
  /** Of each cell style. */
  formats: CellFormat[];
  from1904: boolean;
}

async function readSheets(members: Members, part: string, limits: ExtractLimits): Promise<FormatText> {
  const out = createTextBuilder(limits);
  const relations = await relationsOf(members, part);
  const sheets: { name: string; member: Member | undefined }[] = [];
  let from1904 = false;
  await readXml(members.get(part), {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = /^(1|true)$/.test(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const { name: title = '', id = '', state = 'visible' } = attributes;
      const member = members.get(relations.get(id)?.target ?? '');
      sheets.push({ name: state === 'visible' ? title : `${title} (hidden)`, member });
    },
  });
  const ofType = (type: string) =>
    members.get([...relations.values()].find((each) => each.type.endsWith(type))?.target ?? '');
  const book = {
    strings: await readStrings(ofType('/sharedStrings')),
    formats: await readFormats(ofType('/styles')),
    from1904,
  };
  for (const { name, member } of sheets) {
    if (out.isFull()) break;
    if (member === undefined) continue;
    if (sheets.length > 1 || !/^(sheet|tabelle|feuil|hoja|foglio)\s?1$/i.test(name)) out.heading(1, name);
    await readSheet(member, book, out);
  }
  return out.result('is a workbook without any value');
}

interface Cell {
  column: number;
  type: string;
  style: number;
  value: string;
  formula: string;
}

async function readSheet(member: Member, book: Book, out: TextBuilder): Promise<void> {
  let cells: string[] = [];
  let cell: Cell = { column: 0, type: 'n', style: 0, value: '', formula: '' };
  let within: 'value' | 'formula' | null = null;
  await readXml(member, {
    open(name, attributes) {
      if (name === 'row') cells = [];
      else if (name === 'c') {
        const { r, t = 'n', s = '0' } = attributes;
        const column = r === undefined ? cells.length : columnOf(r);
        cell = { column, type: t, style: Number(s), value: '', formula: '' };
      } else if (name === 'v' || name === 't') within = 'value';
      else if (name === 'f') within = 'formula';
    },
    text(text) {
      if (within !== null) cell[within] += text;
    },
    close(name) {
      if (name === 'v' || name === 't' || name === 'f') within = null;
      else if (name === 'c' && cell.column < MOST_COLUMNS) {
        const text = shown(cell, book);
        if (text === '') return;
        while (cells.length < cell.column) cells.push('');
        cells[cell.column] = text;
      } else if (name === 'row') out.row(cells);
    },
    isDone: out.isFull,
  });
}

/** More columns than this are not read by anybody. */
const MOST_COLUMNS = 1000;

/** From 0: `B7` is in column 1. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? 'A';
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The value; where no program has calculated it, the formula. */
function shown({ type, style, value, formula }: Cell, { strings, formats, from1904 }: Book): string {
  if (value === '') return formula === '' ? '' : `=${formula}`;
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  return type === 'n' ? shownNumber(value, formats[style] ?? 'number', from1904) : value;
}

async function readStrings(member: Member | undefined): Promise<string[]> {
  const strings: string[] = [];
  let text = '';
  let isText = false;
  let phonetic = 0;
  await readXml(member, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic += 1;
      else if (name === 't') isText = phonetic === 0;
    },
    text(words) {
      if (isText) text += words;
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'rPh') phonetic -= 1;
      else if (name === 'si') strings.push(text);
    },
  });
  return strings;
}
