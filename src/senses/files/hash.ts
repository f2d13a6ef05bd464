import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs';
import type { XXHash, XXHashAPI } from 'xxhash-wasm';
import { systemCode } from '../../base/errors.ts';
import type { FileStat } from '../../contract/event.ts';
import { sameStat } from './difference.ts';
import { createSlice } from './slice.ts';
import { fileStat } from './stat.ts';

/** What reading a file came to. `stat` is what it was before it was read. */
export type Hashed =
  | {
      kind: 'hashed';
      stat: FileStat;
      hash: bigint;
      binary: boolean /** It did not change meanwhile. */;
      steady: boolean;
    }
  /** Not the file that was looked at any more, or not inside the root. */
  | { kind: 'changed' }
  | { kind: 'unreadable'; code: string };

/** Hashes regular files inside one root. */
export interface Hasher {
  /** In one go; for files up to {@link IN_ONE_GO}. */
  now(path: string | Buffer, seen: FileStat): Hashed;
  /** In slices between which the event loop turns; for larger files. */
  inSlices(path: string | Buffer, seen: FileStat, signal: AbortSignal): Promise<Hashed>;
}

/** Bytes that are hashed without a pause: 8 MiB are about 10 ms of reading and hashing. */
export const IN_ONE_GO = 8 * 1024 * 1024;

/** A NUL in so many first bytes makes a file binary. */
const HEAD = 8192;
const CHUNK = 256 * 1024;

/** `O_NONBLOCK`, because a pipe put in place since the look would block the open for ever. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** `realRoot` gives the root's real path in bytes, or null while it is offline. */
export function createHasher(xxhash: XXHashAPI, realRoot: () => Buffer | null): Hasher {
  let shared: Buffer | undefined;

  function open(path: string | Buffer, seen: FileStat): { fd: number; stat: FileStat } | Hashed {
    let fd: number;
    try {
      fd = openSync(path, FLAGS);
    } catch (error) {
      return refusal(error);
    }
    try {
      const stats = fstatSync(fd);
      const stat = fileStat(stats);
      const isIt = stats.isFile() && stat.ino === seen.ino && stat.dev === seen.dev;
      if (isIt && isInside(fd, path, realRoot())) return { fd, stat };
    } catch (error) {
      closeSync(fd);
      return refusal(error);
    }
    closeSync(fd);
    return { kind: 'changed' };
  }

  return {
    now(path, seen) {
      const opened = open(path, seen);
      if ('kind' in opened) return opened;
      shared ??= Buffer.allocUnsafeSlow(CHUNK);
      const reading = read(xxhash, opened.fd, opened.stat, shared);
      try {
        for (;;) {
          const { done, value } = reading.next();
          if (done) return value;
        }
      } catch (error) {
        return refusal(error);
      } finally {
        closeSync(opened.fd);
      }
    },
    async inSlices(path, seen, signal) {
      const opened = open(path, seen);
      if ('kind' in opened) return opened;
      const slice = createSlice();
      const reading = read(xxhash, opened.fd, opened.stat, Buffer.allocUnsafeSlow(CHUNK));
      try {
        for (;;) {
          const { done, value } = reading.next();
          if (done) return value;
          if (signal.aborted) return { kind: 'changed' };
          if (slice.over()) await slice.rest();
        }
      } catch (error) {
        return refusal(error);
      } finally {
        closeSync(opened.fd);
      }
    },
  };
}

/** Reads to the end, a chunk a step. */
function* read(xxhash: XXHashAPI, fd: number, stat: FileStat, chunk: Buffer): Generator<undefined, Hashed> {
  let state: XXHash<bigint> | undefined;
  let binary = false;
  let position = 0;
  for (;;) {
    const length = readSync(fd, chunk, 0, chunk.length, position);
    const bytes = chunk.subarray(0, length);
    if (position < HEAD) binary ||= bytes.subarray(0, HEAD - position).includes(0);
    position += length;
    // Most files end within the first chunk, and hashing at once is several times cheaper than a state.
    if (state === undefined && position === stat.size && length < chunk.length)
      return finish(xxhash.h64Raw(bytes));
    if (length === 0) return finish((state ?? xxhash.create64()).digest());
    state = (state ?? xxhash.create64()).update(bytes);
    yield;
  }

  function finish(hash: bigint): Hashed {
    return { kind: 'hashed', stat, hash, binary, steady: sameStat(stat, fileStat(fstatSync(fd))) };
  }
}

/** `O_NOFOLLOW` guards the last name only: a directory above may have been swapped for a link since. */
function isInside(fd: number, path: string | Buffer, root: Buffer | null): boolean {
  if (root === null) return false;
  const real =
    process.platform === 'linux'
      ? readlinkSync(`/proc/self/fd/${fd}`, 'buffer')
      : realpathSync(path, 'buffer');
  if (root.length === 1) return true;
  return (
    real.length > root.length && real.subarray(0, root.length).equals(root) && real[root.length] === SLASH
  );
}

const SLASH = 0x2f;

function refusal(error: unknown): Hashed {
  const code = systemCode(error) ?? 'EIO';
  // ELOOP is a link where the file was, ENXIO a pipe or socket.
  const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO';
  return gone ? { kind: 'changed' } : { kind: 'unreadable', code };
}
