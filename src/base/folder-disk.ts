import type { Disk, FsPath, Soon } from './disk.ts';
import { CodedError } from './errors.ts';
import { toFs } from './path-text.ts';

/** How a folder is reached just now. */
export interface Reach {
  /** What names are joined to. */
  base: FsPath;
  /** Where `base` is only a path: throws where it leads elsewhere by now. */
  check?(): Promise<void>;
}

/** A disk of which only the names in one folder are reached. */
export interface FolderDisk extends Disk {
  /** Gives a file another name, perhaps in another folder of the same file system. */
  linkTo(path: FsPath, other: FolderDisk, name: FsPath): Promise<void>;
  renameTo(path: FsPath, other: FolderDisk, name: FsPath): Promise<void>;
  /** What a call between two folders needs. Throws `output-escapes` for what is no name in it. */
  reached(path: FsPath): Reach;
}

/**
 * Takes paths as they are beneath `folder` (path text), and makes each call by `reach`. Of a folder that is not there yet
 * (`reach` gives null) nothing is there. Any path that is not a name in the folder throws `output-escapes`.
 */
export function diskOfFolder(disk: Disk, folder: string, reach: () => Reach | null): FolderDisk {
  const prefix = bytesOf(toFs(folder.endsWith('/') ? folder : `${folder}/`));

  function reached(path: FsPath): Reach {
    const bytes = bytesOf(path);
    const name = bytes.slice(prefix.length);
    if (!bytes.startsWith(prefix) || /^\.{0,2}$/.test(name) || name.includes('/')) {
      const value = String(path);
      throw new CodedError('output-escapes', `${value} is no name in ${folder}`, { value });
    }
    const at = reach();
    if (at === null)
      throw Object.assign(new Error(`ENOENT: ${folder} is not there`), { code: 'ENOENT', path: folder });
    return { ...at, base: joined(at.base, typeof path === 'string' ? lastOf(path) : latin(name)) };
  }

  function through<T>(path: FsPath, call: (reached: FsPath) => Soon<T>): Soon<T> {
    const { base, check } = reached(path);
    if (check) return checked([check], async () => call(base));
    try {
      const result = call(base);
      return result instanceof Promise ? result.catch(refuse) : result;
    } catch (error) {
      return refuse(error);
    }
  }

  /** People know the folder by its path, not by the number that it is open under. */
  function refuse(error: unknown): never {
    if (error instanceof Error) error.message = error.message.replaceAll(OPEN, folder);
    throw error;
  }

  async function between(
    call: 'link' | 'rename',
    path: FsPath,
    other: FolderDisk,
    name: FsPath,
  ): Promise<void> {
    const [here, there] = [reached(path), other.reached(name)];
    const checks = [here.check, there.check].filter((check) => check !== undefined);
    try {
      await checked(checks, async () => disk[call](here.base, there.base));
    } catch (error) {
      refuse(error);
    }
  }

  return {
    ...disk,
    reached,
    lstat: (path) => (reach() === null ? null : through(path, disk.lstat)),
    open: (path, flags, mode) => through(path, (at) => disk.open(at, flags, mode)),
    link: (path, name) => through(path, (at) => disk.link(at, reached(name).base)),
    rename: (path, name) => through(path, (at) => disk.rename(at, reached(name).base)),
    linkTo: (path, other, name) => between('link', path, other, name),
    renameTo: (path, other, name) => between('rename', path, other, name),
    unlink: (path) => through(path, disk.unlink),
    mkdir: (path) => through(path, disk.mkdir),
    realpath: (path) => through(path, disk.realpath),
    readlink: (path) => through(path, disk.readlink),
  };
}

const OPEN = /\/proc\/self\/fd\/\d+/g;

async function checked<T>(checks: readonly (() => Promise<void>)[], call: () => Promise<T>): Promise<T> {
  for (const check of checks) await check();
  const result = await call();
  for (const check of checks) await check();
  return result;
}

export function joined(base: FsPath, name: FsPath): FsPath {
  if (typeof base === 'string' && typeof name === 'string') return `${base}/${name}`;
  return Buffer.concat([Buffer.from(base), Buffer.from('/'), Buffer.from(name)]);
}

/** Each byte one character, so that paths compare as bytes. */
function bytesOf(path: FsPath): string {
  return (typeof path === 'string' ? Buffer.from(path) : path).toString('latin1');
}

function latin(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
