import { join } from 'node:path';
import { root } from '../../scripts/tool.ts';
import { CASES } from '../../test/torture/storm-cases.ts';
import { OURS, runStorm, type Watcher } from '../../test/torture/storms.ts';
import type { Figure, Row } from '../figure.ts';

/** Of the full size of the matrix; some six minutes. */
const SCALE = 0.1;
const SEED = 1;

const other = (how: string): Watcher => ({
  program: [join(root, 'bench/programs/storm-hear.ts'), how],
  hashes: false,
});

/** Changes lost in a matrix of storms, beside two watchers. */
export const storms: Figure = {
  name: 'storms',
  onlyNamed: true,
  async measure(bench) {
    const rows: Row[] = [];
    const notes: string[] = [];
    const lost = { ours: 0, parcel: 0, chokidar: 0 };
    for (const each of CASES) {
      bench.say(`storm: ${each.name}`);
      const ours = await runStorm(each, OURS, SEED, SCALE);
      const parcel = await lostBy(() => runStorm(each, other('parcel'), SEED, SCALE));
      const chokidar = await lostBy(() => runStorm(each, other('chokidar'), SEED, SCALE));
      lost.ours += ours.lost;
      lost.parcel += Number(parcel) || 0;
      lost.chokidar += Number(chokidar) || 0;
      rows.push({
        what: `lost in a storm: ${each.name}`,
        ours: `${ours.lost}`,
        baseline: `${parcel} @parcel/watcher, ${chokidar} chokidar 5`,
        ratio: ours.lost / Math.max(1, Math.min(Number(parcel) || 0, Number(chokidar) || 0)),
        target: '0',
        met: ours.lost + ours.doubled === 0,
      });
      notes.push(`${each.name}: ${ours.note}; the same as the tree after ${ours.slowest} ms.`);
    }
    notes.unshift(
      `Seed ${SEED}, a tenth of the full size; each watcher in a process of its own. Lost: paths that the watcher has ` +
        'wrong in the end, and folders in which a change afterwards is not heard of. Ours is asked for the content of ' +
        'each file as journaled, the others only whether they spoke of it after its last change. In all: ' +
        `ours ${lost.ours}, @parcel/watcher ${lost.parcel}, chokidar ${lost.chokidar}.`,
    );
    return { rows, notes };
  },
};

/** A watcher may end altogether, as where it gets no watch. */
async function lostBy(run: () => Promise<{ lost: number }>): Promise<string> {
  try {
    return `${(await run()).lost}`;
  } catch {
    return 'all (it ended)';
  }
}
