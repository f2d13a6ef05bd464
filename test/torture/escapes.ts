import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadContentHash } from '../../src/base/content-hash.ts';
import type { Disk } from '../../src/base/disk.ts';
import { CodedError, systemCode } from '../../src/base/errors.ts';
import { sha256 } from '../../src/base/ids.ts';
import type { PendingOutput } from '../../src/contract/output.ts';
import { onDisk } from '../../src/outputs/kinds.ts';
import { createReaching } from '../../src/outputs/reaching.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Swapped } from './escape-swapper.ts';

export interface EscapeOptions {
  disk: Disk;
  random: SeededRandom;
  tries: number;
  /** No try is begun after this (monotonic milliseconds). */
  until: number;
}

export interface Escapes {
  tries: number;
  /** Tries that were applied, of each kind. */
  applied: Record<string, number>;
  /** Tries that were refused or held, by what was said. */
  refused: Record<string, number>;
  /** How often a link was put in a folder's place meanwhile. */
  swaps: number;
  /** Whatever is in the outside folder and was not, or is not as it was. */
  escaped: string[];
  /** What was applied and is not where it was said to be. */
  missing: string[];
}

const KINDS = ['create', 'replace', 'append', 'frontmatter', 'move', 'new folder'] as const;
const SWAPPER = new URL('./escape-swapper.ts', import.meta.url);

/**
 * Applies outputs of all kinds while a thread puts links to an outside folder, which looks just the same, in the place of
 * every folder of the targets' path and of the moved files' path, their roots and the folder of their roots among them.
 */
export async function swapRace({ disk, random, tries, until }: EscapeOptions): Promise<Escapes> {
  const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'escapes-'));
  const [inside, outside] = [join(place, 'home'), join(place, 'outside')];
  const folders = ['', 'notes', 'notes/a', 'notes/a/b', 'inbox', 'inbox/c'];
  for (const side of [inside, outside])
    for (const each of folders) mkdirSync(join(side, each), { recursive: true });
  const links = join(place, 'links');
  const made = join(place, 'made');
  for (const each of [links, made]) mkdirSync(each);
  const swapped = folders.map((each, index): Swapped => {
    const link = join(links, String(index));
    symlinkSync(join(outside, each), link);
    return { folder: join(inside, each), link };
  });
  // What a try replaces, appends to or moves is there on both sides; outside it is somebody else's.
  for (const side of [inside, outside]) {
    for (const name of ['replaced.md', 'edited.md'])
      writeFileSync(join(side, 'notes/a/b', name), 'as it was');
    for (let n = 0; n < Math.min(tries, MOVED); n += 1)
      writeFileSync(join(side, 'inbox/c', `${n}.md`), 'as it was');
  }
  const before = treeOf(outside);
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const reach = createReaching({
    diskOf: () => disk,
    outputRoots: always([join(inside, 'notes')]),
    watchedRoots: always([{ path: join(inside, 'inbox') }]),
  });
  const result: Escapes = { tries: 0, applied: {}, refused: {}, swaps: 0, escaped: [], missing: [] };
  const placed: string[] = [];
  try {
    // The roots are met before anybody swaps them, as at the start of a daemon.
    await attempt(reach, outputOf('create', -1, inside), placed);
    const swapper = new Worker(SWAPPER, { workerData: { folders: swapped, made, shared } });
    const stopped = once(swapper, 'exit');
    while (Atomics.load(shared, 1) === 0) await new Promise(setImmediate);
    for (; result.tries < tries && performance.now() < until; result.tries += 1) {
      const kind = KINDS[random.below(KINDS.length)] ?? 'create';
      const came = await attempt(reach, outputOf(kind, result.tries, inside), placed);
      if (came === 'applied') result.applied[kind] = (result.applied[kind] ?? 0) + 1;
      else result.refused[came] = (result.refused[came] ?? 0) + 1;
    }
    Atomics.store(shared, 0, 1);
    await stopped;
    result.swaps = Atomics.load(shared, 1);
    const after = treeOf(outside);
    for (const [name, content] of after)
      if (before.get(name) !== content)
        result.escaped.push(before.has(name) ? `${name} was changed` : `${name} is new`);
    for (const name of before.keys()) if (!after.has(name)) result.escaped.push(`${name} is gone`);
    const names = new Set(
      [inside, made].flatMap((each) => Array.from(treeOf(each).keys(), (name) => basename(name))),
    );
    result.missing = placed.filter((path) => !names.has(basename(path)));
    return result;
  } finally {
    Atomics.store(shared, 0, 1);
    rmSync(place, { recursive: true, force: true });
  }
}

/** Files that are there to be moved; each is moved once. */
const MOVED = 20_000;
let moves = 0;

function outputOf(kind: (typeof KINDS)[number], n: number, inside: string): PendingOutput & { id: string } {
  const folder = join(inside, 'notes/a/b');
  const write = { kind: 'write', mode: 'create', content: `try ${n}`, before: null } as const;
  const about = { id: `try${n}`, position: 0, ledger: null };
  const to = (path: string) => ({ wanted: join(folder, path), target: join(folder, path) });
  switch (kind) {
    case 'create':
      return { ...about, ...write, ...to(`new-${n}.md`) };
    case 'new folder':
      return { ...about, ...write, ...to(`d${n}/e/deep-${n}.md`) };
    case 'replace':
      return {
        ...about,
        ...write,
        ...to('replaced.md'),
        mode: 'replace',
        before: sha256('as it was'),
        content: 'as it was',
      };
    case 'append': {
      const content = `<!-- consciousness try${n}#0 -->\n- ${n}\n`;
      // A file that grows with each try would take longer and longer.
      return {
        ...about,
        ...to(`appended-${n % 50}.md`),
        kind: 'append',
        mode: 'append',
        content,
        before: null,
      };
    }
    case 'frontmatter': {
      const content = JSON.stringify({ tried: n });
      return { ...about, ...to('edited.md'), kind, mode: 'edit', content, before: null };
    }
    case 'move': {
      const source = join(inside, 'inbox/c', `${moves++ % MOVED}.md`);
      return {
        ...about,
        ...to(`moved-${n}.md`),
        kind: 'move',
        mode: 'move',
        content: '',
        before: null,
        source,
      };
    }
    default:
      return kind satisfies never;
  }
}

const hash = await loadContentHash();

async function attempt(
  reach: ReturnType<typeof createReaching>,
  { id, ...output }: ReturnType<typeof outputOf>,
  placed: string[],
): Promise<string> {
  const handler = onDisk(output.kind);
  if (handler === null) throw new Error(`${output.kind} is not applied on disk`);
  try {
    const applied = await reach.within(output, ({ to, from }) =>
      handler.apply(output, {
        ...{ thought: id, hash, gaps: [], disk: to.disk, makeFolder: to.make },
        // What is durable is not what is tried here.
        syncFolder: async () => undefined,
        commit: async () => undefined,
        propose: async () => undefined,
        ...(from === null
          ? {}
          : { move: { from, to, isOurs: async () => false, awaitReaders: async () => undefined } }),
      }),
    );
    if (applied.state === 'applied') placed.push(applied.target);
    return applied.state;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : systemCode(error);
    if (code === undefined) throw error;
    return code;
  }
}

/** Every name and content; of a link, where it leads. */
function treeOf(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((each) => {
      const path = join(each.parentPath, each.name);
      return [
        path.slice(folder.length + 1),
        each.isFile() ? readFileSync(path, 'utf8') : each.isDirectory() ? 'folder' : 'link',
      ];
    }),
  );
}

function always<T>(value: T): () => T {
  return () => value;
}
