import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change of the program under test, made while it is loaded: no switch for it exists in the program. */
export interface Swap {
  /** From the top of the repository. */
  file: string;
  /** In one place of it; a text is meant to the letter. */
  find: RegExp | string;
  put: string;
}

/** The changes by name. A control takes one defence away; the others make a fault possible or its time short. */
export const SWAPS: Record<string, readonly Swap[]> = {
  /** Every worker holds every thought. */
  'fence off': [
    {
      file: 'src/store/fence.ts',
      find: / AND owner = :owner AND attempt = :attempt AND state = :state/,
      put: '',
    },
    {
      file: 'src/store/operations/apply.ts',
      find: / AND state = 'planned'\n {5}AND EXISTS/,
      put: ' AND EXISTS',
    },
  ],
  /** A try before a crash is not known again. */
  'ledger off': [
    {
      file: 'src/outputs/write.ts',
      find: /if \(ledger === null\) return false;/,
      put: 'if (ledger !== undefined) return false;',
    },
  ],
  /** What was being sent when a daemon died is sent as if it had never been. */
  'sent mark off': [
    {
      file: 'src/outputs/sending.ts',
      find: /if \(sentAt !== undefined\) \{/,
      put: 'if (sentAt === 0) {',
    },
  ],
  /** At a start, what is on disk is not compared with the index: everything there counts as seen. */
  'reconcile off': [
    {
      file: 'src/main/run.ts',
      find: /loadIndex: \(root\) => store\.read\('indexColumns', \{ root \}\)/,
      put: "loadIndex: async () => ({ paths: '', stats: new Float64Array(0), hashes: new BigUint64Array(0), baselined: false })",
    },
  ],
  /** Two daemons may live on one home. */
  'lock off': [
    {
      file: 'src/store/lock.ts',
      find: /; BEGIN EXCLUSIVE'\);/,
      put: "');",
    },
  ],
  /** Leases of a second, so that a pause past them is short. */
  'short leases': [
    { file: 'src/queue/lease.ts', find: /const LEASE_MS = [\d_]+/, put: 'const LEASE_MS = 1000' },
    { file: 'src/queue/lease.ts', find: /const HEARTBEAT_MS = [\d_]+/, put: 'const HEARTBEAT_MS = 300' },
    { file: 'src/main/upkeep.ts', find: /const EVERY_MS = [\d_]+/, put: 'const EVERY_MS = 200' },
  ],
};

const TOP = join(import.meta.dirname, '..', '..');

/** The source with the change made; throws where there is nothing to change, or more than one place. */
export function swapped(source: string, { file, find, put }: Swap): string {
  const found =
    typeof find === 'string'
      ? source.split(find).length - 1
      : [...source.matchAll(new RegExp(find, 'g'))].length;
  if (found !== 1) throw new Error(`${find} is ${found} times in ${file}: the swap has to follow the source`);
  return source.replace(find, () => put);
}

/** Throws where one of these could not be made: a control that changes nothing proves nothing. */
export function assertSwappable(names: readonly string[]): void {
  for (const name of names) {
    const swaps = SWAPS[name];
    if (swaps === undefined) throw new Error(`no swap ${name}`);
    assertInSource(swaps);
  }
}

/** Throws where one of these does not fit the source as it is. */
export function assertInSource(swaps: readonly Swap[]): void {
  for (const swap of swaps) swapped(readFileSync(join(TOP, swap.file), 'utf8'), swap);
}
