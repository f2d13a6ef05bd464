import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { percentile } from '../statistics.ts';

const CHANGES = 300;
const TARGET_P50 = 25;
const TARGET_P99 = 60;
/** A change that nobody heard of for so long (ms) counts as lost. */
const LOST_AFTER = 3000;

const LISTENERS = ['sense', 'parcel', 'chokidar'] as const;

/** From the end of a write to its event arriving, before settling; beside two watchers. */
export const latency: Figure = {
  name: 'latency',
  async measure(bench) {
    const [ours, parcel, chokidar] = [
      await heard(bench, 'sense'),
      await heard(bench, 'parcel'),
      await heard(bench, 'chokidar'),
    ];
    const of = (share: number) => {
      const [mine, theirs, others] = [ours, parcel, chokidar].map(({ times }) => percentile(times, share));
      return { mine: mine ?? Number.NaN, theirs: theirs ?? Number.NaN, others: others ?? Number.NaN };
    };
    const row = (name: string, share: number, target: number) => {
      const { mine, theirs, others } = of(share);
      return {
        what: `change to event, ${name}`,
        ours: `${mine.toFixed(1)} ms`,
        baseline: `${theirs.toFixed(1)} ms @parcel/watcher, ${others.toFixed(1)} ms chokidar 5`,
        ratio: mine / Math.min(theirs, others),
        target: `<= ${target} ms`,
        met: mine <= target && ours.lost === 0,
      };
    };
    return {
      rows: [row('p50', 0.5, TARGET_P50), row('p99', 0.99, TARGET_P99)],
      notes: [
        `${CHANGES} changes, one at a time, half to existing files and half new ones; each watcher in a process of its ` +
          'own. Ours hashes the file before it speaks; the others pass on what the system said. Ratio: to the quicker one.',
        `Never heard of: ours ${ours.lost}, @parcel/watcher ${parcel.lost}, chokidar ${chokidar.lost}.`,
      ],
    };
  },
};

async function heard(
  bench: Bench,
  how: (typeof LISTENERS)[number],
): Promise<{ times: number[]; lost: number }> {
  const [folder, state] = [bench.folder('watched'), bench.folder('state')];
  for (let index = 0; index < CHANGES; index += 2) {
    mkdirSync(join(folder, folderOf(index)), { recursive: true });
    writeFileSync(join(folder, folderOf(index), `file-${index}`), 'before');
  }
  const child = bench.children.program('hear', [how, folder, state]);
  await child.line((line) => line === 'ready');
  await bench.pause(1500);
  const times: number[] = [];
  let lost = 0;
  for (let index = 0; index < CHANGES; index += 1) {
    const name = `file-${index}`;
    writeFileSync(join(folder, folderOf(index), name), `after ${index}`);
    const written = process.hrtime.bigint();
    const line = await Promise.race([
      child.line((each) => each.startsWith(`${name} `)),
      bench.pause(LOST_AFTER),
    ]);
    if (typeof line === 'string')
      times.push(Math.max(0, Number(BigInt(line.split(' ')[1] ?? 0) - written) / 1e6));
    else lost += 1;
    // Not in step with anybody's timer.
    await bench.pause(5 + Math.random() * 20);
  }
  await child.stop('SIGKILL');
  return { times, lost };
}

/** New files are made in folders that exist. */
function folderOf(index: number): string {
  return `folder-${Math.floor(index / 2) % 10}`;
}
