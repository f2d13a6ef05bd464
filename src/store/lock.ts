import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError, EXIT, messageOf } from '../base/errors.ts';
import { isNoRoom, unavailable } from './unavailable.ts';

/**
 * Holds the state directory for this process until released: an exclusive transaction on `lock.db`, which
 * the kernel frees on any death. Nothing else may ever open that file: closing it anywhere in the process
 * would drop the lock. Throws `daemon-already-running` (exit 75), `store-unavailable` where its disk has no room.
 */
export function lockState(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = openLock(folder);
  try {
    // In memory: a journal on the disk would make a full one refuse the lock.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isNoRoom(error, folder)) throw unavailable(`the state directory ${folder} cannot be locked`, error);
    if (!/locked|busy/i.test(messageOf(error))) throw error;
    throw new CodedError('daemon-already-running', `another daemon already runs on ${folder}`, {
      value: folder,
      allowed: 'one daemon per state directory',
      next: 'see it with `consciousness status`, stop it with `consciousness stop` (with the same --home)',
      exitCode: EXIT.busy,
      cause: error,
    });
  }
  return { release: () => database.isOpen && database.close() };
}

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
  } catch (error) {
    if (isNoRoom(error, folder)) throw unavailable(`the state directory ${folder} cannot be locked`, error);
    throw error;
  }
}
