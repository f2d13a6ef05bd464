import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import { createTokenCounter } from '../../src/mind/tokens.ts';
import { fakeProgram } from '../outputs/send/fake-program.ts';
import { BIN, cli, type Home, type RunningDaemon, startDaemon } from '../support/daemon.ts';
import { type AskedBody, type ModelServer, startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';
import { wordsOf } from './words.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/recipes/', import.meta.url));

/** Nothing here takes as long, on however busy a machine. */
const WITHIN_MS = 60_000;

/** A recipe as `init` installs it, with a model whose words are known. */
export interface Installed {
  home: Home;
  /** The watched folder and the folder for notes. */
  watched: string;
  notes: string;
  server: ModelServer;
  /** What each rule was asked and has answered. */
  asked(rule: string): { prompt: string; answer: string }[];
  /** Puts a file of the recipe's sample into the watched folder, or into a folder in it. */
  drop(name: string, into?: string): void;
  sample(name: string): string;
  /** Replaces a value in one of its rules. */
  change(rule: string, value: string, by: string): void;
  start(): Promise<RunningDaemon>;
  /** What the last notification said: title and body; null = there was none. */
  notified(): string[] | null;
  /** Paths of all files beneath the notes, sorted. */
  noteNames(): string[];
  note(name: string): string;
  /** The same, with everything beneath the watched folder as well: what a second look must not change. */
  everything(): Record<string, string>;
}

/** Installs a recipe with the real command, into folders of their own. */
export async function install(t: TestContext, recipe: string): Promise<Installed> {
  const folder = temporaryFolder(t);
  const [watched, notes, rules] = [join(folder, 'watched'), join(folder, 'notes'), join(folder, 'rules')];
  mkdirSync(watched);
  mkdirSync(notes);
  const own = readdirSync(join(EXAMPLES, recipe, 'rules')).map((file) => file.replace(/\.md$/, ''));
  const asked = new Map<string, { prompt: string; answer: string }[]>(own.map((rule) => [rule, []]));
  const server = await startModelServer((prompt, body) => {
    const rule = ruleOf(body, rules, own);
    const answer = wordsOf(rule, prompt);
    asked.get(rule)?.push({ prompt, answer: JSON.stringify(answer) });
    return answer;
  });
  t.after(() => server.stop());
  const program = fakeProgram(t, 'notify-send');
  const places = ['--watch', watched, '--notes', notes, '--ports', String(server.port)];
  await init([recipe, '--home', folder, ...places]);
  const home: Home = {
    folder,
    inbox: watched,
    notes,
    rule: (name, text) => writeFileSync(join(rules, `${name}.md`), text),
    config: (text) => writeFileSync(join(folder, 'config.yaml'), text),
    noteNames: () => filesIn(notes),
    note: (name) => readFileSync(join(notes, name), 'utf8'),
  };
  const sample = (name: string) => join(EXAMPLES, recipe, 'sample', name);
  return {
    home,
    watched,
    notes,
    server,
    sample,
    asked: (rule) => asked.get(rule) ?? [],
    drop: (name, into = '') => cpSync(sample(name), join(watched, into, name), { recursive: true }),
    change(rule, value, by) {
      const file = join(rules, `${rule}.md`);
      const text = readFileSync(file, 'utf8');
      assert.ok(text.includes(value), `${rule} does not say ${value}`);
      writeFileSync(file, text.replace(value, by));
    },
    start: () =>
      startDaemon(t, home, { env: { PATH: `${program.folder}:${process.env['PATH']}`, DISPLAY: ':7' } }),
    notified: () => program.argv()?.slice(-2) ?? null,
    noteNames: home.noteNames,
    note: home.note,
    everything: () =>
      Object.fromEntries(
        [watched, notes].flatMap((each) =>
          filesIn(each).map((name) => [name, readFileSync(join(each, name)).toString('base64')]),
        ),
      ),
  };
}

async function init(args: string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const line = [BIN, 'init', '--yes', '--no-dry-run', '--recipe', ...args];
    execFile(process.execPath, line, (error, stdout, stderr) =>
      error === null ? resolve() : reject(new Error(`${stdout}\n${stderr}`)),
    );
  });
}

