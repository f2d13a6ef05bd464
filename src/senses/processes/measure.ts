import { clausesOf } from '../../contract/condition.ts';
import type { Measured, Reading } from '../../contract/happening.ts';
import type { ProcessFacts, ProcessMetric } from '../../contract/process.ts';
import type { ProcessReader } from './reader.ts';
import { totalOf, withChildren } from './tree.ts';
import type { Watch } from './watch.ts';

/** What conditions of one rule are checked against: all that match, with their children, together. */
export async function measure(
  { rule, on, matcher }: Watch,
  all: readonly ProcessFacts[],
  reader: Pick<ProcessReader, 'connectionsOf'>,
  at: number,
): Promise<Measured> {
  const matched = matcher.among(all).filter(({ status }) => status !== 'zombie');
  const trees = withChildren(matched, all);
  const total = totalOf(trees, matched.length);
  const asked = on.when === undefined ? [] : clausesOf(on.when).map(({ metric }) => metric);
  const connections = asked.includes('connections')
    ? sumOf(await reader.connectionsOf(trees.map(({ pid }) => pid)))
    : null;
  const values: Record<ProcessMetric, number | null> = {
    ...{ count: matched.length, cpu: total.cpu, memory_mb: total.memoryMb, children: total.children },
    ...{ threads: total.threads, connections },
  };
  const readings = Object.entries(values).flatMap(([metric, value]): Reading[] =>
    value === null ? [] : [{ metric, of: '', value }],
  );
  return { sense: 'processes', rule, at, readings, offenders: offendersText(trees) };
}

function sumOf(connections: ReadonlyMap<number, readonly unknown[] | null>): number {
  let sum = 0;
  for (const each of connections.values()) sum += each?.length ?? 0;
  return sum;
}

/** The processes that a line is written of, and characters of each command line. */
const MOST_LINES = 8;
const MOST_CHARACTERS = 120;

/** Those that use the most memory or processor time, a line each, the largest first. */
export function offendersText(all: readonly ProcessFacts[]): string {
  const memory = all.reduce((sum, each) => sum + each.memoryMb, 0) || 1;
  const cpu = all.reduce((sum, each) => sum + each.cpu, 0) || 1;
  const weight = (each: ProcessFacts) => Math.max(each.memoryMb / memory, each.cpu / cpu);
  return [...all]
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, MOST_LINES)
    .map(({ name, pid, memoryMb, cpu, command }) => {
      const uses = `${Math.round(memoryMb)} MB, ${Math.round(cpu)} % of a core`;
      return `${name} (${pid}): ${uses}; ${command.slice(0, MOST_CHARACTERS)}`;
    })
    .join('\n');
}
