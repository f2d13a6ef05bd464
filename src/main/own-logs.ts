import { fstatSync, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { systemCode } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import { isWithin } from '../config/user-path.ts';

/**
 * Why a log (path text) is not followed: this daemon writes it, whatever it is called, and would hear itself without
 * end. Null = it does not. `folders`: where it writes; rules that name them plainly are refused before.
 */
export async function whyOwnLog(path: string, folders: readonly string[]): Promise<string | null> {
  const real = await realPath(path);
  if (real === null) return null;
  for (const folder of folders)
    if (isWithin(real, (await realPath(folder)) ?? folder))
      return `leads into ${folder}, where this daemon writes: it would hear itself`;
  const found = await stat(toFs(path)).catch(nothing);
  const printed = [1, 2].map(openAs).some((each) => each?.dev === found?.dev && each?.ino === found?.ino);
  return found !== null && printed ? 'is what this daemon prints: it would hear itself' : null;
}

/** An open file of this process; null where the descriptor is closed. */
function openAs(descriptor: number): Stats | null {
  try {
    return fstatSync(descriptor);
  } catch (error) {
    return nothing(error);
  }
}

async function realPath(path: string): Promise<string | null> {
  const real = await realpath(toFs(path), { encoding: 'buffer' }).catch(nothing);
  return real === null ? null : fromFs(real);
}

function nothing(error: unknown): null {
  if (systemCode(error) === undefined) throw error;
  return null;
}
