import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { systemCode } from '../../base/errors.ts';
import { fromFs, toFs } from '../../base/path-text.ts';

/**
 * What a person may mean by a path, as absolute path texts, likeliest first: with its folder's real path, since
 * the daemon sees no symbolic links, then as typed. The file may be gone. Names with escapes (`\xff`), as we
 * print them, are understood where no file has literally that name.
 */
export async function givenPath(typed: string, cwd: string): Promise<string[]> {
  const literal = fromFs(resolve(cwd, typed));
  const text = literal !== typed && !(await exists(literal)) ? pathText(typed, cwd) : literal;
  const real = join(await realFolder(dirname(text)), basename(text));
  return [...new Set([real, text])];
}

/** The typed path read as path text already. */
function pathText(typed: string, cwd: string): string {
  if (!/\\(\\|x[0-9a-f]{2})/.test(typed)) return fromFs(resolve(cwd, typed));
  return isAbsolute(typed) ? resolve(typed) : join(fromFs(cwd), typed);
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(toFs(path));
    return true;
  } catch {
    return false;
  }
}

/** The real path of a folder; where it is gone, that of the nearest folder above it, with the rest as it was. */
async function realFolder(folder: string): Promise<string> {
  try {
    return fromFs(await realpath(toFs(folder), { encoding: 'buffer' }));
  } catch (error) {
    const code = systemCode(error);
    if (folder === '/' || (code !== 'ENOENT' && code !== 'ENOTDIR')) return folder;
    return join(await realFolder(dirname(folder)), basename(folder));
  }
}
