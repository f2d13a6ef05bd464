import { type Span, type Terminal, widthOf } from './terminal.ts';

/** Narrowest room that text is wrapped into; in less it is left to the terminal. */
const NARROWEST = 16;

/** One line, broken at spaces where the terminal is too narrow; what follows is indented by `indent` columns. */
export function printWrapped(terminal: Terminal, indent: number, ...spans: Span[]): void {
  for (const line of wrapped(spans, terminal.columns, indent)) terminal.line(...line);
}

/** Spans as lines of at most `columns`, all but the first indented. A word wider than that stays whole. */
export function wrapped(spans: readonly Span[], columns: number, indent: number): Span[][] {
  if (columns - indent < NARROWEST || columns === Number.POSITIVE_INFINITY) return [[...spans]];
  let line: Span[] = [];
  const lines = [line];
  let width = 0;
  let begun = false;
  for (const { space, word } of words(spans)) {
    const wide = widthOf(space) + word.reduce((sum, span) => sum + widthOf(textOf(span)), 0);
    if (begun && width + wide > columns) {
      line = [' '.repeat(indent), ...word];
      lines.push(line);
      width = indent + wide - widthOf(space);
    } else {
      line.push(space, ...word);
      width += wide;
    }
    begun = true;
  }
  return lines;
}

/** Text of several lines, such as a problem with its details, as one line. */
export function oneLine(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
}

/** The words of all spans, each with the space before it; a word may have several styles. */
function words(spans: readonly Span[]): { space: string; word: Span[] }[] {
  const found: { space: string; word: Span[] }[] = [];
  let current: { space: string; word: Span[] } = { space: '', word: [] };
  for (const span of spans) {
    for (const part of textOf(span).split(/( +)/)) {
      if (part === '') continue;
      if (!part.startsWith(' ')) current.word.push(typeof span === 'string' ? part : [span[0], part]);
      else if (current.word.length === 0) current.space += part;
      else {
        found.push(current);
        current = { space: part, word: [] };
      }
    }
  }
  return current.word.length === 0 ? found : [...found, current];
}

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}
