import { renameSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** A folder, and the link that is put in its place. */
export interface Swapped {
  folder: string;
  link: string;
}

/** `shared`, with whoever started it: whether it is to stop, and how often it has swapped. */
const { folders, made, shared }: { folders: Swapped[]; made: string; shared: Int32Array } = workerData;

/** Puts a link in the place of one folder after the other, and the folder back, as fast as it can. */
for (let round = 0; Atomics.load(shared, 0) === 0; round += 1) {
  const { folder, link } = folders[round % folders.length] ?? { folder: '', link: '' };
  renameSync(folder, `${folder}.real`);
  put(link, folder, round);
  // How long the link stays there differs, so that each place in an output's way is met.
  for (let spin = (round * 7919) % 4000; spin > 0; spin -= 1) Atomics.load(shared, 0);
  renameSync(folder, link);
  put(`${folder}.real`, folder, round);
  Atomics.add(shared, 1, 1);
  // Some outputs are to be applied, too.
  for (let spin = (round * 104_729) % 30_000; spin > 0; spin -= 1) Atomics.load(shared, 0);
}
parentPort?.postMessage('stopped');

/** While the name was free for a moment, an output may have made the folder anew, as it should: that is put aside. */
function put(what: string, folder: string, round: number): void {
  for (let time = 0; ; time += 1) {
    try {
      renameSync(what, folder);
      return;
    } catch {
      renameSync(folder, `${made}/${round}-${what.endsWith('.real')}-${time}`);
    }
  }
}
