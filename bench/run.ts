import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../scripts/tool.ts';
import { openBench } from './bench.ts';
import type { Figure } from './figure.ts';
import { burst } from './figures/burst.ts';
import { commands } from './figures/commands.ts';
import { fanout } from './figures/fanout.ts';
import { idle } from './figures/idle.ts';
import { latency } from './figures/latency.ts';
import { million } from './figures/million.ts';
import { overhead } from './figures/overhead.ts';
import { processes } from './figures/processes.ts';
import { provider } from './figures/provider.ts';
import { start } from './figures/start.ts';
import { status } from './figures/status.ts';
import { storms } from './figures/storms.ts';
import { throughput } from './figures/throughput.ts';
import { machineFacts } from './machine.ts';
import { type Finding, tableOf, written } from './report.ts';

const FIGURES: readonly Figure[] = [
  throughput,
  overhead,
  burst,
  latency,
  provider,
  status,
  commands,
  start,
  idle,
  processes,
  fanout,
  storms,
  million,
];
const USAGE = `npm run bench [-- [--minutes N] [--dry] [NAME…]], NAME one of ${FIGURES.map(({ name }) => name).join(', ')}
  without a name: all but ${FIGURES.flatMap(({ name, onlyNamed }) => (onlyNamed ? [name] : [])).join(' and ')}
  --minutes N  how long to watch an idle daemon: 2 in a whole run, 20 where idle is named
  --dry        print the table, and leave docs/performance.md as it is`;

const DOCUMENT = join(root, 'docs', 'performance.md');

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { minutes: { type: 'string' }, dry: { type: 'boolean' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !FIGURES.some((figure) => figure.name === name));
  const minutes = Number(values.minutes ?? (positionals.includes('idle') ? 20 : 2));
  if (values.help || unknown.length > 0 || !(minutes > 0)) {
    console.error(unknown.length > 0 ? `no figure ${unknown.join(', ')}\n${USAGE}` : USAGE);
    return values.help ? 0 : 2;
  }
  if (process.platform !== 'linux') {
    console.error('processor time and memory are read from /proc: the figures need Linux');
    return 2;
  }

  const bench = await openBench(minutes);
  process.once('exit', bench.close);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const facts = machineFacts(bench.folder('disk'));
  const findings: Finding[] = [];
  const failed: string[] = [];
  for (const figure of FIGURES) {
    if (positionals.length > 0 ? !positionals.includes(figure.name) : figure.onlyNamed) continue;
    bench.say(`measuring ${figure.name}`);
    try {
      findings.push({ name: figure.name, measured: await figure.measure(bench) });
    } catch (error) {
      failed.push(figure.name);
      console.error(`${figure.name} could not be measured:`, error);
    }
  }
  console.log(`${facts}\n\n${tableOf(findings)}\n`);
  for (const { name, measured } of findings)
    for (const note of measured.notes) console.log(`${name}: ${note}`);
  if (failed.length > 0) console.log(`not measured: ${failed.join(', ')}`);
  if (values.dry !== true && findings.length > 0) {
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(DOCUMENT, written(readFileSync(DOCUMENT, 'utf8'), findings, facts, date));
  }
  bench.close();
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = await run();
