import { BOM, bytesOf, byteTextOf } from './byte-text.ts';

/** A line of byte text. `end`: `\n`, `\r\n`, or nothing for a last line without an end. */
export interface Line {
  text: string;
  end: string;
}

/** A file as lines, its byte order mark apart. */
export interface Lines {
  bom: string;
  lines: Line[];
}

/** `whole`: null = there is no file. */
export function linesOfFile(whole: Buffer | null): Lines {
  const text = byteTextOf(whole ?? Buffer.alloc(0));
  const bom = text.startsWith(BOM) ? BOM : '';
  return { bom, lines: linesOf(text.slice(bom.length)) };
}

export function fileOf({ bom, lines }: Lines): Buffer {
  return bytesOf(bom + lines.map(({ text, end }) => text + end).join(''));
}

export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    if (feed === -1) {
      lines.push({ text: text.slice(at), end: '' });
      break;
    }
    const end = feed > at && text[feed - 1] === '\r' ? '\r\n' : '\n';
    lines.push({ text: text.slice(at, feed + 1 - end.length), end });
    at = feed + 1;
  }
  return lines;
}

/**
 * The lines with others before the one at `at`. They end as the line above does; where the last line has no end, the
 * new last one has none.
 */
export function withLines(lines: readonly Line[], at: number, texts: readonly string[]): Line[] {
  const above = lines.slice(0, at);
  const last = above.at(-1);
  const end = last?.end || (lines.find((line) => line.end !== '')?.end ?? '\n');
  const added = texts.map((text) => ({ text, end }));
  const newest = added.at(-1);
  if (last?.end === '' && newest) {
    above[above.length - 1] = { text: last.text, end };
    newest.end = '';
  }
  return [...above, ...added, ...lines.slice(at)];
}

/** The lines without `count` of them: the inverse of {@link withLines}, also where others were edited since. */
export function withoutLines(lines: readonly Line[], at: number, count: number): Line[] {
  if (count === 0) return [...lines];
  const kept = lines.slice(0, at);
  const last = kept.at(-1);
  if (last && at + count === lines.length && lines.at(-1)?.end === '')
    kept[kept.length - 1] = { text: last.text, end: '' };
  return [...kept, ...lines.slice(at + count)];
}

export function isBlank({ text }: Line): boolean {
  return /^[ \t]*$/.test(text);
}
