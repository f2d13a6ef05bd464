import type { Figure } from '../figure.ts';
import { startDaemon, statusOf } from '../home.ts';
import { percentile } from '../statistics.ts';
import { knownTree } from '../tree.ts';

const TIMES = 20;
const FILES = 100;
const TARGET_MS = 150;

/** `consciousness status` from the shell, against a Node that does nothing. */
export const status: Figure = {
  name: 'status',
  async measure(bench) {
    const { home } = await knownTree(bench, FILES);
    const daemon = await startDaemon(bench, home, { quiet: true });
    await bench.quiet(daemon.pid);
    const ours: number[] = [];
    const nothing: number[] = [];
    for (let round = 0; round < TIMES; round += 1) {
      nothing.push(await timed(() => bench.children.node(['-e', '0']).ended));
      ours.push(await timed(() => statusOf(bench, home)));
    }
    await daemon.stop();
    const p50 = percentile(ours, 0.5);
    const baseline = percentile(nothing, 0.5);
    return {
      rows: [
        {
          what: 'status round trip, p50',
          ours: `${p50.toFixed(0)} ms`,
          baseline: `${baseline.toFixed(0)} ms node -e 0`,
          ratio: p50 / baseline,
          target: `<= ${TARGET_MS} ms`,
          met: p50 <= TARGET_MS,
        },
      ],
      notes: [
        `${TIMES} times \`consciousness status --json\` with its process's start and end, compiled code cached; ` +
          `${Math.min(...ours).toFixed(0)} to ${Math.max(...ours).toFixed(0)} ms.`,
      ],
    };
  },
};

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}
