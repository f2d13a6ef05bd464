import { readdirSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { messageOf, systemCode } from '../../base/errors.ts';
import { toFs } from '../../base/path-text.ts';
import type { StateFiles } from './state-files.ts';
import { type Identity, sameIdentity } from './tree.ts';

/** What stands at a root's path. */
export type Found =
  | { kind: 'directory'; identity: Identity; real: Buffer; empty: boolean; remote: boolean }
  | { kind: 'nothing'; why: string };

export type Presence = { kind: 'online' } | { kind: 'offline'; why: string };

/** What is known of a root from before. */
export interface Before {
  /** The directory that was watched; null before the first. */
  identity: Identity | null;
  /** Device of its indexed files; null where none are indexed. */
  device: number | null;
}

/**
 * Whether what stands at a root's path is that root. Where a folder was unmounted an empty one remains: were
 * it taken for the root, every file would count as deleted. So an empty directory that is another one than
 * before, or on another device than the indexed files, is offline; one with entries is the root again.
 */
export function judge(found: Found, before: Before): Presence {
  if (found.kind === 'nothing') return { kind: 'offline', why: found.why };
  if (before.device === null || sameIdentity(before.identity, found.identity) || !found.empty)
    return { kind: 'online' };
  const other = before.identity !== null || before.device !== found.identity.dev;
  if (!other) return { kind: 'online' };
  return {
    kind: 'offline',
    why: 'an empty folder is in its place: unmounted or replaced? Its files are not counted as deleted',
  };
}

/** Looks at a root's path (path text), which may be a link to a directory. */
export function findRoot(root: string, stateFiles: StateFiles): Found {
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
      remote: isRemote(path),
    };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return { kind: 'nothing', why: 'does not exist' };
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'nothing', why: 'may not be read' };
    return { kind: 'nothing', why: messageOf(error) };
  }
}

/** Whether a directory or one above it is the state directory. */
function isWithinState(real: Buffer, stateFiles: StateFiles): boolean {
  for (let end = real.length; end > 0; end = real.lastIndexOf('/', end - 1)) {
    if (stateFiles.isStateDirectory(statSync(real.subarray(0, end)))) return true;
  }
  return stateFiles.isStateDirectory(statSync('/'));
}

/** Magic numbers of file systems where others' changes raise no events here: NFS, SMB, CIFS, SMB2, 9p, FUSE, Ceph, AFS. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f,
]);

function isRemote(path: string | Buffer): boolean {
  return process.platform === 'linux' && REMOTE.has(statfsSync(path).type >>> 0);
}
