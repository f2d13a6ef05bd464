import type { ExtractLimits } from '../extraction.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { kindOf } from './recognise.ts';
import { createTextBuilder } from './text-builder.ts';
import { readXml } from './xml.ts';
import { bytesOf, type Member, openZip } from './zip.ts';

const CONTENT = 'content.xml';
const MANIFEST = 'META-INF/manifest.xml';

/** OpenDocument texts, spreadsheets and presentations: headings, paragraphs, lists, tables and notes. */
export const opendocument: FormatExtractor = {
  format: 'opendocument',
  label: 'OpenDocument file (ODT, ODS, ODP)',
  reads: 'whole',
  matches: (name, head) =>
    /\.(odt|ods|odp|ott)$/i.test(name) || kindOf(head, name) === 'an OpenDocument file',
  async extract(bytes, limits) {
    const members = await openZip(bytes, limits);
    const content = members.get(CONTENT);
    if (Buffer.from(await bytesOf(members.get(MANIFEST))).includes('encryption-data'))
      return {
        kind: 'unreadable',
        reason: 'is an encrypted OpenDocument file: it needs a password to be read',
      };
    if (content === undefined) throw new Error('it is damaged: it has no text part');
    return readContent(content, limits);
  },
};

/** Parts that are not the document's text. */
const SKIPPED: ReadonlySet<string> = new Set([
  'tracked-changes',
  'annotation',
  'forms',
  'sequence-decls',
  'automatic-styles',
  'page-number',
]);
/** Cells that are repeated to the sheet's edge are empty. */
const MOST_REPEATED = 50;

async function readContent(content: Member, limits: ExtractLimits): Promise<FormatText> {
  const out = createTextBuilder(limits);
  const notes: string[] = [];
  let skipped = 0;
  let text = '';
  let outer: string | null = null;
  let level = 0;
  let depth = 0;
  let isItem = false;
  let cells: string[] | null = null;
  let cell = '';
  let repeated = 1;
  let slide = 0;
  /** Of the slide that is being read; a text has none. */
  let isTitled = true;
  let isSheet = false;
  let speaker = '';
  await readXml(content, {
    open(name, attributes) {
      if (SKIPPED.has(name)) skipped += 1;
      if (skipped > 0) return;
      if ((name === 'p' || name === 'h') && outer === null) text = '';
      if (name === 'h') level = Number(attributes['outline-level'] ?? 1);
      else if (name === 's') text += ' '.repeat(Math.min(Number(attributes['c'] ?? 1), 80));
      else if (name === 'tab') text += '\t';
      else if (name === 'line-break') text += '\n';
      else if (name === 'list') depth += 1;
      else if (name === 'list-item') isItem = true;
      else if (name === 'table-row') cells = [];
      else if (name === 'table-cell' || name === 'covered-table-cell') {
        cell = '';
        repeated = Number(attributes['number-columns-repeated'] ?? 1);
      } else if (name === 'spreadsheet') isSheet = true;
      else if (name === 'table' && isSheet) out.heading(1, attributes['name'] ?? '');
      else if (name === 'notes') {
        titleSlide('');
        speaker = 'Notes: ';
      } else if (name === 'page') {
        slide += 1;
        isTitled = false;
      } else if (name === 'frame') {
        if (slide > 0 && !isTitled && attributes['class'] !== 'title') titleSlide('');
      } else if (name === 'note') {
        outer = text;
        text = '';
      }
    },
    text(words) {
      if (skipped === 0) text += words.replaceAll(/\s+/g, ' ');
    },
    isDone: out.isFull,
    close(name) {
      if (SKIPPED.has(name)) {
        skipped -= 1;
        return;
      }
      if (skipped > 0) return;
      if (name === 'notes') speaker = '';
      else if (name === 'note-citation') text = '';
      else if (name === 'note') {
        notes.push(text.trim());
        text = `${outer ?? ''}[^${notes.length}]`;
        outer = null;
      } else if ((name === 'p' || name === 'h') && outer === null) endParagraph(name);
      else if (name === 'list') {
        depth -= 1;
        if (depth === 0) out.gap();
      } else if (name === 'table-cell' || name === 'covered-table-cell') {
        const times = cell.trim() === '' && repeated > MOST_REPEATED ? 1 : Math.min(repeated, MOST_REPEATED);
        for (let n = 0; n < times; n += 1) cells?.push(cell);
      } else if (name === 'table-row') {
        out.row(cells ?? []);
        cells = null;
      } else if (name === 'table') out.gap();
    },
  });
  if (notes.length > 0) out.gap();
  for (const [at, note] of notes.entries()) out.line(`[^${at + 1}]: ${note}`);
  return out.result('is an OpenDocument file without any text');

  function titleSlide(title: string): void {
    if (!isTitled) out.heading(1, title === '' ? `Slide ${slide}` : `Slide ${slide}: ${title}`);
    isTitled = true;
  }

  function endParagraph(name: string): void {
    if (!isTitled && text.trim() !== '') titleSlide(text.trim());
    else if (cells !== null) cell += `${text} `;
    else if (name === 'h') out.heading(level, text);
    else if (text.trim() === '') out.gap();
    else if (depth > 0) out.line(`${'  '.repeat(depth - 1)}${isItem ? '- ' : '  '}${text.trim()}`);
    else {
      out.line(`${speaker}${text.replaceAll(/^\n+|\n+$/g, '')}`);
      speaker = '';
    }
    isItem = false;
    text = '';
  }
}
