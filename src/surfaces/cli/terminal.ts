import { styleText } from 'node:util';
import { HARMFUL, harmlessJson } from '../../base/harmful.ts';

/** The few styles we use. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';
/** A piece of a line: plain text, or text with a style. Texts may hold anything; the terminal makes them harmless. */
export type Span = string | readonly [style: Style, text: string];

/** The part of a writable stream that a terminal needs. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/**
 * The only way to a terminal: whatever is printed, from files, models or names, cannot move the cursor, change
 * colours, hide itself or turn its direction. Colours are added after that, and only if wanted.
 */
export interface Terminal {
  readonly isTty: boolean;
  /** `--plain`, or a terminal that can do no more: words one after the other, nothing in columns, nothing redrawn. */
  readonly isPlain: boolean;
  /** Width to fit in just now: 80 where the terminal does not know its own, Infinity when piped or plain. */
  readonly columns: number;
  line(...spans: Span[]): void;
  /**
   * A last line that stays beneath all others and is redrawn in place, cut to fit; without spans it goes. Does nothing
   * when piped or plain.
   */
  status(...spans: Span[]): void;
  /** Running text: line breaks and tabs stay. */
  text(chunk: string): void;
  /** One JSON document, indented. */
  json(value: unknown): void;
  /** One JSON document on one line. */
  jsonLine(value: unknown): void;
}

export interface TerminalOptions {
  /** False for `--no-color` and `NO_COLOR`; colours need a TTY anyway. */
  colour: boolean;
  plain: boolean;
  /** Standard output and error share one: they are one screen. */
  screen: Screen;
}

/** The last line of a terminal that is redrawn in place; empty where there is none. */
export interface Screen {
  status: string;
}

/** Back to the first column, and nothing on the line. */
const CLEAR = '\r\x1b[2K';

export function createTerminal(sink: Sink, { colour, plain, screen }: TerminalOptions): Terminal {
  const isTty = sink.isTTY === true;
  const painted = colour && isTty && !plain;
  const columns = () => (isTty && !plain ? sink.columns || 80 : Number.POSITIVE_INFINITY);
  const paint = (span: Span) => {
    if (typeof span === 'string') return escapeLine(span);
    const text = escapeLine(span[1]);
    return painted && text !== '' ? styleText(span[0], text, { validateStream: false }) : text;
  };
  // One write each, so that nothing is ever seen half drawn.
  return {
    isTty,
    isPlain: plain,
    get columns() {
      return columns();
    },
    line(...spans) {
      const line = `${spans.map(paint).join('').trimEnd()}\n`;
      sink.write(screen.status === '' || !isTty ? line : `${CLEAR}${line}${screen.status}`);
    },
    status(...spans) {
      if (!isTty || plain) return;
      const next = fitSpans(spans, columns() - 1)
        .map(paint)
        .join('');
      if (next !== screen.status) sink.write(screen.status === '' ? next : `${CLEAR}${next}`);
      screen.status = next;
    },
    text(chunk) {
      sink.write(screen.status === '' || !isTty ? escapeText(chunk) : `${CLEAR}${escapeText(chunk)}`);
      if (isTty) screen.status = '';
    },
    json: (value) => void sink.write(`${harmlessJson(JSON.stringify(value, null, 2))}\n`),
    jsonLine: (value) => void sink.write(`${harmlessJson(JSON.stringify(value))}\n`),
  };
}

/** Text for one line of a terminal: everything harmful is shown as its code, line breaks too. */
export function escapeLine(text: string): string {
  return text.toWellFormed().replace(HARMFUL, shown);
}

/** Text of many lines for a terminal: as {@link escapeLine}, but line breaks and tabs stay. */
function escapeText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .toWellFormed()
    .replace(HARMFUL, (char) => (char === '\n' || char === '\t' ? char : shown(char)));
}

function shown(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

const ZERO_WIDTH = /^(?:\p{Mn}|\p{Me}|\u200c|\u200d|[\ufe00-\ufe0f])$/u;
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Columns that a text takes once it is escaped for a line. */
export function widthOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const char of escapeLine(text)) width += ZERO_WIDTH.test(char) ? 0 : DOUBLE_WIDTH.test(char) ? 2 : 1;
  return width;
}

/** The text, cut to `columns` with `…` where it is wider. The result is escaped. */
export function fit(text: string, columns: number): string {
  if (widthOf(text) <= columns) return escapeLine(text);
  let out = '';
  let width = 0;
  for (const char of escapeLine(text)) {
    const next = width + widthOf(char);
    if (next > columns - 1) break;
    out += char;
    width = next;
  }
  return columns < 1 ? '' : `${out}…`;
}

/** As many of the spans as fit, the last of them cut. */
function fitSpans(spans: readonly Span[], columns: number): Span[] {
  const fitting: Span[] = [];
  let left = columns;
  for (const span of spans) {
    if (left < 1) break;
    const text = typeof span === 'string' ? span : span[1];
    const cut = fit(text, left);
    fitting.push(typeof span === 'string' ? cut : [span[0], cut]);
    left -= widthOf(text);
  }
  return fitting;
}

/** A path, cut at its beginning with `…` where it is wider than `columns`, at a `/` if there is one. The result is escaped. */
export function fitEnd(text: string, columns: number): string {
  if (widthOf(text) <= columns) return escapeLine(text);
  const kept: string[] = [];
  let width = 0;
  for (const char of [...escapeLine(text)].reverse()) {
    width += widthOf(char);
    if (width > columns - 1) break;
    kept.unshift(char);
  }
  const end = kept.join('');
  return columns < 1 ? '' : `…${end.slice(Math.max(0, end.indexOf('/')))}`;
}
