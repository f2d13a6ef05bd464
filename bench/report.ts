import type { Measured, Row } from './figure.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';
const HEAD = [
  '| figure | ours | baseline | ratio | target | met | measured |',
  '|---|---|---|---|---|---|---|',
];

/** What one figure came to. */
export interface Finding {
  name: string;
  measured: Measured;
}

/** The table for a terminal, columns aligned. */
export function tableOf(findings: readonly Finding[]): string {
  const head = ['figure', 'ours', 'baseline', 'ratio', 'target', 'met?'];
  const rows = [head, ...findings.flatMap(({ measured }) => measured.rows.map(cellsOf))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The document with these findings in it; figures that were not measured this time keep what they had. */
export function written(document: string, findings: readonly Finding[], facts: string, date: string): string {
  const [before = '', rest = ''] = document.split(BEGIN);
  const [kept = '', after = ''] = rest.split(END);
  const lines = kept.split('\n');
  const names = new Set(findings.map(({ name }) => name));
  const isOld = (line: string) => Array.from(names).some((name) => line.includes(`<!-- ${name} -->`));
  const rows = [
    ...lines.filter((line) => line.startsWith('|') && line.includes('<!--') && !isOld(line)),
    ...findings.flatMap(({ name, measured }) => measured.rows.map((row) => rowOf(name, row, date))),
  ];
  const notes = [
    ...lines.filter((line) => line.startsWith('- ') && !isOld(line)),
    ...findings.flatMap(({ name, measured }) =>
      measured.notes.map((note) => `- **${name}** ${note} <!-- ${name} -->`),
    ),
  ];
  const block = ['', `Last run on ${date}: ${facts}.`, '', ...HEAD, ...rows, '', ...notes, ''];
  return `${before}${BEGIN}\n${block.join('\n')}\n${END}${after}`;
}

function rowOf(name: string, row: Row, date: string): string {
  return `| ${[...cellsOf(row), date].join(' | ')} <!-- ${name} --> |`;
}

function cellsOf(row: Row): string[] {
  return [row.what, row.ours, row.baseline, `${row.ratio.toFixed(2)}x`, row.target, row.met ? 'yes' : 'NO'];
}
