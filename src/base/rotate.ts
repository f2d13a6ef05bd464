import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CodedError, messageOf, systemCode } from './errors.ts';
import { toFs } from './path-text.ts';

export interface RotatingFileOptions {
  /** Absolute path text. Older files are `path.1` (newest) to `path.<keep>`. */
  path: string;
  maxBytes: number;
  keep: number;
  /** The line that says how many lines were dropped since the last one written, and why (a system error code). */
  lostLine: (count: number, code: string) => string;
}

/** A file of whole lines that never grows past its limit and never throws for what a disk does. */
export interface RotatingFile {
  /** Appends one line (with its newline), or drops and counts it where the disk refuses. */
  write(line: string): void;
  /** Opens the path anew, after somebody else moved the file away. Throws what opening it threw. */
  reopen(): void;
  /** Makes what was written durable, as far as the disk lets us. */
  flush(): void;
  close(): void;
}

/**
 * Opens or creates the file (0600, its folder 0700). Writing is synchronous (a few µs into the page
 * cache), so a killed process has lost no line. Throws `log-file` where it may not be opened at all; a full
 * disk is no reason to throw, the lines until there is room are dropped, counted and said.
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const file = new File(options);
  try {
    file.reopen();
  } catch (error) {
    if (!FULL.has(systemCode(error) ?? '')) {
      throw new CodedError('log-file', `cannot open the log file: ${messageOf(error)}`, {
        value: options.path,
        allowed: 'a path that this user may write',
        next: 'mend the permissions of its folder, or name another state directory',
        cause: error,
      });
    }
  }
  return file;
}

const FULL = new Set(['ENOSPC', 'EDQUOT']);

class File implements RotatingFile {
  readonly #options: RotatingFileOptions;
  #fd: number | undefined;
  #closed = false;
  /** Only a regular file has a size that can grow past the limit; a device or pipe is never rotated. */
  #regular = false;
  #size = 0;
  #rotateAt: number;
  #lost = 0;
  #lostCode = '';

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#rotateAt = options.maxBytes;
  }

  write(line: string): void {
    if (this.#closed) return;
    const notice = this.#lost > 0 ? this.#options.lostLine(this.#lost, this.#lostCode) : '';
    const bytes = Buffer.from(notice + line); // together, or the notice alone would fill what room is left
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#rotateAt) this.#rotate();
      this.#append(this.#fd ?? this.#open(), bytes);
      this.#lost = 0;
    } catch (error) {
      this.#lost += 1;
      this.#lostCode = systemCode(error) ?? messageOf(error);
    }
  }

  reopen(): void {
    if (!this.#closed) this.#open();
  }

  flush(): void {
    if (this.#fd === undefined) return;
    try {
      fsyncSync(this.#fd);
    } catch {
      // a device or a dying disk: there is nobody left to tell
    }
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** Opens first and closes the old one after, so that a failure leaves the old one in use. */
  #open(): number {
    mkdirSync(toFs(dirname(this.#options.path)), { recursive: true, mode: 0o700 });
    const fd = openSync(toFs(this.#options.path), 'a', 0o600);
    const stat = fstatSync(fd);
    this.#release();
    this.#fd = fd;
    this.#regular = stat.isFile();
    this.#size = this.#regular ? stat.size : 0;
    this.#rotateAt = this.#options.maxBytes;
    if (this.#regular && (stat.mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    return fd;
  }

  #release(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    closeSync(fd);
  }

  #append(fd: number, bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      if (written > 0) this.#cut(fd, written);
      throw error;
    }
    if (this.#regular) this.#size += written;
  }

  /** A disk that fills up within a line would leave half of it, and the next line would be glued to it. */
  #cut(fd: number, bytes: number): void {
    try {
      ftruncateSync(fd, fstatSync(fd).size - bytes);
    } catch {
      this.#size += bytes;
    }
  }

  #rotate(): void {
    const { path, keep, maxBytes } = this.#options;
    try {
      for (let age = keep - 1; age >= 1; age -= 1) moveIfThere(`${path}.${age}`, `${path}.${age + 1}`);
      if (keep > 0) moveIfThere(path, `${path}.1`);
      else rmSync(toFs(path), { force: true });
    } catch {
      this.#rotateAt = this.#size + maxBytes; // a folder that forbids renaming is asked again one file later
      return;
    }
    this.#release();
    this.#size = 0;
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(toFs(from), toFs(to));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
