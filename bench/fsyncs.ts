import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Home } from './home.ts';

/** How often something was made durable, by what it was. */
export interface Fsyncs {
  what: string;
  count: number;
}

/** Counts what a process and its threads sync while `work` runs; null where strace is absent or may not. */
export async function countFsyncs(
  pid: number,
  home: Home,
  work: () => Promise<void>,
): Promise<Fsyncs[] | null> {
  if (spawnSync('strace', ['-V']).status !== 0) return null;
  const strace = spawn('strace', ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(strace, 'close');
  let said = '';
  const attached = new Promise<boolean>((resolve) => {
    strace.stderr.on('data', (data) => {
      said += data;
      if (/attached/.test(said)) resolve(true);
    });
    void ended.then(() => resolve(false));
  });
  if (!(await attached)) return null;
  await work();
  strace.kill('SIGINT');
  await ended;
  const counts = new Map<string, number>();
  for (const [, path = ''] of said.matchAll(/f(?:data)?sync\(\d+<([^>]*)>/g)) {
    const what = nameOf(path, home);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return Array.from(counts, ([what, count]) => ({ what, count }));
}

function nameOf(path: string, home: Home): string {
  if (path.endsWith('-wal')) return 'commits of the database';
  if (path === home.notes) return "the notes' folder";
  if (path.startsWith(home.notes)) return 'the note';
  return 'the rest (checkpoints of the database)';
}
