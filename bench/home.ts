import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveEvent } from '../src/contract/live-event.ts';
import type { StatusView } from '../src/contract/status-view.ts';
import type { Bench } from './bench.ts';
import type { Child } from './process.ts';

/** A folder with everything that a daemon of these figures needs. */
export interface Home {
  folder: string;
  inbox: string;
  notes: string;
}

/** A home with one rule: each Markdown file becomes a note of the same name, settled after 1 ms. */
export function createHome(bench: Bench, modelUrl: string): Home {
  const folder = bench.folder('home');
  const home = { folder, inbox: join(folder, 'inbox'), notes: join(folder, 'notes') };
  for (const each of [home.inbox, home.notes, join(folder, 'rules')]) mkdirSync(each);
  writeConfig(home, modelUrl);
  writeFileSync(
    join(folder, 'rules', 'copy.md'),
    `---
on:
  file: { paths: ["${home.inbox}/**/*.md"], settle: 1ms }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
Say something about this: {{ file.text }}
`,
  );
  return home;
}

/** Writes config.yaml; with another `debounce` (seconds) it is another configuration. */
export function writeConfig(home: Home, modelUrl: string, debounce = 1): void {
  const lines = [
    `lm_studio: { base_url: "${modelUrl}", model: instant, slots: 10 }`,
    `file_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: ${debounce} }`,
    `output_roots: ["${home.notes}"]`,
    '',
  ];
  writeFileSync(join(home.folder, 'config.yaml'), lines.join('\n'));
}

/** The model server of the figures: answers every prompt at once with the same words. */
export async function startModel(bench: Bench): Promise<{ url: string; stop(): Promise<void> }> {
  const child = bench.children.program('model-server', []);
  return { url: await child.line((line) => line.startsWith('http')), stop: () => child.stop() };
}

/** A daemon of the built package in a process of its own. */
export interface Daemon {
  pid: number;
  banner: StatusView;
  /** What happens from now on; returns how to end that. */
  onEvent(listener: (event: LiveEvent) => void): () => void;
  status(): Promise<StatusView>;
  stop(): Promise<void>;
}

/** `quiet`: it tells nothing but its banner, as it runs as a service. */
export async function startDaemon(bench: Bench, home: Home, { quiet = false } = {}): Promise<Daemon> {
  const child = spawnDaemon(bench, home, quiet ? ['--quiet'] : []);
  const banner: StatusView = JSON.parse(await child.line(() => true));
  const daemon: Daemon = {
    pid: child.pid,
    banner,
    onEvent: (listener) => child.onLine((line) => listener(JSON.parse(line))),
    status: () => statusOf(bench, home),
    stop: () => child.stop(),
  };
  while (!(await daemon.status()).ready) await bench.pause(100);
  return daemon;
}

export function spawnDaemon(bench: Bench, home: Home, args: readonly string[] = []): Child {
  return bench.children.node([bench.bin(), 'start', '--home', home.folder, '--json', ...args], bench.env);
}

export async function statusOf(bench: Bench, home: Home): Promise<StatusView> {
  const child = bench.children.node([bench.bin(), 'status', '--home', home.folder, '--json'], bench.env);
  await child.ended;
  return JSON.parse(child.lines.join('\n'));
}

/** A small Markdown file unlike every other one: an answer to an equal prompt would be used again. */
export function smallDocument(number: number): string {
  return `# Document ${number}\n\nThis is the text of document ${number}, written at ${process.hrtime.bigint()}.\n`;
}
