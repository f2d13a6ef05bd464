import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { type Daemon, smallDocument, startDaemon, startModel, writeConfig } from '../home.ts';
import { cpuSeconds, memoryMb } from '../process.ts';
import { type KnownTree, knownTree, LARGE } from '../tree.ts';

const SMALL = 100;
const THOUGHTS = 20;
/** What one interval between two reconciles lasts, and the time that the target speaks of. */
const RECONCILE_MINUTES = 10;
const WHOLE_MINUTES = 20;
/** What a daemon does once after its start, a backup and a look at what may be removed, is over by then. */
const SETTLED_MS = 150_000;
/** Milliseconds after which it is at rest: a thread that only answers questions ends by itself before. */
const REST_MS = 15_000;
const TARGET_PERCENT = 0.25;
const TARGET_LARGE_MB = 220;
const TARGET_SMALL_MB = 130;

/** What a daemon costs that has nothing to do: processor time and memory. */
export const idle: Figure = {
  name: 'idle',
  async measure(bench) {
    const large = await idleWithMany(bench, await bench.largeTree());
    const small = await memoryWithFew(bench);
    const nothing = await memoryOfNothing(bench);
    const memory = { baseline: `${nothing.toFixed(0)} MB Node that does nothing` };
    return {
      rows: [
        {
          what: `${LARGE} files watched: processor`,
          ours: `${large.percent.toFixed(3)} % of a core`,
          baseline: `${large.walkPercent.toFixed(3)} % for an lstat walk each ${RECONCILE_MINUTES} min`,
          ratio: large.percent / large.walkPercent,
          target: `<= ${TARGET_PERCENT} %`,
          met: large.percent <= TARGET_PERCENT,
        },
        {
          ...memory,
          what: `${LARGE} files watched: resident memory`,
          ours: `${large.mb.toFixed(0)} MB`,
          ratio: large.mb / nothing,
          target: `<= ${TARGET_LARGE_MB} MB`,
          met: large.mb <= TARGET_LARGE_MB,
        },
        {
          ...memory,
          what: `${SMALL} files watched: resident memory`,
          ours: `${small.mb.toFixed(0)} MB`,
          ratio: small.mb / nothing,
          target: `<= ${TARGET_SMALL_MB} MB`,
          met: small.mb <= TARGET_SMALL_MB,
        },
      ],
      notes: [...large.notes, ...small.notes],
    };
  },
};

interface Idle {
  /** Of one core. */
  percent: number;
  /** What walking the tree as often as a reconcile comes would cost. */
  walkPercent: number;
  mb: number;
  notes: string[];
}

async function idleWithMany(bench: Bench, tree: KnownTree): Promise<Idle> {
  const daemon = await startDaemon(bench, tree.home, { quiet: true });
  const isWhole = bench.minutes >= WHOLE_MINUTES;
  await bench.pause(isWhole ? REST_MS : SETTLED_MS);
  await bench.quiet(daemon.pid);
  const { used, mb } = await watchIdle(bench, daemon, bench.minutes);
  const perMinute = used / bench.minutes;
  let seconds = perMinute * WHOLE_MINUTES;
  let how = `Watched for ${bench.minutes} minutes, reconciles included as they came.`;
  if (!isWhole) {
    const reconcile = await reconcileSeconds(bench, daemon, tree);
    seconds += (reconcile * WHOLE_MINUTES) / RECONCILE_MINUTES;
    how =
      `Extrapolated: ${used.toFixed(2)} s of processor time in ${bench.minutes} minutes, and one forced reconcile ` +
      `(${reconcile.toFixed(2)} s) every ${RECONCILE_MINUTES} minutes; \`npm run bench -- idle\` watches for ${WHOLE_MINUTES}.`;
  }
  const { most } = memoryMb(daemon.pid);
  const walk = await walkSeconds(bench, tree.home.inbox);
  await daemon.stop();
  return {
    percent: (100 * seconds) / (WHOLE_MINUTES * 60),
    walkPercent: (100 * walk) / (RECONCILE_MINUTES * 60),
    mb,
    notes: [
      how,
      'Resident memory: the most that was seen while it was at rest, 15 s after the last work. ' +
        `With ${LARGE} files, after a second start: ${most.toFixed(0)} MB at most, start and forced reconcile included; ` +
        `the daemon that met all of them for the first time: ${tree.firstMb.now.toFixed(0)} MB right after, ` +
        `${tree.firstMb.most.toFixed(0)} MB at most.`,
    ],
  };
}

async function memoryWithFew(bench: Bench): Promise<{ mb: number; notes: string[] }> {
  const { home } = await knownTree(bench, SMALL);
  const model = await startModel(bench);
  writeConfig(home, model.url);
  const daemon = await startDaemon(bench, home);
  const atStart = memoryMb(daemon.pid).now;
  const done = new Set<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  daemon.onEvent((event) => {
    if (event.type === 'state' && event.state === 'done') done.add(event.thought);
    if (done.size === THOUGHTS) resolve();
  });
  for (let index = 0; index < THOUGHTS; index += 1)
    writeFileSync(join(home.inbox, `${index}.md`), smallDocument(index));
  await promise;
  await bench.quiet(daemon.pid);
  await bench.pause(REST_MS);
  const { now, most } = memoryMb(daemon.pid);
  await daemon.stop();
  await model.stop();
  return {
    mb: now,
    notes: [
      `With ${SMALL} files: after ${THOUGHTS} thoughts; ${atStart.toFixed(0)} MB once it was ready, ${most.toFixed(0)} MB at most.`,
    ],
  };
}

/** Processor seconds of so many minutes, and the most memory (MB) seen in them. */
async function watchIdle(
  bench: Bench,
  daemon: Daemon,
  minutes: number,
): Promise<{ used: number; mb: number }> {
  bench.say(`watching an idle daemon for ${minutes} minutes`);
  const before = cpuSeconds(daemon.pid);
  const until = performance.now() + minutes * 60_000;
  let mb = 0;
  while (performance.now() < until) {
    mb = Math.max(mb, memoryMb(daemon.pid).now);
    await bench.pause(Math.min(5000, Math.max(1, until - performance.now())));
  }
  return { used: cpuSeconds(daemon.pid) - before, mb };
}

/** Processor seconds of scanning everything again, which a changed configuration makes the daemon do. */
async function reconcileSeconds(bench: Bench, daemon: Daemon, tree: KnownTree): Promise<number> {
  const before = cpuSeconds(daemon.pid);
  writeConfig(tree.home, tree.modelUrl, 1.5);
  await bench.pause(2000);
  await bench.quiet(daemon.pid);
  return cpuSeconds(daemon.pid) - before;
}

/** Processor seconds of listing the tree and looking at every file, in a process of its own. */
async function walkSeconds(bench: Bench, folder: string): Promise<number> {
  const child = bench.children.program('walk', [folder]);
  await child.ended;
  return Number(child.lines[1]);
}

/** Resident MB of a Node process that only waits. */
async function memoryOfNothing(bench: Bench): Promise<number> {
  const child = bench.children.node(['-e', 'setInterval(() => {}, 60_000); console.log("waiting")']);
  await child.line(() => true);
  await bench.quiet(child.pid);
  const { now } = memoryMb(child.pid);
  await child.stop();
  return now;
}
