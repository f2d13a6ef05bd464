import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import type { Config, Folders } from '../../../contract/config.ts';
import { bytes } from '../phrases.ts';
import { type Finding, fail, ok, quoted, warn } from './finding.ts';

/** Bytes free below which a start is refused, and below which somebody should know. */
const DISK_FAIL = 100e6;
const DISK_WARN = 1e9;
/** Files (inodes) left below which somebody should know. */
const FILES_WARN = 1000;

/** The daemon's own folders: there, ours alone, writable, with space. */
export async function folderFindings(folders: Folders): Promise<Finding[]> {
  const own = [folders.config, folders.rules, folders.state, folders.logs];
  return [...(await Promise.all(own.map(ownFolder))), await diskFinding(folders.state)];
}

/** Watched folders: there and readable. One that is missing is watched once it appears. */
export async function rootFindings(config: Config, platform: NodeJS.Platform): Promise<Finding[]> {
  if (config.roots.length === 0) {
    const mend = `name folders in ${config.folders.configFile}: file_watcher: { watch_paths: [~/Inbox] }`;
    return [warn('root', 'no folder is watched', mend)];
  }
  return await Promise.all(
    config.roots.map(({ path }) =>
      inTime('root', path, async () => {
        const found = await look(path);
        if (found === null)
          return warn('root', `${path} is not there; it is watched once it is`, `mkdir -p ${quoted(path)}`);
        if (typeof found === 'string')
          return /EACCES|EPERM/.test(found)
            ? unreadable(path, platform)
            : fail('root', `${path}: ${found}`, null);
        if (!found.isDirectory()) return fail('root', `${path} is not a folder`, null);
        return (await may(path, constants.R_OK | constants.X_OK))
          ? ok('root', path)
          : unreadable(path, platform);
      }),
    ),
  );
}

/** On macOS the system itself keeps programs from reading Documents, Desktop, Downloads and others' data. */
function unreadable(path: string, platform: NodeJS.Platform): Finding {
  const mend =
    platform === 'darwin'
      ? 'System Settings > Privacy & Security > Full Disk Access: allow the terminal that starts the daemon'
      : `chmod u+rx ${quoted(path)}`;
  return fail('root', `${path} cannot be read by this user`, mend);
}

/** Folders that outputs go to: writable, or possible to make. */
export async function outputFindings(config: Config): Promise<Finding[]> {
  if (config.outputRoots.length === 0) {
    const mend = `name folders in ${config.folders.configFile}: output_roots: [~/Notes]`;
    return [warn('output root', 'no output_roots, so no rule may write anything', mend)];
  }
  return await Promise.all(
    config.outputRoots.map((path) =>
      inTime('output root', path, async () => {
        const existing = await nearestExisting(path);
        if (!(await may(existing, constants.W_OK | constants.X_OK))) {
          return fail(
            'output root',
            `${path}: ${existing} cannot be written by this user`,
            `chmod u+wx ${quoted(existing)}`,
          );
        }
        const disk = await diskFinding(existing);
        if (disk.status !== 'ok') return { ...disk, check: 'output root' };
        return ok('output root', existing === path ? path : `${path}, made when it is needed`);
      }),
    ),
  );
}

/** A network share that hangs answers nothing, not even with an error. */
const HUNG_MS = 5000;

async function inTime(check: string, path: string, look: () => Promise<Finding>): Promise<Finding> {
  const hung = Promise.withResolvers<Finding>();
  const timer = setTimeout(
    () =>
      hung.resolve(
        fail(
          check,
          `${path} does not answer within ${HUNG_MS / 1000} s: its disk or share hangs`,
          `mount it anew: findmnt --target ${quoted(path)}`,
        ),
      ),
    HUNG_MS,
  );
  try {
    return await Promise.race([look(), hung.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function ownFolder(path: string): Promise<Finding> {
  const found = await look(path);
  if (found === null) return ok('folder', `${path}, made at the first start`);
  if (typeof found === 'string') return fail('folder', `${path}: ${found}`, null);
  if (!found.isDirectory()) return fail('folder', `${path} is not a folder`, `move ${quoted(path)} away`);
  if (!(await may(path, constants.R_OK | constants.W_OK | constants.X_OK))) {
    return fail('folder', `${path} cannot be read and written by this user`, `chmod u+rwx ${quoted(path)}`);
  }
  const mode = found.mode & 0o777;
  if ((mode & 0o077) === 0) return ok('folder', path);
  return warn(
    'folder',
    `${path} is open to other users (mode ${mode.toString(8)})`,
    `chmod 700 ${quoted(path)}`,
  );
}

async function diskFinding(path: string): Promise<Finding> {
  const existing = await nearestExisting(path);
  const { bavail, bsize, files, ffree } = await statfs(toFs(existing));
  const free = bavail * bsize;
  // Some file systems count no inodes.
  if (files > 0 && ffree < FILES_WARN) {
    const many = `${ffree.toLocaleString('en-US')} more files fit at ${existing}, whatever room is left`;
    return (ffree === 0 ? fail : warn)('disk', many, `remove small files there: df -i ${quoted(existing)}`);
  }
  const detail = `${bytes(free)} free at ${existing}`;
  if (free < DISK_FAIL) return fail('disk', detail, `make room: ${bytes(DISK_WARN)} are comfortable`);
  return free < DISK_WARN
    ? warn('disk', detail, `make room: ${bytes(DISK_WARN)} are comfortable`)
    : ok('disk', detail);
}

/** What is there; null for nothing; a sentence where it cannot be told. */
async function look(path: string) {
  try {
    return await stat(toFs(path));
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? null : messageOf(error);
  }
}

async function may(path: string, mode: number): Promise<boolean> {
  try {
    await access(toFs(path), mode);
    return true;
  } catch {
    return false;
  }
}

async function nearestExisting(path: string): Promise<string> {
  let at = path;
  while (at !== '/' && (await look(at)) === null) at = dirname(at);
  return at;
}
