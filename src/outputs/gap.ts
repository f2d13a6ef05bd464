import type { Disk } from '../base/disk.ts';
import { sha256 } from '../base/ids.ts';
import type { Gap } from '../contract/output.ts';
import { look, type Standing } from './look.ts';

/**
 * What a file is that stands at a wanted name and that the ledger does not know, once records were lost with a
 * damaged database: `ours` has exactly the bytes that are to be written, so it was written already; `unclear` was made
 * in the time whose records are gone, by us or by a person; `foreign` is neither.
 */
export type Found = { kind: 'ours'; standing: Standing } | { kind: 'unclear' } | { kind: 'foreign' };

/** Looks only where records were ever lost: everywhere else an unknown file is foreign. */
export async function foundAt(
  disk: Disk,
  target: string,
  content: string,
  gaps: readonly Gap[],
): Promise<Found> {
  if (gaps.length === 0) return { kind: 'foreign' };
  const standing = await look(disk, target);
  if (standing === null || !isMadeWithin(standing, gaps)) return { kind: 'foreign' };
  return standing.sha256 === sha256(content) ? { kind: 'ours', standing } : { kind: 'unclear' };
}

/** Our files are made whole and renamed: their birth is when they were written, also after a person edited them. */
function isMadeWithin(standing: Standing, gaps: readonly Gap[]): boolean {
  const times = [standing.birthtimeMs, standing.mtimeMs];
  return gaps.some(({ from, to }) => times.some((at) => at >= from && at <= to));
}

export function unclearReason(target: string): string {
  return `${target} was made in a time whose records were lost with a damaged database: it may be this very note, so nothing is written without you`;
}