/** The rule whose prompt begins as what is asked does. */
function ruleOf({ messages }: AskedBody, rules: string, own: readonly string[]): string {
  const said = JSON.stringify(messages);
  const rule = own.find((name) => {
    const [, , prompt = ''] = readFileSync(join(rules, `${name}.md`), 'utf8').split(/^---$/m);
    const first = JSON.stringify(prompt.trim().split('\n')[0] ?? '').slice(1, -1);
    return !first.startsWith('{{') && said.includes(first);
  });
  if (rule === undefined) throw new Error(`no rule asks that: ${said.slice(0, 300)}`);
  return rule;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statOf(join(folder, name))?.isFile())
    .sort();
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Looks until a condition holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(50);
  }
}

/** The thoughts of a rule that have come to an end, in this daemon's life. */
function endsOf({ events }: RunningDaemon, rule: string, state = 'done'): LiveEvent[] {
  return events.filter((event) => event.type === 'state' && event.rule === rule && event.state === state);
}

/** Resolves once `count` thoughts of a rule are in a state; one that was given up for another reason is an error. */
export async function came(daemon: RunningDaemon, rule: string, state = 'done', count = 1): Promise<void> {
  const isThere = () => {
    const [dead] = endsOf(daemon, rule, 'dead');
    if (dead?.type === 'state' && state !== 'dead') throw new Error(`${rule}: ${dead.reason}`);
    return endsOf(daemon, rule, state).length >= count;
  };
  await until(isThere, `${count} thoughts of ${rule} were ${state}`);
}

/** A daemon that looks a second time at what is there finds nothing to do. */
export async function assertSettled(installed: Installed, daemon: RunningDaemon): Promise<void> {
  const { server, home } = installed;
  await daemon.end();
  const before = installed.everything();
  const asked = server.prompts.length;
  const again = await installed.start();
  await until(async () => JSON.parse((await cli(home, 'status', '--json')).stdout).ready, 'it has looked');
  await until(async () => {
    const { queue } = JSON.parse((await cli(home, 'status', '--json')).stdout);
    return queue.waiting + queue.ready + queue.running + queue.answered === 0;
  }, 'nothing is left to do');
  await again.end();
  assert.equal(server.prompts.length, asked, 'nothing is asked again');
  assert.deepEqual(installed.everything(), before, 'nothing is written again');
}

/** What a README says of a rule's tokens is what its sample takes, by the daemon's own estimate. */
export function assertCost(recipe: string, rule: string, { asked }: Pick<Installed, 'asked'>): void {
  const readme = readFileSync(join(EXAMPLES, recipe, 'README.md'), 'utf8');
  const row = new RegExp(`^\\| \`${rule}\` \\|.*\\| (\\d+) \\| (\\d+) \\|$`, 'm').exec(readme);
  assert.ok(row, `the README of ${recipe} does not say what ${rule} costs`);
  const [, saidIn, saidOut] = row.map(Number);
  const call = asked(rule).toSorted((a, b) => b.prompt.length - a.prompt.length)[0];
  const took = call === undefined ? [0, 0] : [tokensOf(call.prompt), tokensOf(call.answer)];
  console.log(`${recipe}/${rule}: ${took[0]} tokens in, ${took[1]} out; it says ${saidIn} and ${saidOut}`);
  for (const [at, said = 0] of [saidIn, saidOut].entries()) {
    const real = took[at] ?? 0;
    assert.ok(Math.abs(real - said) <= 0.1 * real + 5, `${rule} takes ${real} tokens, it says ${said}`);
  }
}

/** The estimate without its margin. */
function tokensOf(text: string): number {
  const counter = createTokenCounter();
  return Math.round((counter.atMost(text, '') - counter.atMost('', '')) / 1.3);
}

/** Whether a file of the notes is there. */
export function isThere({ notes }: Installed, name: string): boolean {
  return existsSync(join(notes, name));
}
