import type { ProcessFacts } from '../../contract/process.ts';
import type { KernelFiles } from '../kernel-files.ts';
import type { Ended, Look } from './reader.ts';

export interface LooksOptions {
  proc: Pick<KernelFiles, 'text' | 'exists' | 'keep'>;
  /** Numbers of all processes. */
  pids(): number[];
  /** Null where it is gone. */
  factsOf(pid: number): ProcessFacts | null;
  /** Of a process that was read before, without reading it again. */
  knownAs(pid: number): Pick<ProcessFacts, 'name' | 'command'> | undefined;
  /** Null while it lives. */
  ended(pid: number, identity: string): Omit<Ended, 'identity'> | null;
}

export interface Looks {
  look(watched: readonly ProcessFacts[]): Look;
  /** Tells what a snapshot found. `now`: epoch milliseconds. */
  seen(all: readonly ProcessFacts[], now: number): void;
}

/** A process that came lately: it may still run another program. */
interface Young {
  identity: string;
  /** What was told of it; null for a copy of its parent, of which nothing was told. */
  told: string | null;
  looks: number;
}

/** Past so many new numbers, listing all processes is cheaper than trying each [measured]. */
const MOST_TRIED = 64;
/** Looks at which a young one is read again: a shell's child becomes its program within a millisecond. */
const READ_AGAIN_AT = new Set([1, 4]);
const YOUNG_FOR = 4;
/** Older ones that a snapshot found are known; younger ones are for the next look to tell. */
const KNOWN_AFTER_MS = 1000;
/** Watched processes that one look reads, 10 µs each; of more, a share in turn. */
const MOST_WATCHED = 50;
/** Processes that are asked first whether a new number is a thread of theirs. */
const MOST_LEADERS = 4;

/**
 * Finds what came and went without listing /proc: the kernel hands out process numbers in turn, and /proc/loadavg says
 * the last one. While that stays the same nothing came; otherwise only the numbers in between are tried.
 */
export function createLooks({ proc, pids, factsOf, knownAs, ended }: LooksOptions): Looks {
  let last: number | null = null;
  let present: Map<number, string> | null = null;
  let turn = 0;
  let leaders: number[] = [];
  const young = new Map<number, Young>();
  /** Numbers that were handed out and were not there yet: a fork takes its number before it shows. */
  let missing = new Set<number>();

  const loadavg = proc.keep('loadavg');
  const lastNumber = () => {
    const text = loadavg();
    return Number.parseInt(text.slice(text.lastIndexOf(' ') + 1), 10);
  };

  /** Numbers to try now, and how many were handed out. */
  function newNumbers(): { numbers: number[]; handedOut: number } {
    const now = lastNumber();
    const before = last ?? now;
    last = now;
    if (now === before) return { numbers: [], handedOut: 0 };
    const handedOut = now - before;
    if (handedOut > 0 && handedOut <= MOST_TRIED)
      return { numbers: Array.from({ length: handedOut }, (_, index) => before + 1 + index), handedOut };
    return { numbers: pids().filter((pid) => !present?.has(pid)), handedOut: Math.max(0, handedOut) };
  }

  /** Asking for it at the processes that have threads lately costs a twentieth of reading what it is. */
  function isThread(number: number): boolean {
    if (leaders.some((leader) => proc.exists(`${leader}/task/${number}`))) return true;
    const leader = /^Tgid:\s*(\d+)/m.exec(proc.text(`${number}/status`) ?? '')?.[1];
    if (leader === undefined) return false;
    leaders = [Number(leader), ...leaders.filter((each) => each !== Number(leader))].slice(0, MOST_LEADERS);
    return Number(leader) !== number;
  }

  function meet(facts: ProcessFacts, came: ProcessFacts[]): void {
    present?.set(facts.pid, facts.identity);
    const parent = facts.command === '' ? undefined : knownAs(facts.parent);
    const isCopy = parent !== undefined && programOf(parent) === programOf(facts);
    young.set(facts.pid, { identity: facts.identity, told: isCopy ? null : programOf(facts), looks: 0 });
    if (!isCopy) came.push(facts);
  }

  function tryNew(came: ProcessFacts[]): number {
    const { numbers, handedOut } = newNumbers();
    const again = missing;
    missing = new Set();
    let unseen = handedOut > MOST_TRIED ? handedOut : 0;
    for (const number of [...again, ...numbers]) {
      if (!proc.exists(String(number))) {
        if (again.has(number)) unseen += 1;
        else missing.add(number);
        continue;
      }
      if (unseen > 0 && handedOut > MOST_TRIED) unseen -= 1;
      if (isThread(number)) continue;
      const facts = factsOf(number);
      if (facts !== null && present?.get(number) !== facts.identity) meet(facts, came);
    }
    return unseen;
  }

  function readYoungAgain(came: ProcessFacts[]): void {
    for (const [pid, each] of young) {
      each.looks += 1;
      if (!READ_AGAIN_AT.has(each.looks)) continue;
      const facts = factsOf(pid);
      if (facts === null || facts.identity !== each.identity || each.looks >= YOUNG_FOR) young.delete(pid);
      if (facts === null || facts.identity !== each.identity || programOf(facts) === each.told) continue;
      each.told = programOf(facts);
      came.push(facts);
    }
  }

  function endedOf(watched: readonly ProcessFacts[]): Ended[] {
    const most = Math.min(MOST_WATCHED, watched.length);
    const found: Ended[] = [];
    for (let index = 0; index < most; index += 1) {
      const facts = watched[(turn + index) % watched.length];
      const how = facts && ended(facts.pid, facts.identity);
      if (how) found.push({ identity: facts.identity, ...how });
    }
    turn = watched.length > most ? (turn + most) % watched.length : 0;
    return found;
  }

  return {
    look(watched) {
      const came: ProcessFacts[] = [];
      readYoungAgain(came);
      const unseen = tryNew(came);
      return { came, ended: endedOf(watched), unseen };
    },
    seen(all, now) {
      const before = present;
      last ??= lastNumber();
      present = new Map(
        all
          .filter(
            ({ pid, identity, started }) =>
              before === null || before.get(pid) === identity || now - started > KNOWN_AFTER_MS,
          )
          .map(({ pid, identity }) => [pid, identity]),
      );
    },
  };
}

function programOf({ name, command }: Pick<ProcessFacts, 'name' | 'command'>): string {
  return `${name} ${command}`;
}
