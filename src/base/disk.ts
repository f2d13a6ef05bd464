import * as fs from 'node:fs';
import { promisify } from 'node:util';

/** A path as `node:fs` takes it: see `toFs`. */
export type FsPath = string | Buffer;
export type Soon<T> = T | Promise<T>;

/**
 * The file calls of whoever reads or writes many small files, by descriptor. Await each: a local disk answers at
 * once, any other later. Throws what `node:fs` throws.
 */
export interface Disk {
  /** Null where nothing has that name. */
  lstat(path: FsPath): Soon<fs.Stats | null>;
  fstat(file: number): Soon<fs.Stats>;
  open(path: FsPath, flags: number, mode?: number): Soon<number>;
  close(file: number): Soon<void>;
  /** Bytes read. */
  read(file: number, into: Uint8Array, position: number): Soon<number>;
  /** All of the bytes, from where the last write ended. */
  write(file: number, content: Uint8Array): Soon<void>;
  chmod(file: number, mode: number): Soon<void>;
  /** To nothing. */
  truncate(file: number): Soon<void>;
  /** Sets when it was changed last, epoch milliseconds. */
  touch(file: number, mtimeMs: number): Soon<void>;
  link(path: FsPath, name: FsPath): Soon<void>;
  rename(path: FsPath, name: FsPath): Soon<void>;
  unlink(path: FsPath): Soon<void>;
  /** One folder; false where that name is taken. */
  mkdir(path: FsPath): Soon<boolean>;
  realpath(path: FsPath): Soon<Buffer>;
  readlink(path: FsPath): Soon<Buffer>;
  /**
   * A path of the open folder itself, whatever its name leads to by then: a name joined to it is looked for in that
   * very folder, and reading it as a link tells where the folder really is. Null where the system has no such path.
   */
  pathOf(folder: number): string | null;
  /** Waits for the hardware, and never on this thread. */
  sync(file: number): Promise<void>;
}

/** Up to so many bytes are read or written on this thread: a disk's cache gives them in 50 µs. */
const SMALL_BYTES = 256 * 1024;

/** An error costs more than the call: 20 µs for its stack [measured]. */
const NOTHING_IS_NULL = { throwIfNoEntry: false } as const;

const sync = promisify(fs.fsync);
const futimes = promisify(fs.futimes);
const readLater = promisify(fs.read);
const writeLater = promisify(fs.writeFile);

/** Each call in the thread pool, which costs 30 to 60 µs of processor time [measured] and never holds up the others. */
export const elsewhere: Disk = {
  lstat: (path) =>
    new Promise((resolve, reject) => {
      fs.lstat(path, (error, stats) => {
        if (!error) resolve(stats);
        else if (error.code === 'ENOENT') resolve(null);
        else reject(error);
      });
    }),
  fstat: promisify(fs.fstat),
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: async (file, into, position) => (await readLater(file, into, 0, into.length, position)).bytesRead,
  write: writeLater,
  chmod: promisify(fs.fchmod),
  link: promisify(fs.link),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
  truncate: promisify(fs.ftruncate),
  touch: (file, mtimeMs) => futimes(file, mtimeMs / 1000, mtimeMs / 1000),
  mkdir: (path) =>
    new Promise((resolve, reject) => {
      fs.mkdir(path, (error) => {
        if (error && error.code !== 'EEXIST') reject(error);
        else resolve(error === null);
      });
    }),
  realpath: (path) =>
    new Promise((resolve, reject) => {
      fs.realpath.native(path, 'buffer', (error, real) => (error ? reject(error) : resolve(real)));
    }),
  readlink: (path) => promisify(fs.readlink)(path, 'buffer'),
  pathOf,
  sync,
};

/** Each call on this thread: 1 to 5 µs where the names are in memory. */
export const atOnce: Disk = {
  lstat: (path) => fs.lstatSync(path, NOTHING_IS_NULL) ?? null,
  fstat: fs.fstatSync,
  // A new name waits for the file system's journal while an fsync commits it: most of a millisecond [measured].
  open: (path, flags, mode) =>
    flags & fs.constants.O_CREAT ? elsewhere.open(path, flags, mode) : fs.openSync(path, flags, mode),
  close: fs.closeSync,
  read: (file, into, position) =>
    into.length <= SMALL_BYTES
      ? fs.readSync(file, into, 0, into.length, position)
      : elsewhere.read(file, into, position),
  write: (file, content) =>
    content.length <= SMALL_BYTES ? fs.writeFileSync(file, content) : writeLater(file, content),
  chmod: fs.fchmodSync,
  link: fs.linkSync,
  rename: fs.renameSync,
  unlink: fs.unlinkSync,
  truncate: fs.ftruncateSync,
  touch: (file, mtimeMs) => fs.futimesSync(file, mtimeMs / 1000, mtimeMs / 1000),
  mkdir: elsewhere.mkdir,
  realpath: (path) => fs.realpathSync.native(path, 'buffer'),
  readlink: (path) => fs.readlinkSync(path, 'buffer'),
  pathOf,
  sync,
};

/** Linux has a directory of links to all that is open; a name beneath one is looked for in what is open. */
function pathOf(folder: number): string | null {
  return process.platform === 'linux' ? `/proc/self/fd/${folder}` : null;
}

/** File systems whose calls end (statfs magic numbers of Linux): ext, XFS, Btrfs, ZFS, F2FS, bcachefs, tmpfs, overlayfs. */
const LOCAL = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0xca451a4e, 0x01021994, 0x794c7630],
]);

/** How long a folder is believed to be on the file system where it was, milliseconds: mounts come and go. */
const BELIEVED_MS = 10_000;
const MOST_FOLDERS = 1000;
const statfs = promisify(fs.statfs);

/** How to reach the disk that a folder is on. */
export type Disks = (folder: FsPath) => Soon<Disk>;

/**
 * Says how to reach the disk that a folder is on. A network or user-space file system may hang for minutes, so its
 * calls are made elsewhere; only those known to be local are made at once. `now`: monotonic milliseconds.
 */
export function createDisks(now: () => number): Disks {
  const known = new Map<string, { disk: Disk; until: number }>();

  async function ask(folder: FsPath, key: string): Promise<Disk> {
    const type =
      process.platform === 'linux'
        ? await statfs(folder).then(
            (found) => found.type,
            () => 0,
          )
        : 0;
    if (type === 0) return elsewhere;
    const disk = LOCAL.has(type) ? atOnce : elsewhere;
    if (known.size >= MOST_FOLDERS) known.clear();
    known.set(key, { disk, until: now() + BELIEVED_MS });
    return disk;
  }

  return (folder) => {
    const key = typeof folder === 'string' ? folder : folder.toString('latin1');
    const believed = known.get(key);
    return believed && now() < believed.until ? believed.disk : ask(folder, key);
  };
}
