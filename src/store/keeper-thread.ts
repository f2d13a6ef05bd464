import { parentPort, workerData } from 'node:worker_threads';
import { CodedError, messageOf } from '../base/errors.ts';
import { makeBackup } from './backup.ts';
import { damageOf, findDamage } from './damage.ts';
import { openSqlite } from './sqlite.ts';
import { unreferencedBlobs } from './unreferenced.ts';

/** One long piece of work on a database that others write to meanwhile. */
export type KeeperJob =
  | { kind: 'check'; path: string }
  | { kind: 'backup'; path: string; now: number }
  | { kind: 'unreferenced'; path: string; epoch: number; undoneBefore: number; limit: number };

/** What came of it; `hashes` of blobs that nothing needs any more. */
export type KeeperResult =
  | { kind: 'well'; hashes: string[] }
  | { kind: 'damaged'; reason: string }
  | { kind: 'failed'; reason: string };

// A thread of its own for each job: it may take seconds, and answers to people must not wait for it.
void run(workerData).then((result) => parentPort?.postMessage(result));

async function run(job: KeeperJob): Promise<KeeperResult> {
  try {
    switch (job.kind) {
      case 'check': {
        const reason = checked(job.path);
        return reason === null ? { kind: 'well', hashes: [] } : { kind: 'damaged', reason };
      }
      case 'backup':
        await makeBackup(job.path, job.now);
        return { kind: 'well', hashes: [] };
      case 'unreferenced':
        return { kind: 'well', hashes: unreferencedBlobs(job.path, job) };
      default:
        return job satisfies never;
    }
  } catch (error) {
    if (damageOf(error) === null) return { kind: 'failed', reason: reasonOf(error) };
    // A copy that is not well says nothing yet: the database itself is looked at.
    const reason = checked(job.path);
    return reason === null ? { kind: 'failed', reason: messageOf(error) } : { kind: 'damaged', reason };
  }
}

function checked(path: string): string | null {
  const connection = openSqlite(path, { readOnly: true });
  try {
    return findDamage(connection, 'quick');
  } finally {
    connection.close();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof CodedError)) return messageOf(error);
  return [error.message, error.value && `(${String(error.value)})`].filter(Boolean).join(' ');
}
