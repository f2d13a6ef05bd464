import { closeSync, existsSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { systemCode } from '../base/errors.ts';

/**
 * Reads the small files of /proc and /sys on this thread, into one buffer that is used again: they are made of memory, and
 * answer in 10 µs, where the thread pool takes 60 [measured]. Null stands for what is gone or may not be read.
 */
export interface KernelFiles {
  /** Reads a file of one record: how many bytes of `buffer` it filled; they are good until the next read. */
  read(file: string): number | null;
  readonly buffer: Buffer;
  /** The whole of a file. */
  text(file: string): string | null;
  /** The same as bytes. */
  bytes(file: string): Buffer | null;
  /** Opens a file that is read again and again; see {@link KernelFiles.readAgain} and `close`. */
  open(file: string): number | null;
  /** As `read`, from the beginning of an open file. */
  readAgain(descriptor: number): number | null;
  close(descriptor: number): void;
  /** A way to read the beginning of a file again and again, which stays open: a fifth of the cost. */
  keep(file: string): () => string;
  link(file: string): string | null;
  exists(file: string): boolean;
  list(folder: string): string[] | null;
}

/** A longer file is cut. */
const MOST_BYTES = 16 * 1024 * 1024;
const USUAL_BYTES = 64 * 1024;
const KEPT_BYTES = 256;

/** `folder`: what the names are relative to, such as /proc. */
export function createKernelFiles(folder: string): KernelFiles {
  let buffer = Buffer.allocUnsafe(USUAL_BYTES);

  /** A list of records is handed out page by page: only the empty page is its end. */
  const readUntil = (file: string, whole: boolean): number | null => {
    let descriptor: number;
    try {
      descriptor = openSync(`${folder}/${file}`, 'r');
    } catch (error) {
      return unreadable(error);
    }
    try {
      for (let length = 0; ; ) {
        const got = readSync(descriptor, buffer, length, buffer.length - length, null);
        length += got;
        if (!whole || got === 0 || length >= MOST_BYTES) return length;
        if (length === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 4);
      }
    } catch (error) {
      return unreadable(error);
    } finally {
      closeSync(descriptor);
    }
  };

  const list = (path: string): string[] | null => {
    try {
      return readdirSync(`${folder}/${path}`);
    } catch (error) {
      return unreadable(error);
    }
  };

  return {
    read: (file) => readUntil(file, false),
    get buffer() {
      return buffer;
    },
    text(file) {
      const length = readUntil(file, true);
      return length === null ? null : buffer.toString('utf8', 0, length);
    },
    bytes(file) {
      const length = readUntil(file, true);
      return length === null ? null : Buffer.from(buffer.subarray(0, length));
    },
    open(file) {
      try {
        return openSync(`${folder}/${file}`, 'r');
      } catch (error) {
        return unreadable(error);
      }
    },
    readAgain(descriptor) {
      try {
        return readSync(descriptor, buffer, 0, buffer.length, 0);
      } catch (error) {
        return unreadable(error);
      }
    },
    close: closeSync,
    keep(file) {
      let descriptor: number | null = null;
      const own = Buffer.allocUnsafe(KEPT_BYTES);
      return () => {
        try {
          descriptor ??= openSync(`${folder}/${file}`, 'r');
          return own.toString('latin1', 0, readSync(descriptor, own, 0, KEPT_BYTES, 0));
        } catch (error) {
          return unreadable(error) ?? '';
        }
      };
    },
    link(file) {
      try {
        return readlinkSync(`${folder}/${file}`);
      } catch (error) {
        return unreadable(error);
      }
    },
    exists: (file) => existsSync(`${folder}/${file}`),
    list,
  };
}

/** ESRCH: it ended between opening and reading. EINVAL and below: a sensor that has nothing to say now. */
const GONE = new Set([
  'ENOENT',
  'ESRCH',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EINVAL',
  'ENODATA',
  'ENXIO',
  'EIO',
  'EAGAIN',
]);

function unreadable(error: unknown): null {
  if (GONE.has(systemCode(error) ?? '')) return null;
  throw error;
}
