import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { type Child, cpuSeconds } from '../process.ts';
import { median, spread } from '../statistics.ts';

const PROCESSES = 300;
const SNAPSHOTS = 50;
const ROUNDS = 5;
const TARGET_RATIO = 0.2;
const TARGET_PERCENT = 0.4;
/** How often the daemon takes one. */
const SNAPSHOT_SECONDS = 5;
const PYTHON = '/usr/bin/python3';
const PSUTIL = fileURLToPath(new URL('../programs/snapshots.py', import.meta.url));

/** What it costs to perceive processes and vitals; beside psutil. */
export const processes: Figure = {
  name: 'processes',
  async measure(bench) {
    const version = psutilVersion();
    const fillers = fill(bench);
    const [ours, theirs]: [Snapshots[], Snapshots[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await snapshots(bench.children.program('snapshots', [String(SNAPSHOTS)])));
      if (version !== null)
        theirs.push(await snapshots(bench.children.command(PYTHON, [PSUTIL, String(SNAPSHOTS)])));
    }
    const [mine, other] = [ours, theirs].map((rounds) => rounds.map(({ micros }) => micros / 1000));
    const milliseconds = median(mine ?? []);
    const baseline = median(other ?? []);
    const ratio = milliseconds / baseline;
    const psutilPercent = (baseline / 1000 / SNAPSHOT_SECONDS) * 100;
    const { percent, seconds } = await together(bench);
    for (const each of fillers) await each.stop('SIGKILL');
    return {
      rows: [
        {
          what: `a snapshot of ${median(ours.map((each) => each.processes))} processes: processor time`,
          ours: `${milliseconds.toFixed(2)} ms`,
          baseline: version === null ? 'psutil is not installed' : `${baseline.toFixed(1)} ms psutil`,
          ratio,
          target: `<= ${TARGET_RATIO}x`,
          met: ratio <= TARGET_RATIO,
        },
        {
          what: 'processes and vitals perceived: processor',
          ours: `${percent.toFixed(3)} % of a core`,
          baseline:
            version === null
              ? 'psutil is not installed'
              : `${psutilPercent.toFixed(2)} % psutil, snapshots alone`,
          ratio: percent / psutilPercent,
          target: `<= ${TARGET_PERCENT} %`,
          met: percent <= TARGET_PERCENT,
        },
      ],
      notes: [
        `${SNAPSHOTS} snapshots in each of ${ROUNDS} rounds, ours and psutil ${version ?? '(not installed)'} in turn, ` +
          'each in a process of its own that has taken ten before; both tell number, parent, name, command line, start, ' +
          `processor time, memory, state and threads. Ours ${spread(mine ?? [], 2)} ms, psutil ${spread(other ?? [], 1)} ms.`,
        `Together over ${seconds} s: looks for what came and went every 180 ms, snapshots every ${SNAPSHOT_SECONDS} s, ` +
          'a condition on processes and one on the vitals, vitals every 60 s; without the journal.',
      ],
    };
  },
};

function psutilVersion(): string | null {
  try {
    const print = 'import psutil; print(psutil.__version__)';
    return execFileSync(PYTHON, ['-c', print], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

/** Starts processes until there are about as many as on a desktop. */
function fill(bench: Bench): Child[] {
  const there = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  return Array.from({ length: Math.max(0, PROCESSES - there) }, () =>
    bench.children.command('/bin/sleep', ['3600']),
  );
}

interface Snapshots {
  processes: number;
  /** Processor time of one, microseconds. */
  micros: number;
}

async function snapshots(child: Child): Promise<Snapshots> {
  await child.ended;
  const rows = child.lines.map((line) => line.split(' ').map(Number));
  return {
    processes: median(rows.map(([count = 0]) => count)),
    micros: rows.reduce((sum, [, micros = 0]) => sum + micros, 0) / rows.length,
  };
}

/** Percent of a core that the two senses take. */
async function together(bench: Bench): Promise<{ percent: number; seconds: number }> {
  const child = bench.children.program('senses', []);
  await child.line((line) => line === 'ready');
  await bench.pause(10_000);
  const seconds = Math.round(bench.minutes * 60);
  bench.say(`watching processes and vitals being perceived for ${seconds} s`);
  const [before, began] = [cpuSeconds(child.pid), performance.now()];
  await bench.pause(seconds * 1000);
  const used = cpuSeconds(child.pid) - before;
  const percent = (100 * used) / ((performance.now() - began) / 1000);
  await child.stop('SIGKILL');
  return { percent, seconds };
}
