import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './disk.ts';

/** Bytes before a place that are compared to know that it is still the same file there. */
export const TAIL = 256;
/** First bytes of a file that are kept, to know copies of it by. */
export const HEAD = 64;

/** How much is compared at both ends of a file that may be a copy of another. */
const COMPARED = 4096;

export function tailHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

/** Whether a file has the bytes before a place that another had. */
export async function holdsPlace(handle: FileHandle, offset: number, tail: string): Promise<boolean> {
  const from = Math.max(0, offset - TAIL);
  const bytes = await bytesAt(handle, from, offset - from);
  return bytes.length === offset - from && tailHash(bytes) === tail;
}

/** Whether a file begins as another did, as far as both go. */
export async function beginsWith(handle: FileHandle, head: Uint8Array): Promise<boolean> {
  const bytes = await bytesAt(handle, 0, head.length);
  return bytes.equals(head.subarray(0, bytes.length));
}

/** Whether the first file's content is what the second begins with: a copy of it, or one in the making. */
export async function isCopyOf(copy: FileHandle, of: FileHandle): Promise<boolean> {
  const { size } = await copy.stat();
  const { size: whole } = await of.stat();
  if (whole < size) return false;
  return (await isSameAt(0)) && (await isSameAt(Math.max(0, size - COMPARED)));

  async function isSameAt(from: number): Promise<boolean> {
    const length = Math.min(COMPARED, size - from);
    const [ours, theirs] = [await bytesAt(copy, from, length), await bytesAt(of, from, length)];
    return ours.equals(theirs);
  }
}
