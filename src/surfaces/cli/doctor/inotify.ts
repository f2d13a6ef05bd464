import { readdir, readFile, readlink } from 'node:fs/promises';
import { toFs } from '../../../base/path-text.ts';
import type { Config } from '../../../contract/config.ts';
import { type Finding, ok, warn } from './finding.ts';

/** Folders that are never watched, as far as an estimate must know them. */
const SKIPPED = new Set(['.git', 'node_modules', '.venv', '__pycache__']);
/** Folders counted before the estimate gives up. */
const COUNT_LIMIT = 200_000;

/**
 * How many inotify watches the roots need (one a folder), beside what this user has left. Linux only. `ours` are
 * those that a running daemon has already.
 */
export async function inotifyFindings(
  config: Config,
  platform: NodeJS.Platform,
  ours: number,
): Promise<Finding[]> {
  if (platform !== 'linux') return [];
  const limit = await readNumber('/proc/sys/fs/inotify/max_user_watches');
  if (limit === null) return [];
  const [used, needed] = await Promise.all([
    watchesInUse(),
    countFolders(config.roots.map((root) => root.path)),
  ]);
  return [judge(limit, Math.max(0, used - ours), needed)];
}

/** Pure: `others` are the watches of this user's other programs. */
export function judge(limit: number, others: number, needed: number): Finding {
  const some = (number: number) => number.toLocaleString('en-US');
  const detail = `${some(needed)} ${needed === 1 ? 'folder' : 'folders'} to watch; the limit is ${some(limit)}, other programs use ${some(others)}`;
  // Folders are made while we watch, by other programs too.
  if (needed + others <= limit * 0.9) return ok('inotify', detail);
  const wanted = Math.max(524_288, 2 ** Math.ceil(Math.log2((needed + others) * 2)));
  const line = `fs.inotify.max_user_watches=${wanted}`;
  return warn(
    'inotify',
    `${detail}; folders beyond the limit are polled`,
    `echo ${line} | sudo tee /etc/sysctl.d/60-consciousness.conf && sudo sysctl --system`,
  );
}

/** Lines `inotify wd:…` of every descriptor of this user's processes; those of others cannot be read. */
async function watchesInUse(): Promise<number> {
  let watches = 0;
  for (const pid of await names('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await names(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (target !== 'anon_inode:inotify') continue;
      const info = await readFile(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
      watches += info.split('\n').filter((line) => line.startsWith('inotify ')).length;
    }
  }
  return watches;
}

async function countFolders(roots: readonly string[]): Promise<number> {
  const waiting: Buffer[] = roots.map((root) => Buffer.from(toFs(root)));
  let folders = 0;
  for (let folder = waiting.pop(); folder !== undefined && folders < COUNT_LIMIT; folder = waiting.pop()) {
    folders += 1;
    const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isDirectory() || SKIPPED.has(entry.name.toString())) continue;
      waiting.push(Buffer.concat([folder, Buffer.from('/'), entry.name]));
    }
  }
  return folders;
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function readNumber(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? null : number;
}
