import type { ExtractLimits } from '../extraction.ts';
import type { FormatExtractor, FormatText } from './port.ts';
import { kindOf } from './recognise.ts';
import { mainPart, relationsOf } from './relations.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';
import { readXml } from './xml.ts';
import { type Member, type Members, openZip } from './zip.ts';

/** PowerPoint presentations: slides in their order, with titles, tables and the speaker's notes. */
export const pptx: FormatExtractor = {
  format: 'pptx',
  label: 'PowerPoint presentation (PPTX)',
  reads: 'whole',
  matches: (name, head) =>
    /\.(pptx|pptm|potx)$/i.test(name) || kindOf(head, name) === 'a PowerPoint presentation (PPTX)',
  async extract(bytes, limits) {
    const members = await openZip(bytes, limits);
    const part = await mainPart(members, 'ppt/presentation.xml');
    if (!members.has(part)) throw new Error('it is damaged: it has no list of slides');
    return readSlides(members, part, limits);
  },
};

async function readSlides(members: Members, part: string, limits: ExtractLimits): Promise<FormatText> {
  const out = createTextBuilder(limits);
  const relations = await relationsOf(members, part);
  const order: string[] = [];
  await readXml(members.get(part), {
    open(name, { id = '' }) {
      // Without its prefix, the slide's own number has the same name, and comes first.
      if (name === 'sldId') order.push(relations.get(id)?.target ?? '');
    },
  });
  for (const [at, slide] of order.entries()) {
    if (out.isFull()) break;
    const { title, lines, isHidden } = await readShapes(members.get(slide), () => true);
    const name = `Slide ${at + 1}${isHidden ? ' (hidden)' : ''}`;
    out.heading(1, title === '' ? name : `${name}: ${title}`);
    for (const line of lines) out.line(line);
    await readSpeaker(members, slide, out);
  }
  return out.result('is a presentation without any text');
}

async function readSpeaker(members: Members, slide: string, out: TextBuilder): Promise<void> {
  const relations = [...(await relationsOf(members, slide)).values()];
  const notes = relations.find(({ type }) => type.endsWith('/notesSlide'));
  if (notes === undefined) return;
  const { lines } = await readShapes(members.get(notes.target), (placeholder) => placeholder === 'body');
  const words = lines.map((line) => line.replace(/^ *- /, ''));
  if (words.length > 0) out.gap();
  for (const [at, line] of words.entries()) out.line(at === 0 ? `Notes: ${line}` : line);
}

/** The texts of a slide's shapes; `wants` is asked with the kind of a shape's placeholder, empty where it is none. */
async function readShapes(
  member: Member | undefined,
  wants: (placeholder: string) => boolean,
): Promise<{ title: string; lines: string[]; isHidden: boolean }> {
  const lines: string[] = [];
  let title = '';
  let isHidden = false;
  let placeholder = '';
  let text = '';
  let indent = 0;
  let isText = false;
  let isItem = false;
  let row: string[] | null = null;
  let cell = '';
  await readXml(member, {
    open(name, attributes) {
      if (name === 'sld') isHidden = /^(0|false)$/.test(attributes['show'] ?? '');
      else if (name === 'sp' || name === 'graphicFrame') placeholder = '';
      else if (name === 'ph') placeholder = attributes['type'] ?? 'obj';
      else if (name === 'p') isItem = BULLETED.has(placeholder);
      else if (name === 'pPr') indent = Math.min(Number(attributes['lvl'] ?? 0), 8);
      else if (name === 'buNone') isItem = false;
      else if (name === 'buChar' || name === 'buAutoNum') isItem = true;
      else if (name === 't') isText = true;
      else if (name === 'br') text += ' ';
      else if (name === 'tr') row = [];
      else if (name === 'tc') cell = '';
    },
    text(words) {
      if (isText) text += words;
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'p') {
        const said = text.trim();
        if (row !== null) cell += `${said} `;
        else if (said !== '' && wants(placeholder)) {
          if (TITLES.has(placeholder)) title = `${title} ${said}`.trim();
          else if (!SKIPPED.has(placeholder))
            lines.push(`${'  '.repeat(indent)}${isItem || indent > 0 ? '- ' : ''}${said}`);
        }
        text = '';
        indent = 0;
      } else if (name === 'tc') row?.push(cell.trim());
      else if (name === 'tr') {
        lines.push((row ?? []).join(' | '));
        row = null;
      }
    },
  });
  return { title, lines, isHidden };
}

const TITLES: ReadonlySet<string> = new Set(['title', 'ctrTitle']);

/** Placeholders whose paragraphs have bullets, where they do not say otherwise. */
const BULLETED: ReadonlySet<string> = new Set(['obj', 'body']);

/** Placeholders that say the same on every slide. */
const SKIPPED: ReadonlySet<string> = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);
