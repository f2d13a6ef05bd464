import * as z from 'zod';
import { encoded, noText, plain } from './byte-text.ts';
import { type Edit, type Edited, impossible, stays, type TakenOut } from './edit.ts';
import { fileOf, isBlank, type Line, linesOfFile } from './lines.ts';
import { insertionMark, isAnswerMark, marginOf, withoutMarks } from './mark.ts';
import { outlineOf } from './outline.ts';
import { type Placement, placeUnder, putIn, takeOut } from './placement.ts';

/** What is inserted where: beneath a line of the document, or at the end of a heading's section. */
export type Insertion = z.infer<typeof insertion>;

const insertion = z.union([
  z.strictObject({ beneath: z.string(), body: z.string() }),
  z.strictObject({ under: z.string(), body: z.string() }),
]);

/** The planned content of an insert. */
export function insertContent(insertions: readonly Insertion[]): string {
  return `${JSON.stringify(insertions, null, 2)}\n`;
}

/**
 * Marked blocks beneath lines or under headings, each once. A line that has an answer beneath it already, whichever
 * thought's, gets no other.
 */
export const insert: Edit = {
  apply(whole, { content, mark }): Edited {
    const why = whole && noText(whole);
    if (why) return impossible(why);
    const { bom, lines } = linesOfFile(whole);
    const result = insertAll(lines, wantedOf(content, mark));
    const note = result.missing.join('; ');
    if (result.placed.size > 0)
      return { kind: 'changed', content: fileOf({ bom, lines: result.lines }), note };
    if (note !== '' && result.there === 0) return impossible(note);
    return { kind: 'already', exact: result.isExact, note };
  },

  undo(now, { content, mark }, former): TakenOut {
    const { bom, lines } = linesOfFile(now);
    const wanted = wantedOf(content, mark);
    const placed =
      former.bytes === 'unknown' ? null : insertAll(linesOfFile(former.bytes).lines, wanted).placed;
    let left = lines;
    let found = 0;
    for (const each of wanted.toReversed()) {
      const at = left.findIndex((line) => marginOf(line, each.mark) !== null);
      if (at === -1) continue;
      const count = blockAt(left, at, each);
      if (count === null) return stays(`the block ${placeOf(each)} was changed since it was inserted`);
      left = takeOut(left, at, count, placed?.get(each.mark) ?? null);
      found += 1;
    }
    if (found === 0) return stays('what was inserted is not there any more');
    return {
      kind: 'taken',
      content: left.length === 0 && former.bytes === null ? null : fileOf({ bom, lines: left }),
    };
  },
};

/** An insertion in byte text, with its mark. */
interface Wanted {
  beneath: string | null;
  under: string | null;
  body: string[];
  mark: string;
}

/** Insertions without words are left out: there is nothing to say. */
function wantedOf(content: string, mark: string): Wanted[] {
  return z
    .array(insertion)
    .parse(JSON.parse(content))
    .map((each, index) => {
      const beneath = 'beneath' in each ? encoded(each.beneath) : null;
      const under = 'under' in each ? oneLine(encoded(each.under)) : null;
      const place = beneath === null ? ('under' as const) : ('beneath' as const);
      const body = encoded(withoutMarks(each.body).replace(/\r\n?/g, '\n')).replace(
        /^(?:[ \t]*\n)+|[ \t\n]+$/g,
        '',
      );
      return {
        beneath,
        under,
        body: body === '' ? [] : body.split('\n'),
        mark: insertionMark(mark, place, index + 1),
      };
    })
    .filter(({ body }) => body.length > 0);
}

