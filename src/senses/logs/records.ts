import type { Line } from './lines.ts';

/** Lines that belong together: a message and its stack, or one line. */
export interface LogRecord {
  from: number;
  to: number;
  lines: number;
  text: string;
}

/** Puts lines together to records. */
export interface RecordGrouper {
  /** Where the record begins that more lines may come to; null where none is open. */
  readonly open: number | null;
  /** The records that a line ends, and itself where nothing can come to it. */
  push(line: Line, begins: boolean): LogRecord[];
  /** The open record. */
  flush(): LogRecord | null;
}

const MOST_LINES = 500;
const MOST_CHARACTERS = 65_536;

/** Without `multiline` every line is a record. Longer records than 500 lines or 64 KB go on as another one. */
export function createRecordGrouper(multiline: boolean): RecordGrouper {
  let lines: Line[] = [];
  let characters = 0;

  function take(): LogRecord | null {
    const [first] = lines;
    const last = lines.at(-1);
    if (!first || !last) return null;
    const record = {
      from: first.from,
      to: last.to,
      lines: lines.length,
      text: lines.map(({ text }) => text).join('\n'),
    };
    lines = [];
    characters = 0;
    return record;
  }

  return {
    get open() {
      return lines[0]?.from ?? null;
    },
    push(line, begins) {
      const isFull = lines.length >= MOST_LINES || characters + line.text.length > MOST_CHARACTERS;
      const before = !multiline || begins || isFull ? take() : null;
      lines.push(line);
      characters += line.text.length;
      const itself = multiline ? null : take();
      return [before, itself].filter((record) => record !== null);
    },
    flush: take,
  };
}
