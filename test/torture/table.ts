import { isRight, type Row } from './suite.ts';

/** The table that people are to believe: Markdown, so that it can stand in a document as it is. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['fault', 'runs', 'lost', 'doubled', 'slowest recovery', 'verdict'];
  const lines = rows.map((row) =>
    row.skipped === undefined
      ? [
          row.name,
          row.runs,
          row.lost,
          row.doubled,
          row.slowest === 0 ? '' : `${row.slowest.toFixed(1)} s`,
          verdictOf(row),
        ]
      : [row.name, '', '', '', '', `skipped: ${row.skipped}`],
  );
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function verdictOf(row: Row): string {
  if (row.mustFail !== undefined)
    return isRight(row) ? 'must fail: failed as it must' : 'MUST FAIL, AND DID NOT';
  if (row.runs === 0) return 'NOT RUN';
  return isRight(row) ? 'holds' : 'VIOLATED';
}
