import { atOnce, type Disk } from '../../src/base/disk.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { swapRace } from './escapes.ts';
import type { Row, Suite, SuiteOptions } from './suite.ts';
import { traversals } from './traversals.ts';

/** Tries of a whole run, and of the fixed slice. */
const TRIES = { whole: 100_000, slice: 4000 };

/**
 * Outputs of all kinds while links are put in the place of every folder on their way, and outputs whose paths are made of
 * whatever may lead out of a folder: nothing outside the roots may be made, changed or taken away.
 */
export const escapes: Suite = {
  name: 'escapes',
  share: 1,
  async run(options) {
    const rows = [await race('swap race: links in the place of folders', atOnce, options)];
    rows.push(
      await race('paths are believed: links in the place of folders', believing(atOnce), options, 'doubled'),
    );
    rows.push(await walk(options));
    return rows;
  },
};

async function race(
  name: string,
  disk: Disk,
  { seed, slice, until }: SuiteOptions,
  mustFail?: Row['mustFail'],
): Promise<Row> {
  if (process.platform !== 'linux') {
    // Elsewhere there is no path of what is open, only a look before and after each call.
    return { name, runs: 0, lost: 0, doubled: 0, slowest: 0, skipped: 'the promise is made for Linux' };
  }
  const tries = mustFail === undefined && !slice ? TRIES.whole : TRIES.slice;
  const came = await swapRace({ disk, random: seededRandom(seed ^ 0xe5c), tries, until });
  const idle = Object.values(came.applied).reduce((sum, count) => sum + count, 0) === 0 || came.swaps === 0;
  return {
    ...{ name, runs: came.tries, lost: came.missing.length, doubled: came.escaped.length, slowest: 0 },
    ...(mustFail === undefined ? {} : { mustFail }),
    violations: [
      ...(idle ? ['nothing was applied, or nothing swapped: this proves nothing'] : []),
      ...came.escaped.slice(0, 5).map((what) => `outside: ${what}`),
      ...came.missing.slice(0, 5).map((what) => `not there: ${what}`),
    ],
    ...(idle ? { lost: 1 } : {}),
  };
}

/** Without the defence: where a path led once, it is thought to lead for ever. */
function believing(disk: Disk): Disk {
  const known = new Map<string, Buffer>();
  return {
    ...disk,
    pathOf: () => null,
    async realpath(path) {
      const real = known.get(String(path)) ?? (await disk.realpath(path));
      known.set(String(path), real);
      return real;
    },
  };
}

async function walk({ seed, slice, until }: SuiteOptions): Promise<Row> {
  const tries = slice ? TRIES.slice : TRIES.whole;
  const came = await traversals({ random: seededRandom(seed ^ 0x7a1), tries, until });
  return {
    ...{ name: 'traversal: values that lead out of a folder', runs: came.tries, slowest: 0 },
    ...{ lost: came.broken.length + (came.applied === 0 ? 1 : 0), doubled: came.escaped.length },
    violations: [...came.escaped.slice(0, 5), ...came.broken.slice(0, 5)],
  };
}
