import type { LedgerEntry, UndoJob } from '../contract/output.ts';
import { NOTHING_THERE } from '../contract/output.ts';
import { entryOf } from './entry.ts';
import { look, type Standing } from './look.ts';
import { temporaryBeside, type UndoContext, type Undone } from './output.ts';
import { remove, replace, writeTemporary } from './place.ts';

/** Whether a try before a crash got as far as the target. */
export function isTakenBack({ restored }: UndoJob, standing: Standing | null): boolean {
  if (restored === null) return false;
  return isNothing(restored) ? standing === null : standing?.ino === restored.ino;
}

function isNothing(entry: LedgerEntry): boolean {
  return entry.ino === NOTHING_THERE.ino;
}

/** Says that an output stays as it is, and why. */
export function stays(reason: string): Undone {
  return { undone: false, reason };
}

/**
 * Puts `bytes` where `standing` is, or (null) nothing; safe to repeat after a crash. What a person saves in between
 * is looked for once more right before, and stays.
 */
export async function takeBack(
  job: UndoJob,
  standing: Standing,
  bytes: Uint8Array | null,
  context: UndoContext,
): Promise<Undone> {
  const { target } = job;
  const { disk } = context;
  const temporary = temporaryBeside(target, job.id, job.position);
  let entry = NOTHING_THERE;
  if (bytes !== null) {
    const stat = await writeTemporary(disk, temporary, bytes, standing.mode);
    entry = entryOf(stat, bytes, context);
  }
  // What a person has made of it since may not have been perceived yet.
  await context.restored(entry, context.hash(standing.content));
  if ((await look(disk, target))?.sha256 !== standing.sha256) {
    await remove(disk, temporary);
    return stays(`${target} was changed while it was being taken back: it stays as it is`);
  }
  if (bytes === null) await remove(disk, target);
  else await replace(disk, temporary, target);
  await context.syncFolder();
  return { undone: true };
}
