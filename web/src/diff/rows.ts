import type { Block, Line } from './lines.ts';

/** One row of a diff on a page: both texts beside each other, or one line of either. */
export type Row =
  | { kind: 'same'; before: Line; after: Line }
  | { kind: 'changed'; before: Line | null; after: Line | null }
  /** So many lines that stay and are not shown; `at` names it among the folds of its diff. */
  | { kind: 'fold'; at: number; lines: number };

/** Lines around a change that are shown with it. */
const CONTEXT = 3;
/** A fold that hides fewer saves nothing. */
const LEAST_FOLD = 4;

/**
 * The rows of a diff. `beside`: what goes and what comes in one row; else what goes first. `open`: the folds that a
 * person has opened.
 */
export function rowsOf(blocks: readonly Block[], beside: boolean, open: ReadonlySet<number>): Row[] {
  return blocks.flatMap((block, at) => {
    if (block.kind === 'changed')
      return beside ? pairs(block.removed, block.added) : stacked(block.removed, block.added);
    return folded(block, at, at === 0, at === blocks.length - 1, open);
  });
}

function pairs(removed: readonly Line[], added: readonly Line[]): Row[] {
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, at) => ({
    kind: 'changed' as const,
    before: removed[at] ?? null,
    after: added[at] ?? null,
  }));
}

function stacked(removed: readonly Line[], added: readonly Line[]): Row[] {
  return [
    ...removed.map((before) => ({ kind: 'changed' as const, before, after: null })),
    ...added.map((after) => ({ kind: 'changed' as const, before: null, after })),
  ];
}

function folded(
  { before, after }: Extract<Block, { kind: 'same' }>,
  at: number,
  isFirst: boolean,
  isLast: boolean,
  open: ReadonlySet<number>,
): Row[] {
  const rows: Row[] = before.flatMap((line, index) => {
    const other = after[index];
    return other === undefined ? [] : [{ kind: 'same' as const, before: line, after: other }];
  });
  const head = isFirst ? 0 : CONTEXT;
  const tail = isLast ? 0 : CONTEXT;
  const hidden = rows.length - head - tail;
  if (open.has(at) || hidden < LEAST_FOLD) return rows;
  return [...rows.slice(0, head), { kind: 'fold', at, lines: hidden }, ...rows.slice(rows.length - tail)];
}
