import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenceDocument } from '../src/mind/prompt.ts';
import type { Bench } from './bench.ts';
import { createHome, type Home, smallDocument, startDaemon } from './home.ts';
import { type SlotUse, startLlama } from './llama.ts';
import { cpuSeconds } from './process.ts';
import { rawCall } from './raw-call.ts';
import { median } from './statistics.ts';

/** So many thoughts, of answers so long, for so many slots of a model server. */
export interface Backlog {
  thoughts: number;
  slots: number;
  tokens: number;
}

/** What became of a backlog. */
export interface Worked {
  /** Share of the slots' time that was busy, from the first call being given one to the last leaving its own. */
  busy: number;
  seconds: number;
  /** A call's time in its slot, the middle value, milliseconds. */
  callMs: number;
  /** How long a slot waits for its next call, the middle value, milliseconds. */
  gapMs: number;
  /** Processor time of whoever called the server, all threads, milliseconds a call. */
  cpuMs: number;
}

/** The daemon thinks about files that all were ready before it began. */
export async function workedByDaemon(bench: Bench, backlog: Backlog): Promise<Worked> {
  const llama = await startLlama(bench, backlog.slots);
  const home = homeFor(bench, llama.url, backlog);
  const daemon = await startDaemon(bench, home, { quiet: true });
  await told(bench, home, 'pause');
  for (let index = 0; index < backlog.thoughts; index += 1)
    writeFileSync(join(home.inbox, `${index}.md`), smallDocument(index));
  await until(bench, async () => (await daemon.status()).queue.ready === backlog.thoughts);
  await bench.quiet(daemon.pid);
  const cpuBefore = cpuSeconds(daemon.pid);
  await told(bench, home, 'resume');
  await until(bench, async () => notesIn(home).length === backlog.thoughts);
  const cpu = cpuSeconds(daemon.pid) - cpuBefore;
  await daemon.stop();
  return worked(backlog, await llama.stop(), cpu);
}

/** As many loops as there are slots, each with a bare call after the other, of prompts as the daemon's. */
export async function workedByFetch(bench: Bench, backlog: Backlog): Promise<Worked> {
  const llama = await startLlama(bench, backlog.slots);
  let next = 0;
  const loop = async () => {
    while (next < backlog.thoughts) {
      const prompt = promptOf(fenceDocument(smallDocument(next), randomBytes(8).toString('hex')));
      next += 1;
      await rawCall(llama.url, { model: 'loaded', prompt, maxTokens: backlog.tokens }, () => undefined);
    }
  };
  const cpuBefore = cpuSeconds(process.pid);
  await Promise.all(Array.from({ length: backlog.slots }, loop));
  const cpu = cpuSeconds(process.pid) - cpuBefore;
  return worked(backlog, await llama.stop(), cpu);
}

function worked({ slots, thoughts }: Backlog, uses: SlotUse[], cpu: number): Worked {
  if (uses.length !== thoughts) throw new Error(`${uses.length} calls for ${thoughts} thoughts`);
  const ms = Math.max(...uses.map(({ to }) => to)) - Math.min(...uses.map(({ from }) => from));
  const calls = uses.map(({ from, to }) => to - from);
  const gaps = Array.from({ length: slots }, (_, slot) => gapsOf(uses.filter((use) => use.slot === slot)));
  const busyMs = calls.reduce((sum, each) => sum + each, 0);
  return {
    busy: busyMs / (slots * ms),
    seconds: ms / 1000,
    callMs: median(calls),
    gapMs: median(gaps.flat()),
    cpuMs: (cpu * 1000) / thoughts,
  };
}

/** From each use of one slot to the next. */
function gapsOf(uses: SlotUse[]): number[] {
  return uses.slice(1).map(({ from }, index) => from - (uses[index]?.to ?? Number.NaN));
}

const promptOf = (text: string) => `Say something about this: ${text}`;

function homeFor(bench: Bench, url: string, { slots, tokens }: Backlog): Home {
  const home = createHome(bench, url);
  writeFileSync(
    join(home.folder, 'config.yaml'),
    `lm_studio: { base_url: "${url}", slots: ${slots} }
file_watcher: { watch_paths: ["${home.inbox}"] }
output_roots: ["${home.notes}"]
`,
  );
  writeFileSync(
    join(home.folder, 'rules', 'copy.md'),
    `---
on:
  file: { paths: ["${home.inbox}/**/*.md"], settle: 1ms }
mind: { max_output_tokens: ${tokens} }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
${promptOf('{{ file.text }}')}
`,
  );
  return home;
}

async function told(bench: Bench, home: Home, what: 'pause' | 'resume'): Promise<void> {
  const code = await bench.children.node([bench.bin(), what, '--home', home.folder], bench.env).ended;
  if (code !== 0) throw new Error(`${what} ended with ${code}`);
}

async function until(bench: Bench, happened: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 180_000;
  while (!(await happened())) {
    if (performance.now() > end) throw new Error('the backlog was not worked off in three minutes');
    await bench.pause(100);
  }
}

const notesIn = (home: Home) => readdirSync(home.notes).filter((name) => name.endsWith('.md'));
