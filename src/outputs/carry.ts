import type { ContentHash } from '../base/content-hash.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { toFs } from '../base/path-text.ts';
import type { LedgerEntry } from '../contract/output.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import type { Folder } from './folder.ts';
import { freeName } from './free-name.ts';
import { claim, create, inodeOf, NO_HARD_LINKS, openTemporary, remove } from './place.ts';

/** A file on its way from one name to another; all names are absolute path text. */
export interface Way {
  from: Pick<Folder, 'disk' | 'sync'>;
  source: string;
  /** A name beside the source that nobody perceives: what is taken away is put there first, and looked at. */
  aside: string;
  to: Pick<Folder, 'disk' | 'sync'>;
  target: string;
  /** A name beside the target that nobody perceives: a copy from another file system grows there. */
  temporary: string;
  hash: ContentHash;
}

/** `taken`: the target has that name already; `changed`: the source did while it was copied. Both: nothing was done. */
export type Carried = 'carried' | 'taken' | 'changed';

/**
 * Gives a file that was looked at another name, and takes the old one away. At every moment, also after a power cut,
 * it has one of them; nothing that stands at the target, or comes to stand at the source, is harmed. `commit` is called
 * before the new name is made, with how the file looks under it.
 */
export async function carry(
  way: Way,
  file: Fingerprint,
  commit: (entry: LedgerEntry) => Promise<void>,
): Promise<Carried> {
  const { from, to, source, target } = way;
  const { stat, ...entry } = file;
  await commit(entry);
  try {
    await from.disk.linkTo(toFs(source), to.disk, toFs(target));
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return 'taken';
    if (code === 'EXDEV') return copyAcross(way, file, commit);
    if (code === 'ENOENT' && (await inodeOf(from.disk, source)) === null) return 'changed';
    if (!NO_HARD_LINKS.has(code)) throw error;
    if (!(await claim(to.disk, target))) return 'taken';
    await from.disk.renameTo(toFs(source), to.disk, toFs(target));
  }
  failpoint('move:named');
  // Named was what had the source's name just then, perhaps another file by now.
  const named = await inodeOf(to.disk, target);
  if (named !== entry.ino && named === (await inodeOf(from.disk, source))) {
    await remove(to.disk, target);
    return 'changed';
  }
  await to.sync();
  await takeAway(way, async (standing) => standing.ino === entry.ino && standing.stat.dev === stat.dev);
  return 'carried';
}

/** Finishes what a try before a crash has begun; false where it had not come so far that the file has its new name. */
export async function resumeCarry(way: Way, entry: LedgerEntry): Promise<boolean> {
  const { from, to, source, target, aside, temporary } = way;
  const placed = await to.disk.lstat(toFs(target));
  const isPlaced = placed?.ino === entry.ino;
  const isAside = (await inodeOf(from.disk, aside)) !== null;
  // It is put aside only once its new name is durable: where that is gone, a person has taken it since.
  const isTaken = placed !== null && (await inodeOf(from.disk, source)) === null;
  if (!isPlaced && !isAside && !isTaken) return false;
  await remove(to.disk, temporary);
  await to.sync();
  await takeAway(
    way,
    async (standing) =>
      standing.sha256 === entry.sha256 ||
      (isPlaced && standing.ino === placed.ino && standing.stat.dev === placed.dev),
  );
  return true;
}

async function copyAcross(
  way: Way,
  file: Fingerprint,
  commit: (entry: LedgerEntry) => Promise<void>,
): Promise<Carried> {
  const { from, to, source, target, temporary, hash } = way;
  const copy = await openTemporary(to.disk, temporary, file.stat.mode & 0o777);
  try {
    const read = await fingerprint(from.disk, source, hash, copy);
    if (read?.sha256 !== file.sha256) return await withdrawn(way);
    await to.disk.chmod(copy, file.stat.mode & 0o777);
    await to.disk.touch(copy, file.stat.mtimeMs);
    await to.disk.sync(copy);
  } finally {
    await to.disk.close(copy);
  }
  failpoint('move:copied');
  const copied = await fingerprint(to.disk, temporary, hash);
  if (copied?.sha256 !== file.sha256) throw notReadBack(target);
  const { stat: _, ...entry } = copied;
  await commit(entry);
  if (!(await create(to.disk, temporary, target))) {
    await remove(to.disk, temporary);
    return 'taken';
  }
  await to.sync();
  const isTaken = await takeAway(way, async (standing) => standing.sha256 === file.sha256);
  if (isTaken) return 'carried';
  if ((await inodeOf(to.disk, target)) === entry.ino) await remove(to.disk, target);
  await to.sync();
  return 'changed';
}

async function withdrawn({ to, temporary }: Way): Promise<Carried> {
  await remove(to.disk, temporary);
  return 'changed';
}

/**
 * Takes the old name away where it is still the file's. It is renamed first, which no other program can come between,
 * and only then looked at: what was put there in that very moment gets its name back.
 */
async function takeAway(
  { from, source, aside, hash }: Way,
  isIt: (standing: Fingerprint) => Promise<boolean>,
): Promise<boolean> {
  if ((await inodeOf(from.disk, aside)) === null) {
    const standing = await fingerprint(from.disk, source, hash);
    if (standing === null) return true;
    if (!(await isIt(standing))) return false;
    await from.disk.rename(toFs(source), toFs(aside));
    failpoint('move:aside');
  }
  const taken = await fingerprint(from.disk, aside, hash);
  const isTaken = taken !== null && (await isIt(taken));
  if (isTaken) await remove(from.disk, aside);
  else
    for (let name = source; !(await create(from.disk, aside, name)); )
      name = await freeName(from.disk, source);
  failpoint('move:gone');
  await from.sync();
  return isTaken;
}

function notReadBack(target: string): CodedError {
  return new CodedError('output-held', `the copy for ${target} does not read back as it was written`, {
    value: target,
    next: 'look at the disk that it is on; it is tried again',
    retryable: true,
  });
}
