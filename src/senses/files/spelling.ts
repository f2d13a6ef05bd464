import { readdirSync } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { fromFs } from '../../base/path-text.ts';
import { fsPath } from './ground.ts';

/**
 * Whether every step of a relative path is named exactly so in its folder. Where names that differ in case or
 * in Unicode form are one (macOS, FAT), a file is found under its former name after `a.md` became `A.md`.
 */
export function isSpelled(root: string, path: string): boolean {
  let folder = '';
  for (const step of path.split('/')) {
    if (!names(fsPath(root, folder)).includes(step)) return false;
    folder = folder === '' ? step : `${folder}/${step}`;
  }
  return true;
}

function names(folder: string | Buffer): string[] {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).map(fromFs);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}