function oneLine(byteText: string): string {
  return byteText.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

interface Inserted {
  lines: Line[];
  /** By mark: what was put in now. */
  placed: Map<string, Placement>;
  /** How many need nothing: their block is there, or their line is answered. */
  there: number;
  /** Whether those that are there are so word for word. */
  isExact: boolean;
  missing: string[];
}

function insertAll(lines: Line[], wanted: readonly Wanted[]): Inserted {
  const result: Inserted = { lines, placed: new Map(), there: 0, isExact: true, missing: [] };
  for (const each of wanted) {
    const at = result.lines.findIndex((line) => marginOf(line, each.mark) !== null);
    if (at !== -1) {
      result.there += 1;
      result.isExact &&= blockAt(result.lines, at, each) !== null;
      continue;
    }
    const placement = place(result.lines, each);
    if (placement === 'answered') result.there += 1;
    else if (placement === 'missing')
      result.missing.push(`the line "${shown(each.beneath ?? '')}" is not there any more`);
    else {
      result.lines = putIn(result.lines, placement);
      result.placed.set(each.mark, placement);
    }
  }
  return result;
}

function place(lines: readonly Line[], wanted: Wanted): Placement | 'answered' | 'missing' {
  const { beneath, under } = wanted;
  if (beneath === null) return placeUnder(lines, under ?? '', blockOf(wanted, ''));
  const outline = outlineOf(lines);
  const isOpen = (at: number) => outline.isProse[at] === true;
  const words = plain(beneath);
  let meant = indexesOf(lines, (line, at) => isOpen(at) && plain(line.text) === words);
  // A model leaves the list's dash out as often as not.
  if (meant.length === 0) {
    const bare = plain(withoutMargin(beneath));
    meant = indexesOf(lines, (line, at) => isOpen(at) && plain(withoutMargin(line.text)) === bare);
  }
  if (meant.length === 0 || words === '') return 'missing';
  const free = meant.find((at) => !isAnswered(lines, at));
  if (free === undefined) return 'answered';
  const margin = insideOf(lines[free]?.text ?? '');
  const at = (outline.headings.find(({ first, last }) => first <= free && free <= last)?.last ?? free) + 1;
  const next = lines[at];
  const below = next !== undefined && GOES_ON.test(next.text) ? [withoutEnd(margin)] : [];
  return { at, above: [], texts: blockOf(wanted, margin), below };
}

/** What would become one paragraph with the block above it. */
const GOES_ON = /^[ \t>]*(?![ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t]|#{1,6}[ \t]|`{3}|~{3}|<!--)[^ \t>]/;

const MARGIN = /^([ \t]*(?:>[ \t]?)*[ \t]*)((?:[-*+]|\d{1,9}[.)])[ \t]+)?(\[.\][ \t]+)?/;

function withoutMargin(text: string): string {
  return text.replace(MARGIN, '');
}

/** What comes before a line that goes on inside the same list item or quotation. */
function insideOf(text: string): string {
  const [, margin = '', item = ''] = MARGIN.exec(text) ?? [];
  return margin + item.replace(/[^\t]/g, ' ');
}

function isAnswered(lines: readonly Line[], at: number): boolean {
  const next = lines.slice(at + 1).find((line) => !/^[ \t>]*$/.test(line.text));
  return next !== undefined && isAnswerMark(next);
}

function blockOf({ mark, body }: Wanted, margin: string): string[] {
  return [margin + mark, ...body.map((text) => (text === '' ? withoutEnd(margin) : margin + text))];
}

/** How many lines the block has that begins with a mark at `at`; null where it is another one. */
function blockAt(lines: readonly Line[], at: number, wanted: Wanted): number | null {
  const [first, ...rest] = lines.slice(at);
  const block = blockOf(wanted, (first && marginOf(first, wanted.mark)) ?? '');
  return block.slice(1).every((text, index) => rest[index]?.text === text) ? block.length : null;
}

function indexesOf(lines: readonly Line[], isMeant: (line: Line, at: number) => boolean): number[] {
  return Array.from(lines.entries()).flatMap(([at, line]) =>
    !isBlank(line) && isMeant(line, at) ? [at] : [],
  );
}

function withoutEnd(margin: string): string {
  return margin.replace(/[ \t]+$/, '');
}

function placeOf({ beneath, under }: Wanted): string {
  return beneath === null ? `under "${shown(under ?? '')}"` : `beneath "${shown(beneath)}"`;
}

function shown(byteText: string): string {
  const text = plain(byteText);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
