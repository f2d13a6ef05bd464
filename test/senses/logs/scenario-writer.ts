import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../support/seeded-random.ts';

/** Writes numbered lines to a log for a while and rotates it in every way. Arguments: path, seed, milliseconds. */
const [path = '', seed = '', forMs = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const end = performance.now() + Number(forMs);
let file = openSync(path, 'a');
let number = 0;

function shift(): void {
  let last = 1;
  while (existsSync(`${path}.${last}`)) last += 1;
  for (; last > 1; last -= 1) renameSync(`${path}.${last - 1}`, `${path}.${last}`);
}

while (performance.now() < end) {
  const lines = 1 + random.below(10);
  for (let left = lines; left > 0; left -= 1) {
    const line = `line ${number++}. ${'x'.repeat(random.below(30))}\n`;
    // In two pieces now and then, as programs with a buffer do.
    const cut = random.chance(0.1) ? random.below(line.length) : 0;
    if (cut > 0) writeSync(file, line.slice(0, cut));
    if (cut > 0) await sleep(random.below(5));
    writeSync(file, line.slice(cut));
  }
  if (random.chance(0.03)) {
    shift();
    if (random.chance(0.5)) {
      closeSync(file);
      renameSync(path, `${path}.1`);
      if (random.chance(0.3)) await sleep(random.below(100));
      file = openSync(path, 'a');
    } else {
      copyFileSync(path, `${path}.1`);
      truncateSync(path, 0);
    }
  }
  await sleep(random.below(30));
}
// What a daemon that starts now still has to find.
appendFileSync(path, `line ${number++}. the last\n`);
process.stdout.write(`${number}\n`);
