import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Index, inFolder, type Watched, watchRoot } from './watched.ts';

const stateOf = (watched: Watched, root = watched.root) =>
  watched.sense.health().roots.find((each) => each.path === root)?.state;

async function withSense(watched: Watched, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    await watched.close();
  }
}

describe('a root of the files sense', { concurrency: 6 }, () => {
  it('that is missing is offline, does not delay the others, and is scanned when it is made', () =>
    inFolder(async (folder) => {
      const roots = ['there', 'missing'].map((name) => join(folder, name));
      const [there = '', missing = ''] = roots;
      await mkdir(there);
      const watched = await watchRoot(there, {
        roots: roots.map((path) => ({ path, ignorePatterns: [] })),
      });
      await withSense(watched, async () => {
        assert.equal(stateOf(watched, missing), 'offline');
        assert.equal(stateOf(watched, there), 'watching');
        assert.equal(watched.sense.health().state, 'degraded');
        assert.match(watched.sense.health().detail, /missing: does not exist/);
        await mkdir(missing);
        await writeFile(join(missing, 'a.txt'), 'made with it');
        const seen = await watched.observed('a.txt', 'added');
        assert.notEqual(seen.hash, null);
        await watched.until(() => stateOf(watched, missing) === 'watching', 'it is watched');
        assert.equal(watched.sense.health().state, 'ok');
        await writeFile(join(missing, 'b.txt'), 'later');
        await watched.observed('b.txt', 'added');
      });
    }));

  it('that is renamed away goes offline and loses no file; when it returns it is scanned', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(root);
      await writeFile(join(root, 'a.txt'), 'one');
      const watched = await watchRoot(root);
      await withSense(watched, async () => {
        await watched.until(() => watched.index.rows.size === 1, 'a.txt');
        await rename(root, join(folder, 'away'));
        await watched.until(() => stateOf(watched) === 'offline', 'offline');
        await writeFile(join(folder, 'away/b.txt'), 'meanwhile');
        await rename(join(folder, 'away'), root);
        await watched.observed('b.txt', 'added');
        assert.deepEqual(
          watched.events().filter((event) => event.startsWith('deleted')),
          [],
        );
        assert.deepEqual([...watched.index.rows.keys()].sort(), ['a.txt', 'b.txt']);
      });
    }));

  it('that is replaced by an empty folder is offline and loses no file', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(root);
      await writeFile(join(root, 'a.txt'), 'one');
      const watched = await watchRoot(root);
      await withSense(watched, async () => {
        await watched.until(() => watched.index.rows.size === 1, 'a.txt');
        await rename(root, join(folder, 'away'));
        await mkdir(root);
        await watched.until(
          () => stateOf(watched) === 'offline' && /empty folder/.test(watched.sense.health().detail),
          'offline',
        );
        await rm(root, { recursive: true });
        await rename(join(folder, 'away'), root);
        await watched.until(() => stateOf(watched) === 'watching', 'back');
        await writeFile(join(root, 'b.txt'), 'two');
        await watched.observed('b.txt', 'added');
        assert.deepEqual(
          watched.events().filter((event) => event.startsWith('deleted')),
          [],
        );
      });
    }));

  it('that is removed with all its files goes offline', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(join(root, 'sub'), { recursive: true });
      const watched = await watchRoot(root);
      await withSense(watched, async () => {
        await rm(root, { recursive: true });
        await watched.until(() => stateOf(watched) === 'offline', 'offline');
      });
    }));

  it('whose files are on another device than its empty folder is offline from the start', () =>
    inFolder(async (root) => {
      const index = new Index();
      await writeFile(join(root, 'a.txt'), 'one');
      const first = await watchRoot(root, { index });
      await first.until(() => index.baselined && index.rows.size === 1, 'a.txt');
      await first.close();
      for (const row of index.rows.values()) if (row.stat) row.stat.dev += 1000;
      // It was mounted there: another folder, known by an older version only by its files.
      index.identity = null;
      await unlink(join(root, 'a.txt'));
      const watched = await watchRoot(root, { index });
      await withSense(watched, async () => {
        assert.equal(stateOf(watched), 'offline');
        assert.deepEqual(watched.batches, []);
      });
    }));

  it('may itself be a link to a folder', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'real'));
      await symlink(join(folder, 'real'), join(folder, 'link'));
      const watched = await watchRoot(join(folder, 'link'));
      await withSense(watched, async () => {
        await writeFile(join(folder, 'real/a.txt'), 'one');
        await watched.observed('a.txt', 'added');
      });
    }));

  it('that is a file is offline', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), 'x');
      const watched = await watchRoot(join(folder, 'file'));
      await withSense(watched, async () => {
        assert.match(watched.sense.health().detail, /is not a folder/);
      });
    }));

  it('can be added, given other patterns and taken away while the sense runs', () =>
    inFolder(async (folder) => {
      const [one, two] = [join(folder, 'one'), join(folder, 'two')];
      await mkdir(one);
      await mkdir(join(two, 'drafts'), { recursive: true });
      const settings = { ignorePatterns: [], debounceMs: 1000 };
      const watched = await watchRoot(one);
      await withSense(watched, async () => {
        watched.sense.reconfigure({ ...settings, roots: [{ path: two, ignorePatterns: ['drafts/'] }] });
        await watched.sense.ready(AbortSignal.timeout(5000));
        assert.deepEqual(
          watched.sense.health().roots.map((root) => root.path),
          [two],
        );
        await writeFile(join(one, 'unseen'), 'x');
        await writeFile(join(two, 'drafts/unseen'), 'x');
        await writeFile(join(two, 'seen'), 'x');
        await watched.observed('seen', 'added');
        assert.deepEqual(watched.events(), ['added seen']);
        watched.sense.reconfigure({ ...settings, roots: [{ path: two, ignorePatterns: [] }] });
        await watched.observed('drafts/unseen', 'added');
        await writeFile(join(two, 'drafts/next'), 'x');
        await watched.observed('drafts/next', 'added');
      });
    }));

  it('whose index cannot be loaded ends the sense with that reason', () =>
    inFolder(async (root) => {
      const lost = new Error('the store is lost');
      const watching = watchRoot(root, { loadIndex: () => Promise.reject(lost) });
      await assert.rejects(watching, lost);
    }));
});
