import { fit, fitEnd, type Span, type Style, type Terminal, widthOf } from './terminal.ts';
import { wrapped } from './wrap.ts';

export interface Column {
  /** Empty: a table without headings. */
  title: string;
  /** `right` for numbers. */
  align?: 'left' | 'right';
  /** Gives way where the terminal is too narrow. Default: it does not. */
  flexible?: boolean;
  /** How a cell too wide gives way. `path`: paths lose their beginning, so that the name stays; `wrap`: not cut but continued beneath (last column only). Default: its end is cut. */
  narrow?: 'path' | 'wrap';
}

const GAP = 2;
const NARROWEST = 8;

/** Rows in aligned columns that fit the terminal; uncut where the output is piped. */
export function printTable(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly Span[])[],
  indent = 0,
): void {
  if (terminal.isPlain) {
    for (const row of rows) terminal.line(sentenceOf(columns, row));
    return;
  }
  const headings = columns.map((column): Span => ['dim', column.title]);
  const titled = columns.some((column) => column.title !== '');
  const all = titled ? [headings, ...rows] : rows;
  const widths = columnWidths(columns, all, terminal.columns - indent);
  for (const row of all) {
    const spans: Span[] = [' '.repeat(indent)];
    let before = indent;
    for (const [at, column] of columns.entries()) {
      const width = widths[at] ?? 0;
      const cell = row[at] ?? '';
      const { style, text } = partsOf(cell);
      if (column.narrow === 'wrap' && widthOf(text) > width) {
        spans.push(cell);
        continue;
      }
      const cut = column.narrow === 'path' ? fitPath(text, width) : fit(text, width);
      const space = ' '.repeat(Math.max(0, width - widthOf(cut)));
      const gap = at === columns.length - 1 ? '' : ' '.repeat(GAP);
      const body: Span = style === null ? cut : [style, cut];
      spans.push(...(column.align === 'right' ? [space, body] : [body, space]), gap);
      before += width + gap.length;
    }
    for (const line of wrapped(spans, terminal.columns, before)) terminal.line(...line);
  }
}

/** A row as it is read aloud: each value after its heading. */
function sentenceOf(columns: readonly Column[], row: readonly Span[]): string {
  return columns
    .map(({ title }, at) => ({ title: title.toLowerCase(), text: partsOf(row[at] ?? '').text.trim() }))
    .filter(({ text }) => text !== '' && text !== '-')
    .map(({ title, text }) => (title === '' ? text : `${title} ${text}`))
    .join(', ');
}

/** Widest cells, with the flexible columns sharing what remains of `available`. */
function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly Span[])[],
  available: number,
): number[] {
  const widths = columns.map((_, at) =>
    Math.max(0, ...rows.map((row) => widthOf(partsOf(row[at] ?? '').text))),
  );
  let excess = widths.reduce((sum, width) => sum + width + GAP, -GAP) - available;
  // The widest flexible column gives first, so that short ones stay whole.
  while (excess > 0) {
    let widest = -1;
    for (const [at, column] of columns.entries()) {
      if (column.flexible !== true || (widths[at] ?? 0) <= NARROWEST) continue;
      if (widest === -1 || (widths[at] ?? 0) > (widths[widest] ?? 0)) widest = at;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function partsOf(span: Span): { style: Style | null; text: string } {
  return typeof span === 'string' ? { style: null, text: span } : { style: span[0], text: span[1] };
}

/** A path loses its beginning, also behind a word such as `write`. */
function fitPath(text: string, width: number): string {
  const [, word = '', path] = /^(\w+ )?(\/.*)$/s.exec(text) ?? [];
  return path === undefined ? fit(text, width) : word + fitEnd(path, Math.max(1, width - widthOf(word)));
}
