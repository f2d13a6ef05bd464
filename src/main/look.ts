import { systemClock } from '../base/clock.ts';
import type { ProcessFacts } from '../contract/process.ts';
import type { ProcessConnection, ProcessesView, ProcessRow } from '../contract/process-view.ts';
import { PROCESS_PRESETS } from '../contract/rule-on.ts';
import { createMatcher, nameTest } from '../senses/processes/match.ts';
import { createProcessReader } from '../senses/processes/open.ts';
import type { ProcessReader } from '../senses/processes/reader.ts';
import { childrenOf, totalOf, withChildren } from '../senses/processes/tree.ts';
import { createVitalsReader } from '../senses/vitals/open.ts';
import type { LookAtProcesses, LookAtVitals } from '../surfaces/daemon.ts';

/** Long enough for a share of a core in steps of 2 %: the kernel counts hundredths of a second. */
const MEASURED_OVER_MS = 500;

/** The processes of this machine, as the sense sees them; needs no daemon. */
export const lookAtProcesses: LookAtProcesses = async (options) => {
  const reader = await createProcessReader(systemClock);
  try {
    return await lookWith(reader, options);
  } finally {
    reader.close();
  }
};

async function lookWith(
  reader: ProcessReader,
  { name, tree, connections, signal }: LookOptions,
): Promise<ProcessesView> {
  await reader.snapshot();
  await systemClock.sleep(MEASURED_OVER_MS, signal);
  const all = await reader.snapshot();
  const matched = name === undefined ? all : wanted(name, all);
  const rows = tree ? treeOf(matched, all) : matched.map((facts) => ({ depth: 0, facts }));
  const open = connections ? await reader.connectionsOf(rows.map(({ facts }) => facts.pid)) : null;
  return {
    processes: rows.map(({ depth, facts }) => rowOf(depth, facts, open)),
    total: totalOf(withChildren(matched, all), matched.length),
    matched: matched.length,
  };
}

type LookOptions = Parameters<LookAtProcesses>[0];

/** A preset by its name, a glob for names, or, where no name is like it, a part of command lines. */
function wanted(name: string, all: readonly ProcessFacts[]): ProcessFacts[] {
  const preset = PROCESS_PRESETS.find((each) => each === name);
  if (preset !== undefined) return createMatcher({ preset }).among(all);
  const named = all.filter(nameTest(name));
  if (named.length > 0) return named;
  // This command's own line holds the word, whatever it is.
  const part = name.toLowerCase();
  return all.filter(({ pid, command }) => pid !== process.pid && command.toLowerCase().includes(part));
}

/** Each with its children beneath it; one whose parent is in the list stands beneath that. */
function treeOf(
  matched: readonly ProcessFacts[],
  all: readonly ProcessFacts[],
): { depth: number; facts: ProcessFacts }[] {
  const inList = new Set(withChildren(matched, all).map(({ pid }) => pid));
  const rows: { depth: number; facts: ProcessFacts }[] = [];
  for (const facts of matched) {
    if (inList.has(facts.parent) && facts.parent !== facts.pid) continue;
    const depths = new Map([[facts.pid, 0]]);
    rows.push({ depth: 0, facts });
    for (const child of childrenOf(facts.pid, all)) {
      const depth = (depths.get(child.parent) ?? 0) + 1;
      depths.set(child.pid, depth);
      rows.push({ depth, facts: child });
    }
  }
  return rows;
}

function rowOf(
  depth: number,
  facts: ProcessFacts,
  open: ReadonlyMap<number, ProcessConnection[] | null> | null,
): ProcessRow {
  const { identity: _, names: __, started, ...rest } = facts;
  const row = { depth, ...rest, started: new Date(started).toISOString() };
  return open === null ? row : { ...row, connections: open.get(facts.pid) ?? null };
}

/** The vitals just now, as the sense measures them; needs no daemon. */
export const lookAtVitals: LookAtVitals = async (signal) => {
  const reader = await createVitalsReader(systemClock);
  await systemClock.sleep(MEASURED_OVER_MS, signal);
  return await reader.sample();
};
