import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Columns, columnsOf } from './columns.ts';
import { blocksOf, countsOf, type Line } from './lines.ts';
import { type Row, rowsOf } from './rows.ts';
import { useWidth } from './use-width.ts';
import { visibleWords } from './visible.ts';
import { VisibleText } from './visible-text.tsx';
import './diff.css';

/** From this width on both texts stand beside each other. */
const WIDE = 720;
/** Rows that are drawn at once: a page of a million lines would stand still. */
const STEP = 800;

interface DiffProps {
  /** Null = there was nothing. */
  before: string | null;
  after: string;
  label: string;
  /** `after` is what was added to a text of which nothing else is known: its lines have no numbers. */
  isPiece?: boolean;
  /** With more lines that come and go, it is folded until somebody looks. */
  mostOpen?: number;
  /** Told whether all of it is drawn, or lines wait for somebody to ask for them. */
  whole?(isWhole: boolean): void;
}

/** What becomes of a text, whole: what stays is folded away until somebody looks. */
export function Diff({
  before,
  after,
  label,
  isPiece = false,
  mostOpen = Number.POSITIVE_INFINITY,
  whole,
}: DiffProps) {
  const [place, width] = useWidth();
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [most, setMost] = useState(STEP);
  const [isUnfolded, setUnfolded] = useState(false);
  const blocks = useMemo(() => blocksOf(before, after), [before, after]);
  const { added, removed } = countsOf(blocks);
  const isFolding = added + removed > mostOpen;
  const columns = columnsOf(before, after, { isPiece, isWide: width >= WIDE });
  const rows = useMemo(() => rowsOf(blocks, columns.isBeside, open), [blocks, columns.isBeside, open]);
  const left = rows.length - most;
  useEffect(() => whole?.(left <= 0), [left <= 0]);

  if (added + removed === 0) {
    return <p class="diff-same">{before === null ? 'An empty file.' : 'It stays as it is.'}</p>;
  }
  return (
    <figure class="diff" ref={place} aria-label={`Changes of ${visibleWords(label)}`}>
      <figcaption class="diff-head">
        {isPiece && <span>Added to what was there</span>}
        {before === null && !isPiece && <span>A new file</span>}
        {isFolding && (
          <button
            type="button"
            class="diff-toggle"
            aria-expanded={isUnfolded}
            onClick={() => setUnfolded(!isUnfolded)}
          >
            {isUnfolded ? 'Hide' : 'Show'} {added + removed} changed lines
          </button>
        )}
        <span class="diff-counts">
          <span class="diff-plus">+{added}</span> <span class="diff-minus">−{removed}</span>
          <span class="unseen"> lines come and go</span>
        </span>
      </figcaption>
      {(isUnfolded || !isFolding) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it so
        <section class="diff-scroll" tabIndex={0} aria-label={`Lines of ${visibleWords(label)}`}>
          <table class={columns.isBeside ? 'diff-table beside' : 'diff-table'}>
            <Widths columns={columns} />
            <tbody>
              {rows
                .slice(0, most)
                .map((row) =>
                  row.kind === 'fold' ? (
                    <Fold
                      key={`fold${row.at}`}
                      row={row}
                      columns={columns}
                      open={() => setOpen(new Set([...open, row.at]))}
                    />
                  ) : columns.isBeside ? (
                    <BesideRow key={keyOf(row)} row={row} />
                  ) : (
                    <StackedRow key={keyOf(row)} row={row} columns={columns} />
                  ),
                )}
            </tbody>
          </table>
        </section>
      )}
      {left > 0 && (isUnfolded || !isFolding) && (
        <button type="button" class="diff-more" onClick={() => setMost(most + STEP * 5)}>
          {left} more lines: show {Math.min(left, STEP * 5)}
        </button>
      )}
    </figure>
  );
}

function Widths({ columns: { isBeside, hasOld, hasNew } }: { columns: Columns }) {
  return (
    <colgroup>
      {hasOld && <col class={oldClass(isBeside, hasNew)} />}
      {isBeside && <col class="diff-sign" />}
      {isBeside && <col />}
      {hasNew && <col class="diff-number" />}
      <col class="diff-sign" />
      <col />
    </colgroup>
  );
}

/** Where there is little room, the old numbers give way to the new ones. */
function oldClass(isBeside: boolean, hasNew: boolean): string {
  return hasNew && !isBeside ? 'diff-number diff-old' : 'diff-number';
}

type Lines = Exclude<Row, { kind: 'fold' }>;

function keyOf({ before, after }: Lines): string {
  return `${before?.number ?? ''}:${after?.number ?? ''}`;
}

interface FoldProps {
  row: Extract<Row, { kind: 'fold' }>;
  columns: Columns;
  open(): void;
}

function Fold({ row, columns, open }: FoldProps) {
  return (
    <tr class="diff-fold">
      <td colSpan={columns.isBeside ? 6 : 4}>
        <button type="button" onClick={open}>
          {row.lines} lines that stay
        </button>
      </td>
    </tr>
  );
}

function StackedRow({ row, columns: { hasOld, hasNew } }: { row: Lines; columns: Columns }) {
  const { before, after } = row;
  const line = after ?? before;
  const change = row.kind === 'same' ? '' : after === null ? 'minus' : 'plus';
  return (
    <tr class={change}>
      {hasOld && <td class={oldClass(false, hasNew)} data-line={before?.number} />}
      {hasNew && <td class="diff-number" data-line={after?.number} />}
      <Sign change={change} />
      <Text line={line} />
    </tr>
  );
}

function BesideRow({ row }: { row: Lines }) {
  const { before, after } = row;
  const isSame = row.kind === 'same';
  return (
    <tr>
      <td class={`diff-number ${sideOf(before, isSame, 'minus')}`} data-line={before?.number} />
      <Sign change={sideOf(before, isSame, 'minus')} />
      <Text line={before} change={sideOf(before, isSame, 'minus')} />
      <td class={`diff-number ${sideOf(after, isSame, 'plus')}`} data-line={after?.number} />
      <Sign change={sideOf(after, isSame, 'plus')} />
      <Text line={after} change={sideOf(after, isSame, 'plus')} />
    </tr>
  );
}

function sideOf(line: Line | null, isSame: boolean, change: 'minus' | 'plus'): string {
  return line === null ? 'none' : isSame ? '' : change;
}

/** Not by colour alone. */
function Sign({ change }: { change: string }) {
  return <td class={`diff-sign ${change}`}>{change === 'plus' ? '+' : change === 'minus' ? '−' : ''}</td>;
}

function Text({ line, change = '' }: { line: Line | null; change?: string }) {
  return (
    <td class={`diff-text ${change}`}>
      {line?.pieces.map(({ text, changed }, at) =>
        changed ? (
          <mark key={at}>
            <VisibleText text={text} />
          </mark>
        ) : (
          <VisibleText key={at} text={text} />
        ),
      )}
      {line?.isOpen === true && <span class="diff-open">no line break at the end</span>}
    </td>
  );
}
