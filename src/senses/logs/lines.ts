import { isUtf8 } from 'node:buffer';
import { stripVTControlCharacters } from 'node:util';

/** One line of a log: where its bytes are, and its text without its end. */
export interface Line {
  from: number;
  to: number;
  text: string;
}

/** Cuts bytes into lines, whatever the pieces in which they come. */
export interface LineSplitter {
  /** Where the line begins whose end has not come yet. */
  readonly rest: number;
  /** Something of that line is there. */
  readonly waiting: boolean;
  push(bytes: Buffer): Line[];
  /** What is there of the last line, as a line; null where there is nothing. */
  flush(): Line | null;
}

/** A line without an end is taken as it is from so many bytes on. */
export const LONGEST_LINE = 1 << 20;
/** So many characters of a line are kept. */
export const KEPT = 16_384;

const NEWLINE = 10;
const westernLetters = new TextDecoder('windows-1252');

/** For bytes from a place on. */
export function createLineSplitter(offset: number): LineSplitter {
  let rest = offset;
  let carried: Buffer[] = [];
  let size = 0;

  function take(last: Buffer, ends: boolean): Line {
    const bytes = carried.length === 0 ? last : Buffer.concat([...carried, last]);
    const line = { from: rest, to: rest + bytes.length, text: textOf(ends ? bytes.subarray(0, -1) : bytes) };
    rest = line.to;
    carried = [];
    size = 0;
    return line;
  }

  return {
    get rest() {
      return rest;
    },
    get waiting() {
      return size > 0;
    },
    push(bytes) {
      const lines: Line[] = [];
      let at = 0;
      while (at < bytes.length) {
        const end = bytes.indexOf(NEWLINE, at);
        const room = LONGEST_LINE - size;
        const until = end === -1 ? bytes.length : end + 1;
        if (until - at > room) {
          lines.push(take(bytes.subarray(at, at + room), false));
          at += room;
        } else if (end === -1) {
          // A copy: the caller's buffer is used again.
          carried.push(Buffer.from(bytes.subarray(at)));
          size += bytes.length - at;
          at = bytes.length;
        } else {
          lines.push(take(bytes.subarray(at, until), true));
          at = until;
        }
      }
      return lines;
    },
    flush: () => (size === 0 ? null : take(Buffer.alloc(0), false)),
  };
}

/** Text of a line's bytes: as UTF-8, else as Windows-1252, which every byte is valid in. */
function textOf(bytes: Buffer): string {
  let line = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
  // A program that goes on writing where it was, in a file that was cut, leaves a hole of zeros before its text.
  let zeros = 0;
  while (line[zeros] === 0) zeros += 1;
  line = line.subarray(zeros);
  // Bytes of one character do not become more than one: what is cut here is cut again below.
  const part = line.length > KEPT * 4 ? line.subarray(0, KEPT * 4) : line;
  const decoded =
    isUtf8(part) || (part.length < line.length && isCutUtf8(part))
      ? part.toString('utf8')
      : westernLetters.decode(part);
  const text = CONTROL.test(decoded) ? withoutControls(decoded) : decoded;
  if (text.length <= KEPT && part.length === line.length) return text;
  return `${text.slice(0, KEPT)}… (a line of ${line.length} bytes)`;
}

/** What a terminal would act on, but for a tab. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
const CONTROLS = new RegExp(CONTROL, 'g');

/** Colours and the like are gone; any other control is a space. */
function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, ' ');
}

/** Whether it is UTF-8 but for a character that was cut at its end. */
function isCutUtf8(bytes: Buffer): boolean {
  for (let cut = 1; cut < 4; cut += 1) if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true;
  return false;
}
