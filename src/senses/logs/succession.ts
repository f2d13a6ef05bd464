import type { FileHandle } from 'node:fs/promises';
import { type FileId, isKnown, isSameFile, stillKnown } from './cursor.ts';
import { lookAtLog, type OpenLog, openLog, type Sibling, siblingsOf } from './disk.ts';
import { beginsWith, holdsPlace, isCopyOf } from './fingerprint.ts';

/** A place in a file, and how to know it again. */
export interface Place {
  offset: number;
  tail: string;
  head: Buffer;
}

/** How often it is looked anew where a rotation came between. */
const TRIES = 10;

/**
 * What is to be read after a file has ended: the oldest rotated file that is not known, else the one at the path;
 * null where there is neither. What is a copy of the file at the path waits: it is read there, and counts when that
 * was cut.
 */
export async function nextFile(
  path: string,
  known: readonly FileId[],
  ended: { id: FileId; handle: FileHandle } | null,
): Promise<{ next: OpenLog | null; known: FileId[] }> {
  for (let left = TRIES; ; left -= 1) {
    // In this order: a copy that comes after the listing is of what the open file holds.
    const current = await openLog(path, 'follow');
    const siblings = await siblingsOf(path);
    const there = await lookAtLog(path);
    const isStill =
      current === null ? there.kind !== 'file' : there.kind === 'file' && isSameFile(there.id, current.id);
    if (!isStill && left > 0) {
      await current?.handle.close();
      continue;
    }
    const dealtWith = stillKnown(
      known,
      siblings.map(({ id }) => id),
    );
    for (const sibling of unread(siblings, known)) {
      if (sibling.size === 0 || isOneOf(sibling.id, current, ended)) continue;
      const file = await openSibling(sibling);
      if (file === null) continue;
      if (current && (await isCopyOf(file.handle, current.handle))) await file.handle.close();
      else if (ended && (await isCopyOf(file.handle, ended.handle))) {
        dealtWith.push(file.id);
        await file.handle.close();
      } else {
        await current?.handle.close();
        return { next: file, known: dealtWith };
      }
    }
    return { next: current, known: dealtWith };
  }
}

/**
 * Where a file went on to that was cut: the copy that was made of it before. Null where there is none with more in it
 * than was read; one with less is known from then on.
 */
export async function findCopy(
  path: string,
  known: readonly FileId[],
  place: Place,
): Promise<{ copy: OpenLog | null; known: FileId[] }> {
  // Without a byte that was read nothing tells what is a copy; it is the oldest that is not known.
  if (place.offset === 0) return { copy: null, known: [...known] };
  const siblings = await siblingsOf(path);
  // Known ones too: a script may copy into the same file each time. The newest first.
  for (const sibling of siblings.toSorted((a, b) => b.mtime - a.mtime)) {
    if (sibling.size < place.offset) continue;
    const file = await openSibling(sibling);
    if (file && (await holdsPlace(file.handle, place.offset, place.tail)))
      return { copy: file, known: [...known] };
    await file?.handle.close();
  }
  // Lines that came between the copy and the cut were read already: the copy ends before this place.
  const [oldest] = unread(siblings, known);
  const file = oldest && oldest.size < place.offset ? await openSibling(oldest) : null;
  const isRead = file !== null && (await beginsWith(file.handle, place.head));
  await file?.handle.close();
  return { copy: null, known: isRead ? [...known, file.id] : [...known] };
}

/** The file of a cursor: at the path, or renamed beside it; null where it is gone. */
export async function findFile(path: string, id: FileId): Promise<OpenLog | null> {
  const current = await openLog(path, 'follow');
  if (current && isSameFile(current.id, id)) return current;
  await current?.handle.close();
  const renamed = (await siblingsOf(path)).find((sibling) => isSameFile(sibling.id, id));
  return renamed ? openSibling(renamed) : null;
}

function unread(siblings: readonly Sibling[], known: readonly FileId[]): Sibling[] {
  return siblings.filter(({ id }) => !isKnown(known, id));
}

function isOneOf(id: FileId, ...files: ({ id: FileId } | null)[]): boolean {
  return files.some((file) => file !== null && isSameFile(file.id, id));
}

/** Null where the name means another file by now. */
async function openSibling(sibling: Sibling): Promise<OpenLog | null> {
  const file = await openLog(sibling.path);
  if (file === null || isSameFile(file.id, sibling.id)) return file;
  await file.handle.close();
  return null;
}
