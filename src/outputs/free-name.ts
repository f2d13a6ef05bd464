import type { Disk } from '../base/disk.ts';
import { inodeOf } from './place.ts';

/** How many names are tried beside a taken one. */
const MAX_NUMBER = 10_000;

/** The wanted path, or the next free `name-2`, `name-3`, … beside it; a taken one only if `isOurs` says so. */
export async function freeName(
  disk: Disk,
  wanted: string,
  isOurs: (name: string) => Promise<boolean> = async () => false,
): Promise<string> {
  if ((await inodeOf(disk, wanted)) === null || (await isOurs(wanted))) return wanted;
  const slash = wanted.lastIndexOf('/');
  const dot = wanted.lastIndexOf('.');
  const stem = dot > slash + 1 ? wanted.slice(0, dot) : wanted;
  const ending = wanted.slice(stem.length);
  for (let number = 2; number < MAX_NUMBER; number += 1) {
    const name = `${stem}-${number}${ending}`;
    if ((await inodeOf(disk, name)) === null || (await isOurs(name))) return name;
  }
  throw new Error(`no free name beside ${wanted}`);
}
