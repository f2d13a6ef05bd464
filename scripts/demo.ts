import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillIn } from '../src/surfaces/cli/init/recipes.ts';
import { root } from './tool.ts';

if (import.meta.main) await main();

/** The main job on sample input: a home of its own, filled once from examples/, and the daemon in the foreground. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { home: { type: 'string' }, quiet: { type: 'boolean', default: false } },
  });
  const home = values.home ?? join(root, 'demo-home');

  await fill(home);
  console.log(`The demo's home is ${home}
  drop a file into  ${join(home, 'inbox')}  (PDF, Markdown, text or HTML) and it is thought at once
  notes appear in   ${join(home, 'notes')}
Without a model server the notes come from builtin/extract: that is extraction, no language model.
Once LM Studio serves a model on this machine, the next files are thought by that model.
From another terminal, in this folder:
  npx consciousness open --home demo-home       (the dashboard, in your browser)
  npx consciousness status --home demo-home
  npx consciousness explain demo-home/inbox/pier-mast-meeting.md --home demo-home
`);

  const args = [
    join(root, 'bin', 'consciousness.js'),
    'start',
    '--home',
    home,
    ...(values.quiet ? ['--quiet'] : []),
  ];
  const daemon = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C reaches the daemon by itself; this process only waits for it to end, and passes on what it is sent alone.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => daemon.kill('SIGTERM'));
  daemon.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
  });
}

/** Copies the examples with their places filled in; once: what a person deleted stays deleted. */
export async function fill(to: string): Promise<void> {
  if (existsSync(join(to, 'config.yaml'))) return;
  const examples = join(root, 'examples');
  await mkdir(join(to, 'rules'), { recursive: true, mode: 0o700 });
  await mkdir(join(to, 'notes'), { recursive: true });
  const inbox = join(examples, 'recipes', 'inbox');
  await cp(join(inbox, 'sample'), join(to, 'inbox'), { recursive: true, force: false });
  const rule = await readFile(join(inbox, 'rules', 'inbox.md'), 'utf8');
  await writeFile(join(to, 'rules', 'inbox.md'), demoRule(rule, to));
  // Last, since it tells that the home is complete.
  const config = await readFile(join(examples, 'config.yaml'), 'utf8');
  await writeFile(join(to, 'config.yaml'), config.replaceAll('{HOME}', to));
}

/**
 * The recipe as the demo uses it: with what is there already, without waiting for a model server, and without the last
 * output, which proposes to file the document.
 */
function demoRule(rule: string, home: string): string {
  const places = { watch: { written: join(home, 'inbox') }, notes: { written: join(home, 'notes') } };
  return fillIn(rule, places)
    .replace('existing: ignore ', 'existing: process')
    .replace('offline: hold', 'offline: next')
    .replace(/^ {2}# Then the document is filed[\s\S]*?^ {4}approve: true\n/m, '');
}
