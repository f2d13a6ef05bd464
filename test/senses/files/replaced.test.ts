import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Index, inFolder, onDisk, type Watched, watchRoot } from './watched.ts';

const NAMES = Array.from({ length: 20 }, (_, at) => `f${at}.txt`);

async function fill(root: string, names: readonly string[] = NAMES): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const name of names) await writeFile(join(root, name), `content of ${name}`);
}

/** One life of the sense on `root`. */
async function during(root: string, index: Index, body: (watched: Watched) => Promise<void>): Promise<void> {
  const watched = await watchRoot(root, { index });
  try {
    await body(watched);
  } finally {
    await watched.close();
  }
}

const deletions = (watched: Watched) => watched.events().filter((event) => event.startsWith('deleted'));
const stateOf = (watched: Watched) => watched.sense.health().roots[0]?.state;

describe('a root in whose place another folder stands', { concurrency: 4 }, () => {
  it('loses none of its files, and perceives those of the other one', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root);
      const index = new Index();
      await during(root, index, async (watched) => {
        await watched.until(() => index.rows.size === 20, 'all');
        await rename(root, join(folder, 'away'));
        await fill(root, ['other.txt']);
        await watched.observed('other.txt', 'added');
        assert.equal(index.aside.size, 20);
        await writeFile(join(root, 'next.txt'), 'x');
        await watched.observed('next.txt', 'added');
        assert.deepEqual(deletions(watched), []);
        // And back again: what was there before is there.
        await rename(root, join(folder, 'stand-in'));
        await rename(join(folder, 'away'), root);
        await watched.until(() => index.contents().join() === onDisk(root).join(), 'index is disk');
        assert.deepEqual(deletions(watched), []);
      });
    }));

  it('loses none of them where that happened while the daemon was down', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root);
      const index = new Index();
      await during(root, index, (watched) => watched.until(() => index.rows.size === 20, 'all'));
      await rename(root, join(folder, 'away'));
      await fill(root, ['other.txt']);
      await during(root, index, async (watched) => {
        await watched.observed('other.txt', 'added');
        assert.deepEqual(deletions(watched), []);
        assert.equal(index.aside.size, 20);
      });
      await during(root, index, async (watched) => {
        await writeFile(join(root, 'next.txt'), 'x');
        await watched.observed('next.txt', 'added');
        assert.deepEqual(deletions(watched), [], 'nor at the next start');
      });
    }));

  it('is that root again where most of its files are in it, and what differs are changes', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root);
      const index = new Index();
      await during(root, index, async (watched) => {
        await watched.until(() => index.rows.size === 20, 'all');
        // Hashed or not, as slow as this machine was to see them: copies have other inodes and other times.
        await cp(root, join(folder, 'copy'), { recursive: true });
        await unlink(join(folder, 'copy/f3.txt'));
        await writeFile(join(folder, 'copy/f4.txt'), 'edited');
        await rename(root, join(folder, 'away'));
        await rename(join(folder, 'copy'), root);
        await watched.observed('f3.txt', 'deleted');
        await watched.observed('f4.txt', 'modified');
        assert.equal(index.aside.size, 0);
        assert.deepEqual(index.contents(), onDisk(root));
      });
    }));

  it('is told from one that was emptied, whose files are deleted, also where devices are numbered anew', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root, ['a.txt']);
      const index = new Index();
      await during(root, index, (watched) => watched.until(() => index.rows.size === 1, 'a.txt'));
      for (const row of index.rows.values()) if (row.stat) row.stat.dev += 1000;
      if (index.identity) index.identity = { ...index.identity, dev: index.identity.dev + 1000 };
      await unlink(join(root, 'a.txt'));
      await during(root, index, async (watched) => {
        await watched.observed('a.txt', 'deleted');
        assert.equal(stateOf(watched), 'watching');
      });
    }));

  it('is offline beneath a file system mounted over it, and itself again when that is gone', (context) => {
    const probe = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
    if (!probe) return context.skip('mounting needs root');
    return inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root);
      const index = new Index();
      const mount = (...args: string[]) => assert.equal(spawnSync(args[0] ?? '', args.slice(1)).status, 0);
      await during(root, index, async (watched) => {
        await watched.until(() => index.rows.size === 20, 'all');
        mount('mount', '-t', 'tmpfs', 'none', root);
        try {
          // No event tells of it: it is noticed within half a minute, or when asked for.
          watched.sense.rescan();
          await watched.until(() => /empty folder/.test(watched.sense.health().detail), 'offline');
          assert.equal(stateOf(watched), 'offline');
          await writeFile(join(root, 'above.txt'), 'x');
          await watched.observed('above.txt', 'added');
        } finally {
          mount('umount', '-l', root);
        }
        await writeFile(join(root, 'below.txt'), 'x');
        await watched.observed('below.txt', 'added');
        assert.deepEqual(deletions(watched), []);
        assert.deepEqual(index.contents(), onDisk(root));
      });
    });
  });

  it('that is removed and made anew is watched as soon as there is something in it', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await fill(root);
      const index = new Index();
      await during(root, index, async (watched) => {
        await watched.until(() => index.rows.size === 20, 'all');
        await rm(root, { recursive: true });
        await watched.until(() => stateOf(watched) === 'offline', 'offline');
        await mkdir(root);
        await watched.until(() => /empty folder/.test(watched.sense.health().detail), 'empty');
        await writeFile(join(root, 'first.txt'), 'x');
        await watched.observed('first.txt', 'added');
        await watched.until(() => stateOf(watched) === 'watching', 'watched');
      });
    }));
});

describe('two roots', () => {
  it('see a move between them as a deletion in one and an addition in the other', () =>
    inFolder(async (folder) => {
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      await mkdir(one);
      await mkdir(two);
      const roots = [one, two].map((path) => ({ path, ignorePatterns: [] }));
      const watched = await watchRoot(one, { roots });
      try {
        await writeFile(join(one, 'a.txt'), 'x');
        await watched.observed('a.txt', 'added');
        await rename(join(one, 'a.txt'), join(two, 'b.txt'));
        await watched.observed('b.txt', 'added');
        await watched.observed('a.txt', 'deleted');
        const byRoot = watched.batches.map(({ root, observations }) => [
          root,
          ...observations.map(({ change, path }) => `${change} ${path}`),
        ]);
        assert.deepEqual(byRoot.filter((batch) => batch.length > 1).sort(), [
          [one, 'added a.txt'],
          [one, 'deleted a.txt'],
          [two, 'added b.txt'],
        ]);
      } finally {
        await watched.close();
      }
    }));
});
