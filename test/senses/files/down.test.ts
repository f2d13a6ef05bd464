import assert from 'node:assert/strict';
import { mkdir, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Index, inFolder, onDisk, type Watched, type WatchedOptions, watchRoot } from './watched.ts';

/** Files are old once this has passed: whatever is younger when a root is first scanned counts as new. */
const OLD = 60;

/** One life of the sense on `root`. */
async function during(
  root: string,
  index: Index,
  body: (watched: Watched) => Promise<void>,
  options: WatchedOptions = {},
): Promise<Watched> {
  const watched = await watchRoot(root, { index, ...options });
  try {
    await body(watched);
  } finally {
    await watched.close();
  }
  return watched;
}

const baselined = (watched: Watched) => watched.until(() => watched.index.baselined, 'the baseline');

describe('the files sense, over restarts', { concurrency: 4 }, () => {
  it('takes what is there at its very first scan as existing, unhashed, and says when that is over', () =>
    inFolder(async (root) => {
      await mkdir(join(root, 'sub'));
      await writeFile(join(root, 'sub/a.txt'), 'one');
      await sleep(OLD);
      const index = new Index();
      await during(root, index, async (watched) => {
        await baselined(watched);
        assert.deepEqual(
          watched.seen.map(({ change, path, hash }) => ({ change, path, hash })),
          [{ change: 'existing', path: 'sub/a.txt', hash: null }],
        );
        assert.deepEqual(
          watched.batches.map((batch) => batch.baselined),
          [true],
        );
        await writeFile(join(root, 'b.txt'), 'two');
        await watched.observed('b.txt', 'added');
        await writeFile(join(root, 'sub/a.txt'), 'changed');
        await watched.observed('sub/a.txt', 'modified');
      });
    }));

  it('ends the baseline of an empty root too', () =>
    inFolder(async (root) => {
      const index = new Index();
      const watched = await during(root, index, baselined);
      const { dev, ino, birthtimeMs: birth } = await stat(root);
      const met = { identity: { dev, ino, birth }, aside: false };
      assert.deepEqual(watched.batches, [{ root, observations: [], baselined: true, met }]);
    }));

  it('takes a file for added that was made since its first scan began', () =>
    inFolder(async (root) => {
      const index = new Index();
      const watched = await watchRoot(root, { index, ready: false });
      try {
        // The thread has not begun to look at anything yet.
        await writeFile(join(root, 'late.txt'), 'x');
        await utimes(join(root, 'late.txt'), 1, 1);
        await watched.until(() => watched.seen.length > 0, 'late.txt');
        assert.equal(watched.seen[0]?.change, 'added');
      } finally {
        await watched.close();
      }
    }));

  it('takes what came since its root was first met for added, also where its first scan was killed', () =>
    inFolder(async (root) => {
      await writeFile(join(root, 'old.txt'), 'old');
      await sleep(OLD);
      const index = new Index();
      // The first life journaled that the root was met, and nothing else.
      index.since = Date.now();
      await sleep(OLD);
      await writeFile(join(root, 'meanwhile.txt'), 'new');
      await sleep(OLD);
      await during(root, index, async (watched) => {
        await baselined(watched);
        await watched.until(() => watched.seen.length === 2, 'both');
        const changes = watched.seen.map(({ change, path }) => `${change} ${path}`);
        assert.deepEqual(changes.sort(), ['added meanwhile.txt', 'existing old.txt']);
      });
    }));

  it('finds nothing new after a restart when nothing changed', () =>
    inFolder(async (root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      const index = new Index();
      await during(root, index, baselined);
      const again = await during(root, index, async () => {});
      assert.deepEqual(again.batches, []);
    }));

  it('finds what was added, modified, moved and deleted while it was down', () =>
    inFolder(async (root) => {
      const index = new Index();
      await mkdir(join(root, 'old/deep'), { recursive: true });
      for (const name of ['stays', 'edited', 'leaves', 'travels', 'old/deep/inner'])
        await writeFile(join(root, name), name);
      await during(root, index, async (watched) => {
        await baselined(watched);
        await watched.until(() => watched.index.rows.size === 5, 'all five');
      });
      await writeFile(join(root, 'edited'), 'EDITED');
      await unlink(join(root, 'leaves'));
      await mkdir(join(root, 'new'));
      await rename(join(root, 'travels'), join(root, 'new/travels'));
      await rename(join(root, 'old'), join(root, 'older'));
      await writeFile(join(root, 'new/born'), 'born');
      const again = await during(root, index, async (watched) => {
        await watched.until(() => watched.events().length === 5, 'all five');
      });
      assert.deepEqual(again.events().sort(), [
        'added new/born',
        'deleted leaves',
        'modified edited',
        'moved new/travels',
        'moved older/deep/inner',
      ]);
    }));

  it('perceives again what was handed over and never accepted', () =>
    inFolder(async (root) => {
      const index = new Index();
      await during(root, index, baselined);
      const killed = await during(
        root,
        index,
        async (watched) => {
          await writeFile(join(root, 'a.txt'), 'one');
          await watched.observed('a.txt', 'added');
        },
        { accept: false },
      );
      assert.deepEqual(killed.events(), ['added a.txt']);
      const again = await during(root, index, async (watched) => {
        await watched.observed('a.txt', 'added');
      });
      assert.deepEqual(again.events(), ['added a.txt']);
    }));

  it('sends nothing more before the batch in flight is accepted, and then the merged truth', () =>
    inFolder(async (root) => {
      const index = new Index();
      await during(root, index, baselined);
      const slow = await watchRoot(root, { index, accept: false });
      try {
        await writeFile(join(root, 'first'), '1');
        await slow.observed('first', 'added');
        for (let round = 0; round < 5; round += 1) {
          await writeFile(join(root, 'second'), `${round}`);
          await sleep(30);
        }
        assert.equal(slow.batches.length, 1);
      } finally {
        await slow.close();
      }
      const again = await during(root, index, async (watched) => {
        await watched.until(() => watched.index.rows.size === 2, 'both');
      });
      assert.deepEqual(again.events().sort(), ['added first', 'added second']);
      assert.deepEqual(index.contents(), onDisk(root));
    }));

  it('hashes existing files when asked, so that a touch of them is no change', () =>
    inFolder(async (root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await writeFile(join(root, 'large'), Buffer.alloc(9 * 1024 * 1024, 'x'));
      await sleep(OLD);
      const index = new Index();
      const watched = await during(root, index, async (life) => {
        await baselined(life);
        life.sense.hashWhenIdle(root, ['a.txt', 'large', 'absent', 'no/such/folder']);
        const hashed = await life.observed('a.txt', 'unchanged');
        assert.notEqual(hashed.hash, null);
        assert.notEqual((await life.observed('large', 'unchanged')).hash, null);
        await utimes(join(root, 'a.txt'), 1, 1);
        await life.observed('a.txt', 'unchanged');
      });
      assert.deepEqual(watched.events(), []);
      assert.deepEqual(index.contents(), onDisk(root));
    }));

  it('counts a changed stat of a file that was never hashed as a change', () =>
    inFolder(async (root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await sleep(OLD);
      const index = new Index();
      await during(root, index, baselined);
      await utimes(join(root, 'a.txt'), 1, 1);
      await during(root, index, async (watched) => {
        assert.notEqual((await watched.observed('a.txt', 'modified')).hash, null);
      });
    }));

  it('does not take files for changed or deleted when devices were numbered anew', () =>
    inFolder(async (root) => {
      const index = new Index();
      await writeFile(join(root, 'a.txt'), 'one');
      await writeFile(join(root, 'b.txt'), 'two');
      await during(root, index, async (watched) => {
        await baselined(watched);
        await watched.until(() => index.rows.size === 2, 'both');
      });
      for (const row of index.rows.values()) if (row.stat) row.stat.dev += 1000;
      await unlink(join(root, 'b.txt'));
      const again = await during(root, index, async (watched) => {
        await watched.observed('b.txt', 'deleted');
      });
      assert.deepEqual(again.events(), ['deleted b.txt']);
      assert.deepEqual([...index.rows.keys()], ['a.txt']);
      assert.equal(index.rows.get('a.txt')?.stat?.dev, (await stat(root)).dev);
    }));

  it('keeps the files of a device that is absent', () =>
    inFolder(async (root) => {
      const index = new Index();
      await writeFile(join(root, 'here'), 'here');
      await mkdir(join(root, 'mount'));
      await writeFile(join(root, 'mount/a.txt'), 'one');
      await during(root, index, async (watched) => {
        await baselined(watched);
        await watched.until(() => index.rows.size === 2, 'both');
      });
      const row = index.rows.get('mount/a.txt');
      if (row?.stat) row.stat.dev += 1000;
      await rm(join(root, 'mount/a.txt'));
      const again = await during(root, index, async (watched) => {
        await writeFile(join(root, 'new'), 'new');
        await watched.observed('new', 'added');
      });
      assert.deepEqual(again.events(), ['added new']);
      assert.ok(index.rows.has('mount/a.txt'));
    }));
});
