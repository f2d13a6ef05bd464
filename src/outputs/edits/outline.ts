import { plain } from './byte-text.ts';
import type { Line } from './lines.ts';
import { isBlank } from './lines.ts';

/** A heading: `#` before it, or `===` or `---` beneath it. */
export interface Heading {
  first: number;
  /** Its last line: with a line beneath it, that one. */
  last: number;
  level: number;
  /** As people compare it. */
  text: string;
}

/** What the lines of a Markdown document are. */
export interface Outline {
  /** Whether a line is prose: neither front matter nor fenced code. */
  isProse: boolean[];
  headings: Heading[];
}

/** A fence may stand in a list item or a quotation, and then as deep as it likes. */
const FENCE = /^[ \t]*((?:>[ \t]*)*)(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const BREAK = /^ {0,3}(?:[-*_][ \t]*){3,}$/;
/** A list item, a quotation, HTML, indented code: what comes beneath goes on with it, up to a blank line. */
const NO_PARAGRAPH = /^(?: {4}|[ \t]*\t| {0,3}(?:[-*+](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|>|<))/;

/** Reads fences and headings as CommonMark does, as far as lines alone tell. */
export function outlineOf(lines: readonly Line[]): Outline {
  const isProse: boolean[] = [];
  const headings: Heading[] = [];
  let fence: { mark: string; isQuoted: boolean } | null = null;
  /** Where the paragraph began that the line above is of; `other`: it is of something else. */
  let paragraph: number | 'other' | null = null;
  const start = frontMatterLines(lines);
  for (const [at, line] of lines.entries()) {
    const { text } = line;
    if (at < start) {
      isProse.push(false);
      continue;
    }
    if (fence?.isQuoted && !/^[ \t]*>/.test(text)) fence = null;
    if (fence) {
      isProse.push(false);
      if (closes(text, fence.mark)) fence = null;
      continue;
    }
    const opened = FENCE.exec(text);
    if (opened) {
      fence = { mark: opened[2] ?? '', isQuoted: opened[1] !== '' };
      paragraph = null;
      isProse.push(false);
      continue;
    }
    isProse.push(true);
    const atx = ATX.exec(text);
    const underline = UNDERLINE.exec(text);
    if (atx) {
      headings.push({ first: at, last: at, level: atx[1]?.length ?? 1, text: titleOf(atx[2] ?? '') });
      paragraph = null;
    } else if (underline && typeof paragraph === 'number') {
      const title = lines.slice(paragraph, at).map((each) => each.text);
      const level = underline[1]?.startsWith('=') ? 1 : 2;
      headings.push({ first: paragraph, last: at, level, text: plain(title.join(' ')) });
      paragraph = null;
    } else if (isBlank(line) || BREAK.test(text)) {
      paragraph = null;
    } else {
      paragraph ??= NO_PARAGRAPH.test(text) ? 'other' : at;
    }
  }
  return { isProse, headings };
}

function closes(text: string, mark: string): boolean {
  const run = /^[ \t]*(?:>[ \t]*)*(`{3,}|~{3,})[ \t]*$/.exec(text)?.[1] ?? '';
  return run[0] === mark[0] && run.length >= mark.length;
}

function titleOf(text: string): string {
  return plain(text.replace(/(?:^|[ \t]+)#+[ \t]*$/, ''));
}

/** How many lines the front matter takes, with its fences; 0 = there is none. */
function frontMatterLines(lines: readonly Line[]): number {
  if (!/^---[ \t]*$/.test(lines[0]?.text ?? '')) return 0;
  return lines.findIndex((line, at) => at > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(line.text)) + 1;
}

/** What a rule means by a heading, as byte text: `## Answers`, or `Answers` on any level. */
export function wantedHeading(under: string): { level: number | null; text: string } {
  const atx = ATX.exec(under);
  return atx
    ? { level: atx[1]?.length ?? null, text: titleOf(atx[2] ?? '') }
    : { level: null, text: plain(under) };
}

/** The first heading that is meant. */
export function findHeading(outline: Outline, under: string): Heading | null {
  const wanted = wantedHeading(under);
  const isMeant = ({ level, text }: Heading) =>
    text === wanted.text && (wanted.level === null || level === wanted.level);
  return outline.headings.find(isMeant) ?? null;
}

/** The line before which a section's new last line goes: blank lines before the next heading stay there. */
export function sectionEnd(lines: readonly Line[], outline: Outline, heading: Heading): number {
  const next = outline.headings.find(({ first, level }) => first > heading.last && level <= heading.level);
  let end = next?.first ?? lines.length;
  while (end > heading.last + 1 && isBlankAt(lines, end - 1)) end -= 1;
  return end;
}

function isBlankAt(lines: readonly Line[], at: number): boolean {
  const line = lines[at];
  return line !== undefined && isBlank(line);
}
