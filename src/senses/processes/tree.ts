import type { ProcessFacts } from '../../contract/process.ts';

/** What a process and all beneath it use together. */
export interface TreeTotal {
  /** Percent of one core. */
  cpu: number;
  memoryMb: number;
  /** Null where the system does not tell. */
  threads: number | null;
  /** How many processes are beneath it. */
  children: number;
}

/** The children of a process, theirs, and so on: parents before their children. */
export function childrenOf(pid: number, all: readonly ProcessFacts[]): ProcessFacts[] {
  return beneath([pid], byParent(all));
}

/** Some processes with all beneath them, each once. */
export function withChildren(some: readonly ProcessFacts[], all: readonly ProcessFacts[]): ProcessFacts[] {
  const children = byParent(all);
  const found = new Map(some.map((each) => [each.pid, each]));
  for (const { pid } of some) for (const each of beneath([pid], children)) found.set(each.pid, each);
  return [...found.values()];
}

/** `trees`: processes with their children, as {@link withChildren} gives them; `roots` of them are no children. */
export function totalOf(trees: readonly ProcessFacts[], roots: number): TreeTotal {
  let [cpu, memoryMb, threads] = [0, 0, 0];
  let told = true;
  for (const each of trees) {
    cpu += each.cpu;
    memoryMb += each.memoryMb;
    if (each.threads === null) told = false;
    else threads += each.threads;
  }
  return { cpu, memoryMb, threads: told ? threads : null, children: Math.max(0, trees.length - roots) };
}

type ChildrenByParent = ReadonlyMap<number, readonly ProcessFacts[]>;

function byParent(all: readonly ProcessFacts[]): ChildrenByParent {
  const children = new Map<number, ProcessFacts[]>();
  for (const each of all) {
    const siblings = children.get(each.parent);
    if (siblings) siblings.push(each);
    else children.set(each.parent, [each]);
  }
  return children;
}

function beneath(pids: readonly number[], children: ChildrenByParent): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  // Processes are read one after the other, so that reuse in between may draw a ring.
  const seen = new Set(pids);
  const open = [...pids];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (seen.has(child.pid)) continue;
      seen.add(child.pid);
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}
