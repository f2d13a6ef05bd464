import type { LogRecord } from './records.ts';
import { shapeOf } from './shape.ts';

/** Records that are told together. */
export interface Burst {
  readonly records: number;
  readonly lines: number;
  /** Where its first record begins; null while it is empty. */
  readonly from: number | null;
  /** `at`: epoch ms when it was read. */
  add(record: LogRecord, at: number): void;
  text(): string;
}

/** Characters of records that are told whole, half of them at each end. */
const WHOLE_CHARACTERS = 200_000;
/** Shapes that are counted apart. */
const SHAPES = 500;
/** Shapes that are told. */
const TOLD = 20;

interface Kept {
  text: string;
  at: number;
}

interface Group {
  shape: string;
  count: number;
  first: number;
  last: number;
}

/**
 * Gathers records: the first and the last few whole, at most `most` together; the rest counted by shape. What it
 * needs of memory is bounded, however many come.
 */
export function createBurst(most: number): Burst {
  const first: Kept[] = [];
  const last: Kept[] = [];
  const groups = new Map<string, Group>();
  const others: Group = { shape: '', count: 0, first: 0, last: 0 };
  const sizes = { first: 0, last: 0 };
  const mostFirst = Math.ceil(most / 2);
  const mostLast = most - mostFirst;
  let records = 0;
  let lines = 0;
  let from: number | null = null;
  let rest = 0;

  function count({ text, at }: Kept): void {
    rest += 1;
    const shape = shapeOf(text);
    let group = groups.get(shape);
    if (!group) {
      group = groups.size < SHAPES ? { shape, count: 0, first: at, last: at } : others;
      if (group !== others) groups.set(shape, group);
    }
    if (group.count === 0) group.first = at;
    group.count += 1;
    group.last = at;
  }

  return {
    get records() {
      return records;
    },
    get lines() {
      return lines;
    },
    get from() {
      return from;
    },
    add(record, at) {
      const { text } = record;
      from ??= record.from;
      records += 1;
      lines += record.lines;
      // Only while nothing came after: the first ones are told in a row.
      if (rest === 0 && last.length === 0 && first.length < mostFirst && fits(sizes.first, text)) {
        first.push({ text, at });
        sizes.first += text.length;
        return;
      }
      last.push({ text, at });
      sizes.last += text.length;
      while (last.length > mostLast || (last.length > 1 && !fits(sizes.last, ''))) {
        const oldest = last.shift();
        if (!oldest) break;
        sizes.last -= oldest.text.length;
        count(oldest);
      }
    },
    text() {
      const whole = [
        ...first.map(({ text }) => text),
        ...(rest > 0 ? ['[…]'] : []),
        ...last.map(({ text }) => text),
      ];
      if (rest > 0) whole.push('', `and ${rest} more like these:`, ...told(groups, others));
      return whole.join('\n');
    },
  };
}

function fits(size: number, text: string): boolean {
  return size + text.length <= WHOLE_CHARACTERS / 2;
}

/** The commonest first; of those that are as common, the one that came first. */
function told(groups: ReadonlyMap<string, Group>, others: Group): string[] {
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count);
  const left = sorted.slice(TOLD);
  const sum = left.reduce((total, { count }) => total + count, others.count);
  const lines = sorted.slice(0, TOLD).map((group) => `${group.count} × ${group.shape} (${span(group)})`);
  if (sum === 0) return lines;
  const shapes = others.count > 0 ? `more than ${left.length}` : `${left.length}`;
  return [...lines, `${sum} of ${shapes} other shapes`];
}

function span({ first, last }: Group): string {
  const [from, to] = [first, last].map((at) => new Date(at).toISOString());
  return from === to ? `${from}` : `${from} to ${to}`;
}
