import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { StatusView } from '../../src/contract/status-view.ts';
import type { ThoughtRow, ThoughtView } from '../../src/contract/thought-view.ts';
import { temporaryFolder } from './store.ts';

export const BIN = fileURLToPath(new URL('../../bin/consciousness.js', import.meta.url));

/** A home in a temporary folder with an inbox, a folder for notes, and a rule. */
export interface Home {
  folder: string;
  inbox: string;
  notes: string;
  /** Writes a rule file. */
  rule(name: string, text: string): void;
  config(text: string): void;
  /** Names of files in the notes folder, sorted. */
  noteNames(): string[];
  note(name: string): string;
}

export function createHome(t: TestContext, modelUrl: string, more = ''): Home {
  const folder = temporaryFolder(t);
  const [inbox, notes, rules] = ['inbox', 'notes', 'rules'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [inbox, notes, rules]) mkdirSync(each);
  const home: Home = {
    folder,
    inbox,
    notes,
    rule: (name, text) => writeFileSync(join(rules, `${name}.md`), text),
    config: (text) => writeFileSync(join(folder, 'config.yaml'), text),
    noteNames: () => readdirSync(notes).sort(),
    note: (name) => readFileSync(join(notes, name), 'utf8'),
  };
  home.config(
    `lm_studio: { base_url: "${modelUrl}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ["${inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${notes}"]\n${more}`,
  );
  return home;
}

/** The rule most tests use: each text file becomes a note of the same name. */
export function copyRule(home: Home, more = ''): string {
  return `---
on:
  file: { paths: ["${home.inbox}/**/*.md"], settle: 50ms${more} }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
Say it again: {{ file.text }}
`;
}

/** A daemon in a process of its own. */
export interface RunningDaemon {
  process: ChildProcess;
  banner: StatusView;
  /** Everything it said so far. */
  events: LiveEvent[];
  stderr(): string;
  /** Resolves with the first event, past or future, that `wanted` accepts; rejects when the daemon ends before. */
  saw(wanted: (event: LiveEvent) => boolean, what?: string): Promise<LiveEvent>;
  /** Resolves when `count` thoughts have reached that state, in this process. */
  reached(state: string, count: number): Promise<void>;
  /** Ends it with a signal and resolves with its exit code (null where the signal killed it). */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  args?: string[];
  /** It will be killed: a killed process may tear its coverage file, and one torn file costs the whole report. */
  killed?: boolean;
  /** More variables of its environment. */
  env?: Record<string, string>;
  /** Default: the one of this checkout. */
  bin?: string;
  /** Default: the test's own. */
  cwd?: string;
}

export async function startDaemon(
  t: TestContext,
  home: Home,
  options: StartOptions = {},
): Promise<RunningDaemon> {
  const child = spawn(
    process.execPath,
    [options.bin ?? BIN, 'start', '--home', home.folder, '--json', ...(options.args ?? [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env, ...(options.killed ? { NODE_V8_COVERAGE: '' } : {}) },
      cwd: options.cwd,
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const events: LiveEvent[] = [];
  const listeners = new Set<() => void>();
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const banner = Promise.withResolvers<StatusView>();
  let first = true;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const value = JSON.parse(line);
    if (first) banner.resolve(value);
    else events.push(value);
    first = false;
    for (const listener of listeners) listener();
  });
  const exited = once(child, 'exit').then(([code]) => {
    banner.reject(new Error(`the daemon ended with ${code}: ${stderr}`));
    for (const listener of listeners) listener();
    return typeof code === 'number' ? code : null;
  });
  const when = <T>(check: () => T | undefined, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = check();
        if (found !== undefined) resolve(found);
        else if (child.exitCode === null && child.signalCode === null) return;
        else reject(new Error(`the daemon ended before ${what}: ${stderr}`));
        listeners.delete(look);
      };
      listeners.add(look);
      look();
    });
  return {
    process: child,
    banner: await banner.promise,
    events,
    stderr: () => stderr,
    saw: (wanted, what = 'that event') => when(() => events.find(wanted), what),
    reached: (state, count) =>
      when(() => {
        const seen = new Set(
          events.flatMap((event) => (event.type === 'state' && event.state === state ? [event.thought] : [])),
        );
        return seen.size >= count ? true : undefined;
      }, `${count} thoughts were ${state}`).then(() => undefined),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of the CLI against a home. */
export function cli(home: Home, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args, '--home', home.folder], (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

export async function thoughtsOf(home: Home, ...args: string[]): Promise<ThoughtRow[]> {
  const { stdout, stderr } = await cli(home, 'thoughts', '--json', '--limit', '1000', ...args);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(stderr || stdout);
  }
}

export async function show(home: Home, id: string): Promise<ThoughtView> {
  return JSON.parse((await cli(home, 'show', id, '--json')).stdout);
}
