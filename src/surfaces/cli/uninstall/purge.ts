import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { CodedError, messageOf, systemCode } from '../../../base/errors.ts';
import { toFs } from '../../../base/path-text.ts';
import type { Place } from './places.ts';

/**
 * Removes what goes of every place, while it holds the daemon's lock: one that is starting, and does not listen yet,
 * is told that another one runs. Throws `daemon-already-running` (exit 75), `purge-failed`.
 */
export async function purge(places: readonly Place[], state: string): Promise<void> {
  const lock = existsSync(toFs(`${state}/lock.db`))
    ? (await import('../../../store/lock.ts')).lockState(state)
    : null;
  try {
    for (const { path, goes } of places)
      for (const each of goes) await removed(each, each === path && goes.length > 1);
  } finally {
    lock?.release();
  }
}

/** Links are removed, not followed. A folder that was emptied goes only while it is empty. */
async function removed(path: string, isEmptied: boolean): Promise<void> {
  try {
    if (isEmptied) await rmdir(toFs(path));
    else await rm(toFs(path), { recursive: true, force: true });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || (isEmptied && code === 'ENOTEMPTY')) return;
    throw new CodedError('purge-failed', `not everything could be removed: ${messageOf(error)}`, {
      value: path,
      next: 'mend its permissions and purge again: what is gone already is passed over',
      cause: error,
    });
  }
}
