import { MINIMUM_SQLITE, sqliteVersion } from '../../../store/sqlite-version.ts';
import { type Finding, fail, ok } from './finding.ts';

const NODE = [24, 15, 0] as const;
const SQLITE = MINIMUM_SQLITE.split('.').map(Number);

/** The versions of Node and of the SQLite in it. */
export function machineFindings(): Finding[] {
  const mend = 'install a newer Node: https://nodejs.org/en/download';
  const node = process.versions.node;
  const sqlite = sqliteVersion();
  return [
    atLeast(node, NODE)
      ? ok('node', node)
      : fail('node', `${node}, needed is ${NODE.join('.')} or newer`, mend),
    atLeast(sqlite, SQLITE)
      ? ok('sqlite', sqlite)
      : fail('sqlite', `${sqlite}, needed is ${SQLITE.join('.')} or newer, it comes with Node`, mend),
  ];
}

/** Whether a dotted version is `least` or newer. */
export function atLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [at, needed] of least.entries()) {
    const part = parts[at] ?? 0;
    if (part !== needed) return part > needed;
  }
  return true;
}
