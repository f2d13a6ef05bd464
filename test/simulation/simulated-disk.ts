import { constants, type Stats } from 'node:fs';
import type { Disk } from '../../src/base/disk.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Inode {
  ino: number;
  mode: number;
  content: Buffer;
  /** What a power cut leaves of it. */
  durable: Buffer;
  mtimeMs: number;
  ctimeMs: number;
}

/** A disk in memory that knows what is durable: contents after their sync, names after their folder's. */
export interface SimulatedDisk {
  /** As one process reaches it. */
  reachedBy(life: Life): Disk;
  /** The world's own hand, not subject to faults; durable at once. */
  put(path: string, content: string): void;
  remove(path: string): void;
  /** Every file, with its content. */
  files(): Map<string, string>;
  stat(path: string): Inode | null;
  /** From now on nothing can be written (ENOSPC), or it can again. */
  full: boolean;
  /** What was not synced is gone, or half there. */
  cutPower(): void;
}

const FOLDERS = new Set(['/', '/inbox', '/inbox/notes', '/notes']);

export function createSimulatedDisk(random: SeededRandom, time: VirtualTime): SimulatedDisk {
  let names = new Map<string, Inode>();
  let durableNames = new Map<string, Inode>();
  /** Changes of names since the last sync of their folder, in order: a journaling file system keeps a beginning of them. */
  let pending: { folder: string; path: string; inode: Inode | null }[] = [];
  const folders = new Set(FOLDERS);
  let lastIno = 100;
  const freed = new Set<number>();
  let open = new Map<number, { inode: Inode | null; path: string }>();
  let lastFile = 2;
  const disk = { full: false };

  const folderOf = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf('/')));
  const name = (path: string, inode: Inode | null) => {
    const before = names.get(path);
    if (inode) names.set(path, inode);
    else names.delete(path);
    pending.push({ folder: folderOf(path), path, inode });
    if (before && before !== inode) freed.add(before.ino);
    if (inode) inode.ctimeMs = time.stamp();
  };
  const made = (mode: number): Inode => {
    const now = time.stamp();
    const empty = Buffer.alloc(0);
    const ino = (random.chance(0.5) ? freeNumber() : undefined) ?? ++lastIno;
    return { ino, mode, content: empty, durable: empty, mtimeMs: now, ctimeMs: now };
  };

  /** A number that no file has any more is used again soon, as on a real disk; not while a power cut could bring it back. */
  function freeNumber(): number | undefined {
    const alive = new Set<number>();
    for (const inode of [
      ...names.values(),
      ...durableNames.values(),
      ...pending.map((change) => change.inode),
    ])
      if (inode) alive.add(inode.ino);
    const free = [...freed].find((ino) => !alive.has(ino));
    if (free !== undefined) freed.delete(free);
    return free;
  }

  function reachedBy(life: Life): Disk {
    /** Most calls are answered at once; some take their time, and then others get in between. */
    const call = <T>(work: () => T, mayFail = false): T | Promise<T> => {
      if (life.isOver()) return life.never<T>();
      if (mayFail && disk.full) throw fault('ENOSPC');
      if (!random.chance(0.3)) return work();
      return time.clock.sleep(random.fraction() * 4).then(() => (life.isOver() ? life.never<T>() : work()));
    };
    const at = (file: number) => {
      const found = open.get(file);
      if (!found) throw fault('EBADF');
      return found;
    };
    const inodeAt = (file: number): Inode => {
      const { inode } = at(file);
      if (!inode) throw fault('EISDIR');
      return inode;
    };
    return {
      lstat: (path) =>
        call(() => {
          const inode = names.get(String(path));
          return inode ? statsOf(inode) : null;
        }),
      fstat: (file) => call(() => statsOf(inodeAt(file))),
      open: (path, flags, mode = 0o666) =>
        call(
          () => {
            const wanted = String(path);
            const isFolder = folders.has(wanted);
            let inode = names.get(wanted) ?? null;
            if (!isFolder && !folders.has(folderOf(wanted))) throw fault('ENOENT');
            if (flags & constants.O_CREAT) {
              if (inode && flags & constants.O_EXCL) throw fault('EEXIST');
              if (!inode) {
                inode = made(mode);
                name(wanted, inode);
              }
            }
            if (!inode && !isFolder) throw fault('ENOENT');
            if (inode && flags & constants.O_TRUNC) inode.content = Buffer.alloc(0);
            open.set(++lastFile, { inode, path: wanted });
            return lastFile;
          },
          (flags & constants.O_CREAT) !== 0,
        ),
      close: (file) =>
        call(() => {
          open.delete(file);
        }),
      read: (file, into, position) =>
        call(() => inodeAt(file).content.copy(into, 0, position, position + into.length)),
      write: (file, content) =>
        call(() => {
          const inode = inodeAt(file);
          inode.content = Buffer.from(content);
          inode.mtimeMs = time.stamp();
          inode.ctimeMs = inode.mtimeMs;
        }, true),
      chmod: (file, mode) =>
        call(() => {
          inodeAt(file).mode = mode;
        }),
      truncate: (file) =>
        call(() => {
          inodeAt(file).content = Buffer.alloc(0);
        }),
      touch: (file, mtimeMs) =>
        call(() => {
          inodeAt(file).mtimeMs = mtimeMs;
        }),
      link: (path, other) =>
        call(() => {
          const inode = names.get(String(path));
          if (!inode) throw fault('ENOENT');
          if (names.has(String(other))) throw fault('EEXIST');
          name(String(other), inode);
        }),
      rename: (path, other) =>
        call(() => {
          const inode = names.get(String(path));
          if (!inode) throw fault('ENOENT');
          name(String(other), inode);
          name(String(path), null);
        }),
      unlink: (path) =>
        call(() => {
          if (!names.has(String(path))) throw fault('ENOENT');
          name(String(path), null);
        }),
      mkdir: (path) =>
        call(() => {
          const parts = String(path).split('/').slice(1);
          let isNew = false;
          for (let depth = 1; depth <= parts.length; depth += 1) {
            const folder = `/${parts.slice(0, depth).join('/')}`;
            if (folders.has(folder)) continue;
            folders.add(folder);
            isNew = true;
          }
          return isNew;
        }),
      realpath: (path) =>
        call(() => {
          if (!folders.has(String(path)) && !names.has(String(path))) throw fault('ENOENT');
          return Buffer.from(String(path));
        }),
      pathOf: () => null,
      readlink: () => {
        throw fault('EINVAL');
      },
      async sync(file) {
        if (life.isOver()) return life.never();
        const { inode, path } = at(file);
        // What is written while it is synced may be durable or not.
        const content = inode?.content;
        const count = pending.length;
        await time.clock.sleep(1 + random.fraction() * 8);
        if (life.isOver()) return life.never();
        if (disk.full && inode) throw fault('EIO');
        if (inode && content) inode.durable = content;
        else {
          for (const [index, change] of pending.entries()) {
            if (index >= count || change.folder !== path) continue;
            if (change.inode) durableNames.set(change.path, change.inode);
            else durableNames.delete(change.path);
          }
          pending = pending.filter((change, index) => index >= count || change.folder !== path);
        }
      },
    };
  }

  return {
    get full() {
      return disk.full;
    },
    set full(full) {
      disk.full = full;
    },
    reachedBy,
    put(path, content) {
      const known = names.get(path);
      // An atomic save brings another inode, a plain one keeps it.
      const inode = known && random.chance(0.5) ? known : made(0o644);
      inode.content = Buffer.from(content);
      inode.durable = inode.content;
      inode.mtimeMs = time.stamp();
      inode.ctimeMs = inode.mtimeMs;
      if (known && inode !== known) freed.add(known.ino);
      names.set(path, inode);
      durableNames.set(path, inode);
    },
    remove(path) {
      const known = names.get(path);
      if (known) freed.add(known.ino);
      names.delete(path);
      durableNames.delete(path);
    },
    files: () => new Map(Array.from(names, ([path, { content }]) => [path, content.toString()])),
    stat: (path) => names.get(path) ?? null,
    cutPower() {
      const kept = pending.slice(0, random.below(pending.length + 1));
      const left = new Map(durableNames);
      for (const { path, inode } of kept) {
        if (inode) left.set(path, inode);
        else left.delete(path);
      }
      for (const inode of new Set(left.values())) {
        if (inode.content.equals(inode.durable)) continue;
        const half = inode.content.subarray(0, random.below(inode.content.length + 1));
        inode.content = random.chance(0.5) ? inode.durable : half;
        inode.durable = inode.content;
      }
      names = left;
      durableNames = new Map(left);
      pending = [];
      open = new Map();
    },
  };
}

function statsOf(inode: Inode): Stats {
  // Of a Stats, what this program looks at.
  const { ino, mode, content, mtimeMs, ctimeMs } = inode;
  const some = {
    ino,
    dev: 1,
    mode,
    size: content.length,
    mtimeMs,
    ctimeMs,
    birthtimeMs: 1,
    isFile: () => true,
  };
  return some as unknown as Stats;
}

function fault(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}
