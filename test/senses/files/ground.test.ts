import assert from 'node:assert/strict';
import { renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import xxhash from 'xxhash-wasm';
import { systemClock } from '../../../src/base/clock.ts';
import type { FileObservation } from '../../../src/contract/event.ts';
import type { Ground } from '../../../src/senses/files/ground.ts';
import { createHasher } from '../../../src/senses/files/hash.ts';
import { ignoreMatcher } from '../../../src/senses/files/ignore.ts';
import { createLargeFiles } from '../../../src/senses/files/large-files.ts';
import { createPending } from '../../../src/senses/files/pending.ts';
import { scan } from '../../../src/senses/files/scan.ts';
import { createSender } from '../../../src/senses/files/sender.ts';
import { serve } from '../../../src/senses/files/serve.ts';
import { createSlice } from '../../../src/senses/files/slice.ts';
import { createStateFiles } from '../../../src/senses/files/state-files.ts';
import { createTree, takeIndex } from '../../../src/senses/files/tree.ts';
import { Index, inFolder } from './watched.ts';

/** A ground on a real folder whose watches are only written down; without `index` it still is to arrive. */
async function groundOn(root: string, index: Index | null = new Index()) {
  const tree = createTree();
  const indexed = Promise.withResolvers<void>();
  const arrive = (late: Index) => {
    takeIndex(tree, { ...late.columns(), baselined: true });
    indexed.resolve();
  };
  if (index) arrive(index);
  const observations: FileObservation[] = [];
  const watches: string[] = [];
  const watched = new Set<unknown>();
  const sender = createSender((batch) => {
    observations.push(...batch.observations);
    queueMicrotask(() => sender.accepted());
  });
  const hasher = createHasher(await xxhash(), () => Buffer.from(root));
  const { signal } = new AbortController();
  const ground: Ground = {
    root,
    tree,
    since: 0,
    indexed: indexed.promise,
    pending: createPending(() => 1000),
    lane: sender.lane(root),
    hasher,
    large: createLargeFiles(
      hasher,
      (path) => path,
      () => {},
      signal,
    ),
    stateFiles: createStateFiles('/nowhere'),
    clock: systemClock,
    watching: {
      get count() {
        return watched.size;
      },
      has: (directory) => watched.has(directory),
      watch(directory) {
        watches.push(directory.path);
        watched.add(directory);
        return 'watched';
      },
      unwatch: (directory) => void watched.delete(directory),
      close: async () => {},
    },
    matcher: ignoreMatcher([]),
    polled: new Set(),
    doubted: new Set(),
    limit: null,
    unreadable: new Map(),
    devices: { renumbered: new Set(), layered: new Set(), remote: new Map() },
    isRemote: () => false,
    stillThere: () => true,
    signal,
  };
  return { ground, observations, watches, arrive };
}

describe('looking at a root', () => {
  it('drops nothing once the root itself is not there any more', () =>
    inFolder(async (root) => {
      const index = new Index();
      const stat = { dev: 1, ino: 2, birth: 3, size: 4, mtime: 5, ctime: 6 };
      const row = {
        change: 'existing',
        stat,
        hash: null,
        binary: false,
        growing: false,
        observedAt: 0,
      } as const;
      index.rows.set('gone', { ...row, path: 'gone' });
      const { ground, observations } = await groundOn(root, index);
      ground.devices.layered.add(1);
      // It goes while the scan is under way: after the listing, before what was missing is dropped.
      let asked = 0;
      ground.stillThere = () => {
        asked += 1;
        return asked <= 2;
      };
      await scan(ground, [ground.tree.top], 'all', createSlice());
      ground.lane.flush();
      assert.equal(observations.length, 0);
      assert.equal(ground.tree.rows.size, 1);
      ground.stillThere = () => true;
      await scan(ground, [ground.tree.top], 'all', createSlice());
      ground.lane.flush();
      assert.deepEqual(
        observations.map((each) => `${each.change} ${each.path}`),
        ['deleted gone'],
      );
    }));

  it('watches a folder again when a hint is about the folder itself', () =>
    inFolder(async (root) => {
      await mkdir(join(root, 'sub/deep'), { recursive: true });
      const { ground, watches } = await groundOn(root);
      await scan(ground, [ground.tree.top], 'all', createSlice());
      assert.deepEqual(watches, ['', 'sub', 'sub/deep']);
      ground.pending.hint('sub', ground.clock.monotonic() - 100);
      await serve(ground, createSlice());
      assert.deepEqual(watches, ['', 'sub', 'sub/deep', 'sub']);
    }));

  it('watches a folder before it lists it, so that nothing falls between', () =>
    inFolder(async (root) => {
      const { ground } = await groundOn(root);
      const { watch } = ground.watching;
      let times = 0;
      ground.watching.watch = (directory) => {
        // Made just before the watch begins: no event will tell of it.
        writeFileSync(join(root, 'between'), 'x');
        times += 1;
        return watch(directory);
      };
      await scan(ground, [ground.tree.top], 'all', createSlice());
      // Listed, and to be looked at again where it was still too young.
      assert.equal(ground.pending.size + ground.tree.rows.size, 1);
      await scan(ground, [ground.tree.top], 'all', createSlice());
      assert.equal(times, 1, 'a folder that is the same is not watched again by a scan');
    }));
});

describe('looking at a root whose index is still to arrive', () => {
  const changes = (observations: readonly FileObservation[]) =>
    observations.map(({ change, path }) => `${change} ${path}`).sort();

  /** A root with these files, all known and old enough to be believed; `late` is its index. */
  async function knownRoot(root: string, paths: readonly string[]) {
    const old = Date.now() / 1000 - 60;
    for (const path of paths) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), path);
      utimesSync(join(root, path), old, old);
    }
    await oldEnough();
    const late = new Index();
    const { ground, observations } = await groundOn(root);
    await scan(ground, [ground.tree.top], 'all', createSlice());
    ground.lane.flush();
    late.apply({ root, observations, baselined: true });
    return late;
  }

  it('watches and lists all of it meanwhile, and tells nothing before', () =>
    inFolder(async (root) => {
      const late = await knownRoot(root, ['a.txt', 'sub/b.txt', 'sub/deep/c.txt']);
      const { ground, observations, watches, arrive } = await groundOn(root, null);
      const scanning = scan(ground, [ground.tree.top], 'all', createSlice());
      await until(() => watches.length === 3);
      ground.lane.flush();
      assert.deepEqual(observations, []);
      arrive(late);
      await scanning;
      ground.lane.flush();
      assert.deepEqual(observations, [], 'all of it is as the index has it');
      assert.equal(ground.tree.rows.size, 3);
    }));

  it('tells once of what changed before it was listed, and once of what changed after', () =>
    inFolder(async (root) => {
      const paths = ['before.txt', 'after.txt', 'gone before.txt', 'gone after.txt', 'sub/same.txt'];
      const late = await knownRoot(root, paths);
      writeFileSync(join(root, 'before.txt'), 'changed before');
      writeFileSync(join(root, 'new before.txt'), 'new');
      unlinkSync(join(root, 'gone before.txt'));
      const { ground, observations, watches, arrive } = await groundOn(root, null);
      const scanning = scan(ground, [ground.tree.top], 'all', createSlice());
      await until(() => watches.length === 2);
      for (const path of ['after.txt', 'new after.txt']) writeFileSync(join(root, path), 'changed after');
      unlinkSync(join(root, 'gone after.txt'));
      // The hints that the watches raise for these.
      for (const path of ['after.txt', 'new after.txt', 'gone after.txt'])
        ground.pending.hint(path, ground.clock.monotonic());
      arrive(late);
      await scanning;
      await until(async () => {
        await serve(ground, createSlice());
        return ground.pending.size === 0;
      });
      await scan(ground, [ground.tree.top], 'all', createSlice());
      ground.lane.flush();
      assert.deepEqual(changes(observations), [
        'added new after.txt',
        'added new before.txt',
        'deleted gone after.txt',
        'deleted gone before.txt',
        'modified after.txt',
        'modified before.txt',
      ]);
    }));

  it('takes a file for moved that was moved before its two folders were listed, or after', () =>
    inFolder(async (root) => {
      const late = await knownRoot(root, ['from/a.txt', 'from/b.txt', 'to/c.txt']);
      renameSync(join(root, 'from/a.txt'), join(root, 'to/a.txt'));
      await oldEnough();
      const { ground, observations, watches, arrive } = await groundOn(root, null);
      const scanning = scan(ground, [ground.tree.top], 'all', createSlice());
      await until(() => watches.length === 3);
      renameSync(join(root, 'from/b.txt'), join(root, 'to/b.txt'));
      for (const path of ['from/b.txt', 'to/b.txt']) ground.pending.hint(path, ground.clock.monotonic());
      arrive(late);
      await scanning;
      await until(async () => {
        await serve(ground, createSlice());
        return ground.pending.size === 0;
      });
      ground.lane.flush();
      assert.deepEqual(changes(observations), ['moved to/a.txt', 'moved to/b.txt']);
    }));

  it('meets nothing of a root that is gone when the index arrives', () =>
    inFolder(async (root) => {
      const late = await knownRoot(root, ['a.txt']);
      const { ground, observations, watches, arrive } = await groundOn(root, null);
      const gone = new AbortController();
      writeFileSync(join(root, 'a.txt'), 'changed');
      const scanning = scan({ ...ground, signal: gone.signal }, [ground.tree.top], 'all', createSlice());
      await until(() => watches.length === 1);
      gone.abort();
      arrive(late);
      await scanning;
      ground.lane.flush();
      assert.deepEqual(observations, []);
    }));
});

/** Lets the youngest file get old enough to be believed. */
async function oldEnough(): Promise<void> {
  await systemClock.sleep(25, new AbortController().signal);
}

/** Asks until it holds; the tests' own time limit ends it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}
