import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/tool.ts';
import type { TryView } from '../../src/contract/try.ts';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { createHome, startModel } from '../home.ts';
import { percentile } from '../statistics.ts';

const TIMES = 20;
const HELP_MS = 100;
const TRY_MS = 300;

/** What a person waits for who types a command: `--help`, and `try` on a page of PDF beside the model's own time. */
export const commands: Figure = {
  name: 'commands',
  async measure(bench) {
    const model = await startModel(bench);
    const home = createHome(bench, model.url);
    const page = join(home.inbox, 'page.pdf');
    copyFileSync(join(root, 'examples', 'inbox', 'fennmoor-invoice.pdf'), page);
    const rule = join(home.folder, 'rules', 'copy.md');
    writeFileSync(
      rule,
      `---\non:\n  file: { paths: ["${home.inbox}/**/*.pdf"] }\noutputs:\n  - write: "${home.notes}/{{ event.name }}.md"\n    body: "{{ answer }}"\n---\n{{ file.text }}\n`,
    );
    const [help, tried, nothing]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= TIMES; round += 1) {
      const bare = await timed(bench, ['-e', '0']);
      const helped = await timed(bench, [bench.bin(), '--help']);
      const one = await timed(bench, [bench.bin(), 'try', 'copy', page, '--json', '--home', home.folder]);
      const view: TryView = JSON.parse(one.lines.join('\n'));
      // The first round compiles.
      if (round === 0) continue;
      nothing.push(bare.ms);
      help.push(helped.ms);
      tried.push(one.ms - (view.totalMs ?? 0));
    }
    await model.stop();
    const baseline = percentile(nothing, 0.5);
    const row = (what: string, times: number[], target: number) => ({
      what,
      ours: `${percentile(times, 0.5).toFixed(0)} ms`,
      baseline: `${baseline.toFixed(0)} ms node -e 0`,
      ratio: percentile(times, 0.5) / baseline,
      target: `<= ${target} ms`,
      met: percentile(times, 0.5) <= target,
    });
    return {
      rows: [
        row('`--help`, p50', help, HELP_MS),
        row("`try` on a page of PDF, beyond the model's own time, p50", tried, TRY_MS),
      ],
      notes: [
        `${TIMES} times each with its process's start and end, compiled code cached: ${spread(help)} and ${spread(tried)} ms.`,
      ],
    };
  },
};

async function timed(bench: Bench, args: readonly string[]): Promise<{ ms: number; lines: string[] }> {
  const began = performance.now();
  const child = bench.children.node(args, bench.env);
  await child.ended;
  return { ms: performance.now() - began, lines: child.lines };
}

function spread(times: readonly number[]): string {
  return `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}`;
}
