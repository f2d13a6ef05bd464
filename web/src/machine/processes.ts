import type { ProcessRow } from '../../../src/contract/process-view.ts';

export type ProcessSort = 'cpu' | 'memoryMb' | 'threads' | 'name' | 'pid' | 'started';

/** The rows of a table: sorted, or as the tree that they came in, without what is folded away. */
export function shownProcesses(
  rows: readonly ProcessRow[],
  { sort, tree, folded }: { sort: ProcessSort; tree: boolean; folded: ReadonlySet<number> },
): ProcessRow[] {
  return tree ? unfolded(rows, folded) : [...rows].sort(orderBy(sort));
}

/** What is beneath each process, by its id: how many, and what all of them use with it. */
export function beneath(
  rows: readonly ProcessRow[],
): Map<number, { children: number; cpu: number; memoryMb: number }> {
  const sums = new Map<number, { children: number; cpu: number; memoryMb: number }>();
  const above: ProcessRow[] = [];
  for (const row of rows) {
    while (above.length > 0 && (above.at(-1)?.depth ?? 0) >= row.depth) above.pop();
    sums.set(row.pid, { children: 0, cpu: row.cpu, memoryMb: row.memoryMb });
    for (const { pid } of above) {
      const sum = sums.get(pid);
      if (sum === undefined) continue;
      sum.children += 1;
      sum.cpu += row.cpu;
      sum.memoryMb += row.memoryMb;
    }
    above.push(row);
  }
  return sums;
}

/** Rows of a tree stand beneath their parent, deeper: all that follow a folded one and are deeper go with it. */
function unfolded(rows: readonly ProcessRow[], folded: ReadonlySet<number>): ProcessRow[] {
  const shown: ProcessRow[] = [];
  let hidden: number | null = null;
  for (const row of rows) {
    if (hidden !== null && row.depth > hidden) continue;
    hidden = folded.has(row.pid) ? row.depth : null;
    shown.push(row);
  }
  return shown;
}

function orderBy(sort: ProcessSort): (a: ProcessRow, b: ProcessRow) => number {
  switch (sort) {
    case 'name':
      return (a, b) => a.name.localeCompare(b.name) || a.pid - b.pid;
    case 'pid':
      return (a, b) => a.pid - b.pid;
    case 'started':
      return (a, b) => Date.parse(b.started) - Date.parse(a.started) || b.pid - a.pid;
    case 'threads':
      return (a, b) => (b.threads ?? -1) - (a.threads ?? -1) || a.pid - b.pid;
    case 'cpu':
    case 'memoryMb':
      return (a, b) => b[sort] - a[sort] || a.pid - b.pid;
    default:
      return sort satisfies never;
  }
}
