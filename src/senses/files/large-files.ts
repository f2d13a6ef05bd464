import type { FileStat } from '../../contract/event.ts';
import type { Hashed, Hasher } from './hash.ts';

/** Files too large to hash in one go: hashed one after another, while everything else goes on. */
export interface LargeFiles {
  /** What hashing came to since it was asked for; taken once. */
  take(path: string): LargeResult | undefined;
  /** Has a file hashed; `done` is told its path when {@link take} will answer. Asking twice is asking once. */
  ask(path: string, stat: FileStat, growing: boolean): void;
}

export interface LargeResult {
  hashed: Hashed;
  /** It was asked for while the file was still being written. */
  growing: boolean;
}

export function createLargeFiles(
  hasher: Pick<Hasher, 'inSlices'>,
  fsPathOf: (path: string) => string | Buffer,
  done: (path: string) => void,
  signal: AbortSignal,
): LargeFiles {
  const asked = new Map<string, { stat: FileStat; growing: boolean }>();
  const results = new Map<string, LargeResult>();
  let working = false;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let next = first(asked); next && !signal.aborted; next = first(asked)) {
      const [path, { stat, growing }] = next;
      const hashed = await hasher.inSlices(fsPathOf(path), stat, signal);
      asked.delete(path);
      results.set(path, { hashed, growing });
      done(path);
    }
    working = false;
  }

  return {
    take(path) {
      const result = results.get(path);
      results.delete(path);
      return result;
    },
    ask(path, stat, growing) {
      if (asked.has(path)) return;
      asked.set(path, { stat, growing });
      // Ends with `signal`; reading yields its failures as values, so nothing is thrown here.
      void work();
    },
  };
}

function first<K, V>(map: Map<K, V>): [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
