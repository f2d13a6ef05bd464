import type { FileStat } from '../../contract/event.ts';

/**
 * Milliseconds by which a file's change time may lag behind the clock we read: the kernel stamps files with
 * its tick, 10 ms long where it is longest (HZ=100).
 */
const CLOCK_TICK = 20;

/** What a file is to the index, once its content is known. `row` is null for a path that is not indexed. */
export function changeOf(row: { hash: bigint } | null, hash: bigint): 'added' | 'modified' | 'unchanged' {
  if (row === null) return 'added';
  // A row that was never hashed cannot tell a touch from an edit: a changed stat counts as a change.
  return row.hash !== 0n && row.hash === hash ? 'unchanged' : 'modified';
}

/** Whether a file was there before `since` (epoch ms), the moment a root was first looked at. */
export function wasThere(stat: FileStat, since: number): boolean {
  return Math.max(stat.birth, stat.ctime) < since - CLOCK_TICK;
}

/**
 * Whether what appeared is what disappeared. An inode alone proves nothing, as it is used again at once
 * (50 of 50 on ext4): birth time must agree too, and then size and time or content.
 */
export function isMove(
  gone: { stat: FileStat; hash: bigint },
  came: { stat: FileStat; hash: bigint },
): boolean {
  const { stat: a } = gone;
  const { stat: b } = came;
  if (a.dev !== b.dev || a.ino !== b.ino || a.birth !== b.birth) return false;
  return looksTheSame(a, b) || (gone.hash !== 0n && gone.hash === came.hash);
}

export function looksTheSame(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtime === b.mtime;
}

/** Whether two looks at a file saw it in one state. */
export function sameStat(a: FileStat, b: FileStat): boolean {
  return (
    looksTheSame(a, b) && a.ctime === b.ctime && a.ino === b.ino && a.dev === b.dev && a.birth === b.birth
  );
}

/**
 * For how long (ms) a file is too young to be believed; 0 = it is old enough. A write of the same size right
 * after the last one could still get the same time. An empty file is young for longer: what was just made or
 * cut is about to be written, and a program that writes many files at once makes them all first. A change time
 * ahead of the clock is another machine's or a changed clock's, and waiting for it would be in vain.
 */
export function youngFor(stat: FileStat, now: number): number {
  const age = now - stat.ctime;
  return age < 0 ? 0 : Math.max(0, (stat.size === 0 ? EMPTY_YOUNG : YOUNG) - age);
}

/** A tick at its longest, and the rounding of timers. */
const YOUNG = 15;
const EMPTY_YOUNG = 150;

/** Whether the file system keeps times by whole seconds or two (FAT, HFS+), so that an equal stat proves little. */
export function hasCoarseTime(stat: FileStat, now: number): boolean {
  return stat.ctime % 1000 === 0 && stat.mtime % 1000 === 0 && now - stat.ctime < 2500;
}
