import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { StatusView } from '../../src/contract/status-view.ts';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { type Home, spawnDaemon, statusOf } from '../home.ts';
import { median, spread } from '../statistics.ts';
import { LARGE } from '../tree.ts';

const ROUNDS = 5;
const TARGET_WALK = 2;
const TARGET_CHOKIDAR = 0.25;

/** From the start of the process to every file being known as unchanged, against walking the tree and chokidar. */
export const start: Figure = {
  name: 'start',
  async measure(bench) {
    const { home, firstSeconds } = await bench.largeTree();
    await walk(bench, home.inbox);
    const ours: number[] = [];
    const walks: number[] = [];
    const chokidar: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      walks.push(await walk(bench, home.inbox));
      ours.push(await startToReady(bench, home));
      if (round < 2) chokidar.push(await chokidarToReady(bench, home.inbox));
    }
    const toWalk = median(ours) / median(walks);
    const toChokidar = median(ours) / median(chokidar);
    const row = { what: `start to ready, ${LARGE} unchanged files`, ours: `${median(ours).toFixed(2)} s` };
    return {
      rows: [
        {
          ...row,
          baseline: `${median(walks).toFixed(2)} s lstat walk`,
          ratio: toWalk,
          target: `<= ${TARGET_WALK}x`,
          met: toWalk <= TARGET_WALK,
        },
        {
          ...row,
          baseline: `${median(chokidar).toFixed(2)} s chokidar 5`,
          ratio: toChokidar,
          target: `<= ${TARGET_CHOKIDAR}x`,
          met: toChokidar <= TARGET_CHOKIDAR,
        },
      ],
      notes: [
        'Whole processes, from being spawned: to the walk having ended, to chokidar being ready, to the daemon saying ' +
          'that its root is watched (after its first scan), with the file system in memory.',
        `Over ${ROUNDS} rounds: ours ${spread(ours, 2)} s, walk ${spread(walks, 2)} s, chokidar ${spread(chokidar, 2)} s. ` +
          `The first start ever, with hashing all: ${firstSeconds.toFixed(0)} s.`,
      ],
    };
  },
};

async function startToReady(bench: Bench, home: Home): Promise<number> {
  const began = performance.now();
  const child = spawnDaemon(bench, home);
  await child.line(isWatching);
  const seconds = (performance.now() - began) / 1000;
  const { ready, senses } = await statusOf(bench, home);
  const files = senses[0]?.roots[0]?.files;
  if (!ready || files !== LARGE) throw new Error(`said to be ready with ${files} files, ready: ${ready}`);
  await child.stop();
  return seconds;
}

/** Whether a line says that the only root is watched: the banner where it was by then, else an event. */
function isWatching(line: string): boolean {
  const said: StatusView | LiveEvent = JSON.parse(line);
  if ('type' in said) return said.type === 'root' && said.state === 'watching';
  return said.senses.some(({ roots }) => roots.some(({ state, files }) => state === 'watching' && files > 0));
}

async function walk(bench: Bench, folder: string): Promise<number> {
  const began = performance.now();
  const child = bench.children.program('walk', [folder]);
  await child.ended;
  if (child.lines[0] !== String(LARGE)) throw new Error(`the walk found ${child.lines[0]} files`);
  return (performance.now() - began) / 1000;
}

async function chokidarToReady(bench: Bench, folder: string): Promise<number> {
  const began = performance.now();
  const child = bench.children.program('chokidar-ready', [folder]);
  await child.line((line) => line === 'ready');
  const seconds = (performance.now() - began) / 1000;
  await child.stop('SIGKILL');
  return seconds;
}
