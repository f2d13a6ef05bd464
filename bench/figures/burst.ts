import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { createHome, smallDocument, startDaemon, startModel } from '../home.ts';
import { cpuSeconds } from '../process.ts';
import { median, spread } from '../statistics.ts';

const FILES = 2000;
const WARM_UP = 50;
const ROUNDS = 5;
const TARGET_RATE = 0.5;
const TARGET_CPU = 2;
const NEVER_SLOWER = 200;

interface Burst {
  /** Notes a second until the last note had its name. */
  rate: number;
  /** Milliseconds of processor time a file, all threads, until nothing more was done. */
  cpu: number;
}

/** For so long, at most, ext4 passes over the inodes of removed files one by one: a new one costs 0.8 ms, not 0.02 [measured]. */
const REMEMBERED_MS = 6 * 60_000;
const CHEAP_MS = 0.15;
const SAMPLE = 200;

/** Many files at once: notes a second and processor time, against a script that keeps nothing. */
export const burst: Figure = {
  name: 'burst',
  async measure(bench) {
    const ours: Burst[] = [];
    const bare: Burst[] = [];
    await untilNewFilesAreCheap(bench);
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await burstOfBare(bench));
      ours.push(await burstOfDaemon(bench));
    }
    const rates = ours.map(({ rate }, round) => rate / (bare[round]?.rate ?? Number.NaN));
    const cpus = ours.map(({ cpu }, round) => cpu / (bare[round]?.cpu ?? Number.NaN));
    const rate = median(ours.map((each) => each.rate));
    return {
      rows: [
        {
          what: `${FILES} files at once: notes a second`,
          ours: `${rate.toFixed(0)}/s`,
          baseline: `${median(bare.map((each) => each.rate)).toFixed(0)}/s bare script`,
          ratio: median(rates),
          target: `>= ${TARGET_RATE}x and >= ${NEVER_SLOWER}/s`,
          met: median(rates) >= TARGET_RATE && rate >= NEVER_SLOWER,
        },
        {
          what: `${FILES} files at once: processor time a file`,
          ours: `${median(ours.map((each) => each.cpu)).toFixed(2)} ms`,
          baseline: `${median(bare.map((each) => each.cpu)).toFixed(2)} ms bare script`,
          ratio: median(cpus),
          target: `<= ${TARGET_CPU}x`,
          met: median(cpus) <= TARGET_CPU,
        },
      ],
      notes: [
        `Files of about 80 bytes, renamed in; 10 calls at once in both; both warmed up by ${WARM_UP} files; the model ` +
          'server is a third process on the same cores. The script: fs.watch, readFile, fetch (streamed), writeFile.',
        `Over ${ROUNDS} rounds: rate ${spread(rates, 2)}x, processor time ${spread(cpus, 2)}x.`,
      ],
    };
  },
};

/** What was removed before, by a test run say, weighs on both; nothing is removed between the rounds either. */
async function untilNewFilesAreCheap(bench: Bench): Promise<void> {
  const until = performance.now() + REMEMBERED_MS;
  for (;;) {
    const folder = bench.folder('new');
    const began = performance.now();
    for (let n = 0; n < SAMPLE; n += 1) writeFileSync(join(folder, `${n}`), '');
    const each = (performance.now() - began) / SAMPLE;
    if (each < CHEAP_MS || performance.now() > until) return;
    bench.say(`a new file takes ${each.toFixed(2)} ms while removed ones are remembered: waiting`);
    await bench.pause(15_000);
  }
}

async function burstOfDaemon(bench: Bench): Promise<Burst> {
  const model = await startModel(bench);
  const home = createHome(bench, model.url);
  const daemon = await startDaemon(bench, home, { quiet: true });
  const measured = await drop(bench, home.inbox, home.notes, daemon.pid);
  const { queue } = await daemon.status();
  if (queue.done !== WARM_UP + FILES) throw new Error(`not every thought is done: ${JSON.stringify(queue)}`);
  await daemon.stop();
  await model.stop();
  return measured;
}

async function burstOfBare(bench: Bench): Promise<Burst> {
  const model = await startModel(bench);
  const folder = bench.folder('bare');
  const [inbox, notes] = [join(folder, 'inbox'), join(folder, 'notes')];
  for (const each of [inbox, notes]) mkdirSync(each);
  const script = bench.children.program('bare-script', [inbox, notes, model.url]);
  await script.line((line) => line === 'watching');
  const measured = await drop(bench, inbox, notes, script.pid);
  await script.stop();
  await model.stop();
  return measured;
}

async function drop(bench: Bench, inbox: string, notes: string, pid: number): Promise<Burst> {
  await dropSome(bench, inbox, notes, 'warm-up', WARM_UP);
  await bench.quiet(pid);
  const cpuBefore = cpuSeconds(pid);
  const seconds = await dropSome(bench, inbox, notes, 'note', FILES);
  await bench.quiet(pid);
  return { rate: FILES / seconds, cpu: ((cpuSeconds(pid) - cpuBefore) * 1000) / FILES };
}

/** Renames files in as fast as that goes; the seconds until the last of their notes had its name. */
async function dropSome(
  bench: Bench,
  inbox: string,
  notes: string,
  name: string,
  count: number,
): Promise<number> {
  const made = `${inbox}-${name}`;
  mkdirSync(made);
  const files = Array.from({ length: count }, (_, index) => `${name}-${index}.md`);
  for (const [index, file] of files.entries()) writeFileSync(join(made, file), smallDocument(index));
  const began = performance.now();
  for (const file of files) renameSync(join(made, file), join(inbox, file));
  const isNote = (file: string) => file.startsWith(`${name}-`) && file.endsWith('.md');
  const until = began + 120_000;
  while (readdirSync(notes).filter(isNote).length < count) {
    if (performance.now() > until)
      throw new Error(`only ${readdirSync(notes).length} of ${count} notes came`);
    await bench.pause(20);
  }
  return (performance.now() - began) / 1000;
}
