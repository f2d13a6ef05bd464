import { createBell } from '../../src/base/bell.ts';
import type { ContentHash } from '../../src/base/content-hash.ts';
import type { FileObservation, FileStat, FilesBatch } from '../../src/contract/event.ts';
import { changeOf } from '../../src/senses/files/difference.ts';
import type { Perception } from '../../src/senses/sense.ts';
import type { Store } from '../../src/store/store.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Life } from './life.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { VirtualTime } from './virtual-time.ts';

export const ROOT = '/inbox';

/** Without any hint it is looked around this often, milliseconds. */
const RECONCILE_MS = 20_000;

/** Perceives the inbox of a simulated disk as the files sense does: what differs from its index is told, once. */
export interface SimulatedSense {
  perceive(signal: AbortSignal): AsyncGenerator<Perception<FilesBatch>>;
  /** Something may have changed. */
  hint(): void;
}

export interface SenseOptions {
  store: Store;
  disk: SimulatedDisk;
  time: VirtualTime;
  random: SeededRandom;
  hash: ContentHash;
  life: Life;
}

interface Row {
  stat: FileStat;
  hash: string;
}

export function createSimulatedSense({
  store,
  disk,
  time,
  random,
  hash,
  life,
}: SenseOptions): SimulatedSense {
  const bell = createBell();
  let index: Map<string, Row> | null = null;
  let baselined = false;

  async function loaded(): Promise<Map<string, Row>> {
    if (index) return index;
    const columns = await store.read('indexColumns', { root: ROOT });
    const rows = new Map<string, Row>();
    const paths = columns.paths === '' ? [] : columns.paths.split('\0');
    for (const [at, path] of paths.entries()) {
      const [dev = 0, ino = 0, birth = 0, size = 0, mtime = 0, ctime = 0] = columns.stats.slice(
        at * 6,
        at * 6 + 6,
      );
      const known = (columns.hashes[at] ?? 0n).toString(16).padStart(16, '0');
      rows.set(path, { stat: { dev, ino, birth, size, mtime, ctime }, hash: known });
    }
    baselined = columns.baselined;
    index = rows;
    return rows;
  }

  function differences(rows: Map<string, Row>): FileObservation[] {
    const found: FileObservation[] = [];
    const there = new Set<string>();
    const observedAt = time.clock.now();
    for (const [path, content] of disk.files()) {
      if (!path.startsWith(`${ROOT}/`) || path.includes('/.consciousness-')) continue;
      const name = path.slice(ROOT.length + 1);
      there.add(name);
      const inode = disk.stat(path);
      if (!inode) continue;
      const { ino, mtimeMs: mtime, ctimeMs: ctime } = inode;
      const stat = { dev: 1, ino, birth: 1, size: Buffer.byteLength(content), mtime, ctime };
      const row = rows.get(name);
      const isSame = row && row.stat.ino === ino && row.stat.mtime === mtime && row.stat.ctime === ctime;
      if (isSame && row.stat.size === stat.size) continue;
      const digest = hash(Buffer.from(content));
      const change = changeOf(row ? { hash: BigInt(`0x${row.hash}`) } : null, BigInt(`0x${digest}`));
      rows.set(name, { stat, hash: digest });
      found.push({ path: name, change, stat, hash: digest, binary: false, growing: false, observedAt });
    }
    for (const name of rows.keys()) {
      if (there.has(name)) continue;
      rows.delete(name);
      const gone = { stat: null, hash: null, binary: false, growing: false, observedAt };
      found.push({ path: name, change: 'deleted', ...gone });
    }
    return found;
  }

  return {
    hint: () => bell.ring(),
    async *perceive(signal) {
      while (!signal.aborted) {
        const rows = await loaded();
        await time.clock.sleep(random.fraction() * 60, signal).catch(() => undefined);
        if (signal.aborted) return;
        if (life.isOver()) return life.never();
        const observations = differences(rows);
        if (observations.length > 0 || !baselined) {
          let accepted = false;
          const batch = { root: ROOT, observations, baselined: !baselined };
          baselined = true;
          yield {
            batch,
            accept: () => {
              accepted = true;
            },
          };
          if (!accepted) return;
        } else await bell.wait(RECONCILE_MS, signal);
      }
    },
  };
}
