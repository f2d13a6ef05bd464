import type { XXHashAPI } from 'xxhash-wasm';
import type { Disk } from '../base/disk.ts';

/** Bytes read and hashed at once: more would hold up the event loop and grow the hash's memory for good. */
const CHUNK = 1024 * 1024;

/** The first bytes of a file by which its format is told. */
export const HEAD_BYTES = 8192;

/**
 * The first `keep` bytes of a file, or null where its content does not have the wanted xxh64 (16 hex digits,
 * null = whatever is there). All `size` bytes are read if they must be hashed, but never kept.
 */
export async function readBytes(
  disk: Disk,
  file: number,
  want: { size: number; keep: number; hash: string | null },
  hashing: () => Promise<XXHashAPI>,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const kept = new Uint8Array(Math.min(want.size, want.keep));
  const end = want.hash === null ? kept.length : want.size;
  const state = want.hash === null ? null : (await hashing()).create64();
  const scratch = end > kept.length ? new Uint8Array(Math.min(CHUNK, end - kept.length)) : null;
  let at = 0;
  while (at < end) {
    signal.throwIfAborted();
    const target = at < kept.length ? kept.subarray(at, at + CHUNK) : scratch?.subarray(0, end - at);
    if (target === undefined) break;
    const bytesRead = await disk.read(file, target, at);
    if (bytesRead === 0) break;
    state?.update(target.subarray(0, bytesRead));
    at += bytesRead;
  }
  if (state !== null && hex(state.digest()) !== want.hash) return null;
  return at < kept.length ? kept.slice(0, at) : kept;
}

function hex(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}
