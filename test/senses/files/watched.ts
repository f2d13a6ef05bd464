import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadContentHash } from '../../../src/base/content-hash.ts';
import { fromFs } from '../../../src/base/path-text.ts';
import type {
  FileObservation,
  FilesBatch,
  FolderIdentity,
  IndexColumns,
} from '../../../src/contract/event.ts';
import {
  createFilesSense,
  type FilesSense,
  type FilesSenseOptions,
} from '../../../src/senses/files/sense.ts';

const contentHash = await loadContentHash();

/** A stand-in for the journal's index: what accepted batches left, and it can be loaded again. */
export class Index {
  readonly rows = new Map<string, FileObservation>();
  baselined = false;
  since: number | null = null;
  identity: FolderIdentity | null = null;
  /** Rows of a folder that another one took the place of. */
  readonly aside = new Map<string, FileObservation>();

  apply(batch: FilesBatch): void {
    if (batch.met) this.identity = batch.met.identity;
    if (batch.met?.aside) {
      for (const [path, row] of this.rows) this.aside.set(path, row);
      this.rows.clear();
    }
    for (const observation of batch.observations) {
      if (observation.from !== undefined) this.rows.delete(observation.from);
      if (observation.change === 'deleted') this.rows.delete(observation.path);
      else {
        const hash = observation.hash ?? this.rows.get(observation.path)?.hash ?? null;
        this.rows.set(observation.path, { ...observation, hash });
      }
    }
    this.baselined ||= batch.baselined;
  }

  columns(): IndexColumns {
    const rows = [...this.rows.values()];
    const stats = new Float64Array(rows.length * 6);
    rows.forEach(({ stat }, at) => {
      if (stat) stats.set([stat.dev, stat.ino, stat.birth, stat.size, stat.mtime, stat.ctime], at * 6);
    });
    const hashes = BigUint64Array.from(rows, ({ hash }) => (hash === null ? 0n : BigInt(`0x${hash}`)));
    const { baselined, since, identity } = this;
    return { paths: rows.map((row) => row.path).join('\0'), stats, hashes, baselined, since, identity };
  }

  /** Path and hash of each row, sorted: comparable with {@link onDisk}. */
  contents(): string[] {
    return [...this.rows.values()].map(({ path, hash }) => `${path} ${hash}`).sort();
  }
}

/** Path text and hash of every regular file beneath a folder, sorted. */
export function onDisk(folder: string, below = ''): string[] {
  const found: string[] = [];
  for (const name of readdirSync(join(folder, below))) {
    const path = join(below, name);
    const stats = lstatSync(join(folder, path));
    if (stats.isDirectory()) found.push(...onDisk(folder, path));
    else if (stats.isFile()) found.push(`${fromFs(path)} ${contentHash(readFileSync(join(folder, path)))}`);
  }
  return found.sort();
}

/** A files sense on a temporary folder, with everything it perceived. */
export interface Watched {
  sense: FilesSense;
  root: string;
  index: Index;
  /** Every observation, in order. */
  seen: FileObservation[];
  batches: FilesBatch[];
  /** Resolves once the condition holds; it is asked after every batch. */
  until(condition: () => boolean, what: string): Promise<void>;
  /** Resolves with the next observation of this path and change that was not asked for before. */
  observed(path: string, change: FileObservation['change']): Promise<FileObservation>;
  /** The changes seen so far, as `change path`, without what only the index cares for. */
  events(): string[];
  close(): Promise<void>;
}

export type WatchedOptions = Partial<FilesSenseOptions> & {
  index?: Index;
  /** False = batches are taken and never accepted. */
  accept?: boolean;
  /** False = do not wait until everything was scanned once. */
  ready?: boolean;
};

/** Starts a sense on `root`; the options' `index` is that of an earlier one. */
export async function watchRoot(root: string, options: WatchedOptions = {}): Promise<Watched> {
  const { index = new Index(), accept = true, ready = true, ...rest } = options;
  const sense = createFilesSense({
    roots: [{ path: root, ignorePatterns: [] }],
    ignorePatterns: [],
    debounceMs: 1000,
    stateDirectory: '/nowhere',
    retryMs: 100,
    loadIndex: async () => index.columns(),
    ...rest,
  });
  const seen: FileObservation[] = [];
  const batches: FilesBatch[] = [];
  const taken = new Set<FileObservation>();
  const stop = new AbortController();
  const reading = (async () => {
    for await (const perception of sense.perceive(stop.signal)) {
      batches.push(perception.batch);
      seen.push(...perception.batch.observations);
      if (accept) {
        index.apply(perception.batch);
        perception.accept();
      }
    }
  })();
  const until = async (condition: () => boolean, what: string) => {
    const deadline = performance.now() + 5000;
    for (;;) {
      const asked = performance.now();
      if (condition()) return;
      const asking = performance.now() - asked;
      if (performance.now() > deadline) {
        const last = seen.slice(-20).map(({ change, path }) => `${change} ${path}`);
        throw new Error(`never: ${what}; last seen: ${last.join(', ')}`);
      }
      // Asking may be dear: it takes at most a fifth of the time.
      await sleep(2 + 4 * asking);
    }
  };
  const close = async () => {
    stop.abort();
    await reading;
    await sense.close();
  };
  try {
    if (ready) await sense.ready(AbortSignal.timeout(5000));
  } catch (error) {
    await close().catch(() => sense.close());
    throw error;
  }
  return {
    sense,
    root,
    index,
    seen,
    batches,
    until,
    async observed(path, change) {
      const find = () =>
        seen.find((each) => each.path === path && each.change === change && !taken.has(each));
      await until(() => find() !== undefined, `${change} ${path}`);
      const found = find();
      if (!found) throw new Error('it was there');
      taken.add(found);
      return found;
    },
    events: () =>
      seen
        .filter(({ change }) => change !== 'existing' && change !== 'unchanged')
        .map(({ change, path }) => `${change} ${path}`),
    close,
  };
}

/** Runs `body` in a new temporary folder, and removes it. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'files-sense-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `body` with a sense on a root folder of its own. */
export async function watching(
  body: (watched: Watched, root: string) => Promise<void>,
  options: WatchedOptions = {},
  prepare: (root: string) => Promise<void> = async () => {},
): Promise<void> {
  await inFolder(async (folder) => {
    const root = join(folder, 'root');
    await mkdir(root);
    await prepare(root);
    const watched = await watchRoot(root, options);
    try {
      await body(watched, root);
    } finally {
      await watched.close();
    }
  });
}
