import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
import { treeOf } from '../../../src/senses/files/tree.ts';
import { Index, inFolder } from './watched.ts';

/** A ground on a real folder whose watches are only written down. */
async function groundOn(root: string, index = new Index()) {
  const observations: FileObservation[] = [];
  const watches: string[] = [];
  const watched = new Set<unknown>();
  const sender = createSender((batch) => observations.push(...batch.observations));
  const hasher = createHasher(await xxhash(), () => Buffer.from(root));
  const { signal } = new AbortController();
  const ground: Ground = {
    root,
    tree: treeOf(index.columns()),
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
    baselineSince: null,
    polled: new Set(),
    doubted: new Set(),
    limit: null,
    unreadable: new Map(),
    devices: { renumbered: new Set(), layered: new Set() },
    stillThere: () => true,
    signal,
  };
  return { ground, observations, watches };
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
      assert.equal(ground.pending.size, 1, 'listed, and to be looked at again as it is so young');
      await scan(ground, [ground.tree.top], 'all', createSlice());
      assert.equal(times, 1, 'a folder that is the same is not watched again by a scan');
    }));
});
