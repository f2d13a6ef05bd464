import { useMemo, useState } from 'preact/hooks';
import { blocksOf, countsOf, type Line } from './lines.ts';
import { type Row, rowsOf } from './rows.ts';
import { useWidth } from './use-width.ts';
import { VisibleText } from './visible-text.tsx';
import './diff.css';

/** From this width on both texts stand beside each other. */
const WIDE = 720;
/** Rows that are drawn at once: a page of a million lines would stand still. */
const STEP = 800;

/** What would become of a text, whole: what stays is folded away until somebody looks. */
export function Diff({ before, after, label }: { before: string | null; after: string; label: string }) {
  const [place, width] = useWidth();
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [most, setMost] = useState(STEP);
  const blocks = useMemo(() => blocksOf(before, after), [before, after]);
  const counts = countsOf(blocks);
  const isBeside = width >= WIDE && before !== null && before !== '' && after !== '';
  const rows = useMemo(() => rowsOf(blocks, isBeside, open), [blocks, isBeside, open]);
  const left = rows.length - most;

  if (counts.added + counts.removed === 0) {
    return <p class="diff-same">{before === null ? 'An empty file.' : 'It stays as it is.'}</p>;
  }
  return (
    <figure class="diff" ref={place} aria-label={`Changes of ${label}`}>
      <figcaption class="diff-counts">
        <span class="diff-plus">+{counts.added}</span> <span class="diff-minus">−{counts.removed}</span>
        <span class="unseen"> lines come and go</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it so */}
      <section class="diff-scroll" tabIndex={0} aria-label={`Lines of ${label}`}>
        <table class={isBeside ? 'diff-table beside' : 'diff-table'}>
          <colgroup>
            <col class="diff-number" />
            <col class={isBeside ? 'diff-sign' : 'diff-number'} />
            <col class={isBeside ? '' : 'diff-sign'} />
            <col class={isBeside ? 'diff-number' : ''} />
            {isBeside && <col class="diff-sign" />}
            {isBeside && <col />}
          </colgroup>
          <tbody>
            {rows
              .slice(0, most)
              .map((row) =>
                row.kind === 'fold' ? (
                  <Fold
                    key={`fold${row.at}`}
                    row={row}
                    wide={isBeside}
                    open={() => setOpen(new Set([...open, row.at]))}
                  />
                ) : isBeside ? (
                  <BesideRow key={keyOf(row)} row={row} />
                ) : (
                  <StackedRow key={keyOf(row)} row={row} />
                ),
              )}
          </tbody>
        </table>
      </section>
      {left > 0 && (
        <button type="button" class="diff-more" onClick={() => setMost(most + STEP * 5)}>
          {left} more lines: show {Math.min(left, STEP * 5)}
        </button>
      )}
    </figure>
  );
}

type Lines = Exclude<Row, { kind: 'fold' }>;

function keyOf({ before, after }: Lines): string {
  return `${before?.number ?? ''}:${after?.number ?? ''}`;
}

function Fold({ row, wide, open }: { row: Extract<Row, { kind: 'fold' }>; wide: boolean; open: () => void }) {
  return (
    <tr class="diff-fold">
      <td colSpan={wide ? 6 : 4}>
        <button type="button" onClick={open}>
          {row.lines} lines that stay
        </button>
      </td>
    </tr>
  );
}

function StackedRow({ row }: { row: Lines }) {
  const { before, after } = row;
  const line = after ?? before;
  const change = row.kind === 'same' ? '' : after === null ? 'minus' : 'plus';
  return (
    <tr class={change}>
      <td class="diff-number" data-line={before?.number} />
      <td class="diff-number" data-line={after?.number} />
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
