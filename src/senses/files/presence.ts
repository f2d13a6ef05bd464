import { readdirSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { messageOf, systemCode } from '../../base/errors.ts';
import { toFs } from '../../base/path-text.ts';
import type { StateFiles } from './state-files.ts';
import type { Identity } from './tree.ts';

/** What stands at a root's path. */
export type Found =
  | { kind: 'directory'; identity: Identity; real: Buffer; empty: boolean; remote: boolean }
  | { kind: 'nothing'; why: string };

export type Presence = { kind: 'online' } | { kind: 'offline'; why: string };

/** What is known of a root from before. */
export interface Before {
  /** The folder it was when its files were indexed; null where that is not known. */
  identity: Identity | null;
  /** Device of its indexed files; null where none are indexed. */
  device: number | null;
}

/**
 * Whether what stands at a root's path may be perceived. Where a folder was unmounted an empty one remains: were
 * it taken for the root, every file would count as deleted. So an empty directory that is another one than
 * before, or on another device than the indexed files, is offline. What one with entries is, its files tell.
 */
export function judge(found: Found, before: Before): Presence {
  if (found.kind === 'nothing') return { kind: 'offline', why: found.why };
  if (before.device === null || !found.empty) return { kind: 'online' };
  const isIt =
    before.identity === null
      ? before.device === found.identity.dev
      : isSameFolder(before.identity, found.identity);
  if (isIt) return { kind: 'online' };
  return {
    kind: 'offline',
    why: 'an empty folder is in its place: unmounted or replaced? Its files are not counted as deleted',
  };
}

/**
 * Whether a folder is the one from before, also where a restart or another port numbered its device anew. Where
 * the file system keeps no birth times (FAT), inodes prove nothing, as every stick has the same.
 */
export function isSameFolder(before: Identity, now: Identity): boolean {
  return before.ino === now.ino && before.birth === now.birth && now.birth > 0;
}

/** Looks at a root's path (path text), which may be a link to a directory. */
export function findRoot(root: string, stateFiles: StateFiles, remote = isRemote): Found {
  const path = toFs(root);
  try {
    const stats = statSync(path);
    if (!stats.isDirectory()) return { kind: 'nothing', why: 'is not a folder' };
    const real = realpathSync(path, 'buffer');
    if (isWithinState(real, stateFiles))
      return { kind: 'nothing', why: "is inside the daemon's own state folder" };
    const identity = { dev: stats.dev, ino: stats.ino, birth: stats.birthtimeMs };
    return {
      kind: 'directory',
      identity,
      real,
      empty: readdirSync(path).length === 0,
      remote: remote(path),
    };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return { kind: 'nothing', why: 'does not exist' };
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'nothing', why: 'may not be read' };
    return { kind: 'nothing', why: messageOf(error) };
  }
}

/** Whether a directory or one above it is the state directory. */
export function isWithinState(real: Buffer, stateFiles: StateFiles): boolean {
  for (let end = real.length; end > 0; end = real.lastIndexOf('/', end - 1)) {
    if (stateFiles.isStateDirectory(statSync(real.subarray(0, end)))) return true;
  }
  return stateFiles.isStateDirectory(statSync('/'));
}

/** Magic numbers of file systems where others' changes raise no events here: NFS, SMB, CIFS, SMB2, 9p, FUSE, Ceph, AFS. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f,
]);

/** Whether a directory is on a file system that others can change without an event here; no where it cannot be asked. */
export function isRemote(path: string | Buffer): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return REMOTE.has(statfsSync(path).type >>> 0);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
