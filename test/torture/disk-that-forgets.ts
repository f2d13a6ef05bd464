import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { amendRecord } from '../../src/store/record-file.ts';
import { emptyRow, foundIn, SCENARIO, scratch, seeded, statesUpTo, type TortureRow } from './power-cut.ts';

const SOURCE = fileURLToPath(new URL('./disk-that-forgets.c', import.meta.url));
const THOUGHTS = 20;

export interface ForgettingOptions {
  seed: number;
  /** Power cuts. */
  count: number;
  deadline: number;
  /** Control: the disk says that it has synced, and has not; the run must say what is lost. */
  lying?: boolean;
}

/**
 * Cuts the power of a real store on a disk that keeps only what was synced, and only the names that were: whatever was
 * acknowledged must be there. Skipped, with the reason, where the shim cannot be built.
 */
export async function powerCutsOnAForgettingDisk(options: ForgettingOptions): Promise<TortureRow> {
  const row = emptyRow('power cut: what was not synced');
  if (process.platform !== 'linux') return { ...row, skipped: 'the shim is made for Linux' };
  const folder = scratch();
  try {
    const shim = join(folder, 'shim.so');
    try {
      execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, SOURCE, '-ldl'], { stdio: 'pipe' });
    } catch {
      return { ...row, skipped: 'no C compiler' };
    }
    const random = seeded(options.seed);
    const states = statesUpTo(THOUGHTS);
    for (let n = 0; n < options.count && performance.now() < options.deadline; n += 1) {
      const at = 1 + Math.floor(random() * (states.size - 2));
      const acknowledged = await cutAfter(folder, shim, at, options.lying === true);
      const began = performance.now();
      const found = states.get((await foundIn(join(folder, 'after', 'consciousness.db'))).state);
      row.slowest = Math.max(row.slowest, Math.round(performance.now() - began));
      row.runs += 1;
      if (found === undefined) row.doubled += 1;
      else if (found < acknowledged) row.lost += 1;
      else continue;
      row.failure ||= `seed ${options.seed}, cut ${n}: ${acknowledged} acknowledged, found ${found}`;
    }
    return row;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets it work until so many commits are acknowledged, kills it, and builds what the disk still has in `after`. */
async function cutAfter(folder: string, shim: string, commits: number, lying: boolean): Promise<number> {
  const [work, kept, after] = ['work', 'kept', 'after'].map((name) => join(folder, name));
  if (!work || !kept || !after) throw new Error('no folders');
  for (const each of [work, kept, after]) rmSync(each, { recursive: true, force: true });
  for (const each of [work, kept, after]) mkdirSync(each);
  const child = spawn(process.execPath, [SCENARIO, join(work, 'consciousness.db'), String(THOUGHTS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_V8_COVERAGE: '',
      LD_PRELOAD: shim,
      FORGETS_FOLDER: work,
      FORGETS_KEPT: kept,
      ...(lying ? { FORGETS_EVERYTHING: '1' } : {}),
    },
  });
  let acknowledged = -1;
  for await (const _ of createInterface({ input: child.stdout })) {
    acknowledged += 1;
    if (acknowledged === commits) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const names = existsSync(join(kept, 'names')) ? readFileSync(join(kept, 'names'), 'utf8') : '';
  for (const line of names.split('\n').filter((each) => each !== '')) {
    const [inode = '', name = ''] = line.split(' ');
    const content = join(kept, inode);
    if (existsSync(content)) copyFileSync(content, join(after, name));
    else if (!name.endsWith('-shm')) writeFileSync(join(after, name), '');
  }
  amendRecord(join(after, 'consciousness.db'), { boot: 'the one before the power cut' });
  return acknowledged;
}
