import { diffLines, diffWordsWithSpace } from 'diff';

/** A piece of a line; `changed` is what differs from the line in whose place it stands. */
export interface Piece {
  text: string;
  changed: boolean;
}

export interface Line {
  /** From 1, in the text that it is of. */
  number: number;
  pieces: Piece[];
  /** The text ends in it without a line break. */
  isOpen: boolean;
}

/** A run of lines of two texts. */
export type Block =
  | { kind: 'same'; before: Line[]; after: Line[] }
  | { kind: 'changed'; removed: Line[]; added: Line[] };

/** Past so many changed lines two texts have nothing to do with each other: looking further would stop the page. */
const MOST_EDITS = 1000;
/** Lines that are longer are not looked into word by word. */
const LONG_LINE = 2000;
/** Past so many pairs of lines, neither. */
const MOST_PAIRS = 400;

/** Two texts as runs of what stays and what changes, every line of both. `before` null = there was nothing. */
export function blocksOf(before: string | null, after: string): Block[] {
  const changes = diffLines(before ?? '', after, { maxEditLength: MOST_EDITS }) ?? [
    { value: before ?? '', removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  const blocks: Block[] = [];
  let old = 1;
  let young = 1;
  for (const { value, added, removed } of changes) {
    if (value === '') continue;
    if (!added && !removed) {
      const was = linesOf(value, old);
      blocks.push({ kind: 'same', before: was, after: linesOf(value, young) });
      old += was.length;
      young += was.length;
      continue;
    }
    const last = blocks.at(-1);
    const block = last?.kind === 'changed' ? last : { kind: 'changed' as const, removed: [], added: [] };
    if (block !== last) blocks.push(block);
    const lines = linesOf(value, removed ? old : young);
    (removed ? block.removed : block.added).push(...lines);
    if (removed) old += lines.length;
    else young += lines.length;
  }
  let pairs = 0;
  for (const block of blocks)
    if (block.kind === 'changed') pairs = markWords(block.removed, block.added, pairs);
  return blocks;
}

/** How many lines go and come. */
export function countsOf(blocks: readonly Block[]): { removed: number; added: number } {
  const counts = { removed: 0, added: 0 };
  for (const block of blocks) {
    if (block.kind === 'same') continue;
    counts.removed += block.removed.length;
    counts.added += block.added.length;
  }
  return counts;
}

function linesOf(text: string, first: number): Line[] {
  const lines = text.split('\n');
  const isClosed = lines.at(-1) === '';
  if (isClosed) lines.pop();
  return lines.map((line, at) => ({
    number: first + at,
    pieces: [{ text: line, changed: false }],
    isOpen: !isClosed && at === lines.length - 1,
  }));
}

/** What differs within lines that stand in each other's place. */
function markWords(removed: readonly Line[], added: readonly Line[], done: number): number {
  let pairs = done;
  for (const [at, old] of removed.entries()) {
    const young = added[at];
    if (young === undefined || pairs++ > MOST_PAIRS) break;
    const [was, is] = [textOf(old), textOf(young)];
    if (was.length > LONG_LINE || is.length > LONG_LINE) continue;
    const words = diffWordsWithSpace(was, is);
    const kept = words.reduce(
      (sum, { value, added, removed }) => sum + (added || removed ? 0 : value.trim().length),
      0,
    );
    // Two lines that share hardly anything are two lines, and no edit.
    if (kept * 3 < Math.max(was.length, is.length)) continue;
    old.pieces = words
      .filter((word) => !word.added)
      .map(({ value, removed }) => ({ text: value, changed: removed }));
    young.pieces = words
      .filter((word) => !word.removed)
      .map(({ value, added }) => ({ text: value, changed: added }));
  }
  return pairs;
}

/** A line's text, whole. */
export function textOf({ pieces }: Line): string {
  return pieces.map(({ text }) => text).join('');
}
