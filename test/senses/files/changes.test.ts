import assert from 'node:assert/strict';
import { renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { appendFile, chmod, mkdir, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onDisk, watching } from './watched.ts';

describe('the files sense', { concurrency: 4 }, () => {
  it('perceives a file that is added, with the hash of its content', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'hello');
      const added = await watched.observed('a.txt', 'added');
      // xxh64 of "hello", as the reference implementation gives it.
      assert.equal(added.hash, '26c7827d889f6da3');
      assert.equal(added.stat?.size, 5);
      assert.equal(added.binary, false);
      assert.equal(added.growing, false);
      assert.deepEqual(watched.events(), ['added a.txt']);
    }));

  it('perceives an empty file', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'empty'), '');
      assert.equal((await watched.observed('empty', 'added')).hash, 'ef46db3751d8e999');
    }));

  it('marks a file with a NUL in its first 8 KiB as binary, and one with a later NUL not', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'early'), Buffer.concat([Buffer.alloc(8191, 'x'), Buffer.alloc(1)]));
      await writeFile(join(root, 'late'), Buffer.concat([Buffer.alloc(8192, 'x'), Buffer.alloc(1)]));
      await watched.until(() => watched.events().length === 2, 'both');
      const binary = Object.fromEntries(watched.seen.map((each) => [each.path, each.binary]));
      assert.deepEqual(binary, { early: true, late: false });
    }));

  it('perceives a change of content, also one of the same size whose time was put back', () =>
    watching(async (watched, root) => {
      const path = join(root, 'a.txt');
      await writeFile(path, 'one');
      await watched.observed('a.txt', 'added');
      const { atime, mtime } = await stat(path);
      writeFileSync(path, 'two');
      utimesSync(path, atime, mtime);
      await watched.observed('a.txt', 'modified');
      assert.deepEqual(watched.index.contents(), onDisk(root));
    }));

  it('takes a touch and a change of mode for no change', () =>
    watching(async (watched, root) => {
      const path = join(root, 'a.txt');
      await writeFile(path, 'one');
      await watched.observed('a.txt', 'added');
      await utimes(path, 1, 1);
      const touched = await watched.observed('a.txt', 'unchanged');
      assert.equal(touched.stat?.mtime, 1000);
      await chmod(path, 0o600);
      await watched.observed('a.txt', 'unchanged');
      assert.deepEqual(watched.events(), ['added a.txt']);
    }));

  it('perceives A, B, A as two changes', () =>
    watching(async (watched, root) => {
      const path = join(root, 'a.txt');
      await writeFile(path, 'A');
      const first = await watched.observed('a.txt', 'added');
      await writeFile(path, 'B');
      await watched.observed('a.txt', 'modified');
      await writeFile(path, 'A');
      const again = await watched.observed('a.txt', 'modified');
      assert.equal(again.hash, first.hash);
      assert.deepEqual(watched.events(), ['added a.txt', 'modified a.txt', 'modified a.txt']);
    }));

  it('perceives a file that is deleted', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await watched.observed('a.txt', 'added');
      await unlink(join(root, 'a.txt'));
      const deleted = await watched.observed('a.txt', 'deleted');
      assert.equal(deleted.stat, null);
      assert.equal(deleted.hash, null);
    }));

  it('perceives delete and create of one path as one modification', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await watched.observed('a.txt', 'added');
      // Without a pause between, in which a busy machine could let the first step be an event of its own.
      unlinkSync(join(root, 'a.txt'));
      writeFileSync(join(root, 'a.txt'), 'two');
      await watched.observed('a.txt', 'modified');
      assert.deepEqual(watched.events(), ['added a.txt', 'modified a.txt']);
    }));

  it('perceives an atomic save as one modification of its target', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await watched.observed('a.txt', 'added');
      for (let round = 0; round < 5; round += 1) {
        writeFileSync(join(root, `a.txt.tmp${round}`), `round ${round}`);
        renameSync(join(root, `a.txt.tmp${round}`), join(root, 'a.txt'));
        await watched.observed('a.txt', 'modified');
      }
      assert.deepEqual(watched.events(), ['added a.txt', ...Array(5).fill('modified a.txt')]);
      assert.deepEqual(watched.index.contents(), onDisk(root));
    }));

  it('perceives a move as one move that says from where', () =>
    watching(
      async (watched, root) => {
        await rename(join(root, 'in/a.txt'), join(root, 'out/b.txt'));
        const moved = await watched.observed('out/b.txt', 'moved');
        assert.equal(moved.from, 'in/a.txt');
        assert.notEqual(moved.hash, null);
        await writeFile(join(root, 'in/next.txt'), 'x');
        await watched.observed('in/next.txt', 'added');
        assert.deepEqual(watched.events(), ['moved out/b.txt', 'added in/next.txt']);
      },
      {},
      async (root) => {
        await mkdir(join(root, 'in'));
        await mkdir(join(root, 'out'));
        await writeFile(join(root, 'in/a.txt'), 'one');
        // Older than the sense, so that it is there rather than new.
        await sleep(60);
      },
    ));

  it('perceives a rename that changes only the case as one move, there and back', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await watched.observed('a.txt', 'added');
      await rename(join(root, 'a.txt'), join(root, 'A.txt'));
      await watched.observed('A.txt', 'moved');
      // A path that is hinted at again within 50 ms is looked at later than the one it left.
      await sleep(60);
      await rename(join(root, 'A.txt'), join(root, 'a.txt'));
      await watched.observed('a.txt', 'moved');
      await mkdir(join(root, 'sub'));
      await writeFile(join(root, 'sub/b.txt'), 'two');
      await watched.observed('sub/b.txt', 'added');
      await rename(join(root, 'sub'), join(root, 'SUB'));
      await watched.observed('SUB/b.txt', 'moved');
      assert.deepEqual(watched.index.contents(), onDisk(root));
      assert.equal(watched.events().length, 5);
    }));

  it('does not take a new file for the one whose inode it was given', () =>
    watching(async (watched, root) => {
      // ext4 gives a freed inode to the next file at once.
      await writeFile(join(root, 'a.txt'), 'same');
      await watched.observed('a.txt', 'added');
      await utimes(join(root, 'a.txt'), 5, 5);
      await watched.observed('a.txt', 'unchanged');
      unlinkSync(join(root, 'a.txt'));
      writeFileSync(join(root, 'b.txt'), 'same');
      utimesSync(join(root, 'b.txt'), 5, 5);
      await watched.until(() => watched.events().length === 3, 'deleted and added');
      assert.deepEqual(watched.events().sort(), ['added a.txt', 'added b.txt', 'deleted a.txt']);
    }));

  it('perceives a rename over an indexed file as its modification and the deletion of the source', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a.txt'), 'one');
      await writeFile(join(root, 'b.txt'), 'two');
      await watched.until(() => watched.events().length === 2, 'both added');
      await rename(join(root, 'a.txt'), join(root, 'b.txt'));
      await watched.until(() => watched.events().length === 4, 'both changed');
      assert.deepEqual(watched.events().slice(2).sort(), ['deleted a.txt', 'modified b.txt']);
    }));

  it('perceives a moved directory as moves of its files, and what happens in it afterwards', () =>
    watching(async (watched, root) => {
      await mkdir(join(root, 'one/deep'), { recursive: true });
      await writeFile(join(root, 'one/a.txt'), 'a');
      await writeFile(join(root, 'one/deep/b.txt'), 'b');
      await watched.until(() => watched.events().length === 2, 'both added');
      await rename(join(root, 'one'), join(root, 'two'));
      await watched.until(() => watched.events().length === 4, 'both moved');
      assert.deepEqual(watched.events().slice(2).sort(), ['moved two/a.txt', 'moved two/deep/b.txt']);
      await writeFile(join(root, 'two/deep/c.txt'), 'c');
      await watched.observed('two/deep/c.txt', 'added');
      assert.equal(watched.events().length, 5);
    }));

  it('sees through directories that were swapped', () =>
    watching(async (watched, root) => {
      for (const name of ['one', 'two']) {
        await mkdir(join(root, name, 'deep'), { recursive: true });
        await writeFile(join(root, name, 'deep/a.txt'), name);
      }
      await watched.until(() => watched.events().length === 2, 'both added');
      await rename(join(root, 'one'), join(root, 'aside'));
      await rename(join(root, 'two'), join(root, 'one'));
      await rename(join(root, 'aside'), join(root, 'two'));
      await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'index is disk');
      // The watches must be on the directories that are there now.
      await writeFile(join(root, 'one/deep/new.txt'), 'x');
      await watched.observed('one/deep/new.txt', 'added');
      await writeFile(join(root, 'two/deep/new.txt'), 'y');
      await watched.observed('two/deep/new.txt', 'added');
      assert.deepEqual(watched.index.contents(), onDisk(root));
    }));

  it('loses nothing of a deep tree that is made at once', () =>
    watching(async (watched, root) => {
      const path = Array.from({ length: 40 }, (_, depth) => `d${depth}`);
      for (let depth = 1; depth <= path.length; depth += 1) {
        const folder = join(root, ...path.slice(0, depth));
        await mkdir(folder);
        await writeFile(join(folder, 'file.txt'), `${depth}`);
      }
      await watched.until(() => watched.index.rows.size === 40, 'all 40 files');
      assert.deepEqual(watched.index.contents(), onDisk(root));
      // A file that is looked at between its making and its writing is two changes: at most 1.1 events a file.
      assert.ok(watched.events().length <= 44, `${watched.events().length} events`);
    }));

  it('perceives the deletion of a whole directory, file by file', () =>
    watching(async (watched, root) => {
      await mkdir(join(root, 'one/deep'), { recursive: true });
      await writeFile(join(root, 'one/a.txt'), 'a');
      await writeFile(join(root, 'one/deep/b.txt'), 'b');
      await watched.until(() => watched.events().length === 2, 'both added');
      await rm(join(root, 'one'), { recursive: true });
      await watched.until(() => watched.events().length === 4, 'both deleted');
      assert.deepEqual(watched.events().slice(2).sort(), ['deleted one/a.txt', 'deleted one/deep/b.txt']);
    }));

  it('reports a file that grows past the debounce as growing, and once more when it ends', () =>
    watching(
      async (watched, root) => {
        const path = join(root, 'download');
        const growing = () => watched.seen.some((each) => each.growing);
        const giveUp = performance.now() + 4000;
        let writes = 0;
        while (!growing() && performance.now() < giveUp) {
          await appendFile(path, 'x'.repeat(100));
          writes += 1;
        }
        assert.ok(growing(), 'it was reported while it grew');
        assert.ok(watched.seen.length < 10, `of ${writes} writes ${watched.seen.length} events were made`);
        const row = () => watched.index.rows.get('download');
        await watched.until(() => row()?.stat?.size === writes * 100 && row()?.growing === false, 'its end');
        assert.deepEqual(watched.index.contents(), onDisk(root));
      },
      { debounceMs: 150 },
    ));

  it('hashes a file too large to read in one go while it perceives others', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'large'), Buffer.alloc(20 * 1024 * 1024, 'large'));
      await writeFile(join(root, 'small'), 'small');
      await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'index is disk');
    }));

  it('perceives names with newlines, quotes, emoji and bytes that are not UTF-8', () =>
    watching(async (watched, root) => {
      const names: [Buffer, string][] = [
        [Buffer.from('line\nbreak'), 'line\\x0abreak'],
        [Buffer.from('quo"te\'s'), 'quo"te\'s'],
        [Buffer.from('🦊.md'), '🦊.md'],
        [Buffer.from('back\\slash'), 'back\\\\slash'],
        [Buffer.from([0x61, 0xff, 0x62]), 'a\\xffb'],
        [Buffer.from('a\ufffdb'), 'a�b'],
      ];
      for (const [name] of names) await writeFile(Buffer.concat([Buffer.from(`${root}/`), name]), name);
      await watched.until(() => watched.events().length >= names.length, 'all');
      const expected = names.map(([, text]) => `added ${text}`);
      assert.deepEqual(watched.events().sort(), expected.sort());
      await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff, 0x62])]), 'changed');
      await watched.observed('a\\xffb', 'modified');
      await unlink(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff, 0x62])]));
      await watched.observed('a\\xffb', 'deleted');
    }));

  it('makes at most 1.1 events of a change when many files are written at once', () =>
    watching(async (watched, root) => {
      const names = Array.from({ length: 300 }, (_, at) => `f${at}`);
      for (const name of names) writeFileSync(join(root, name), name);
      await watched.until(() => watched.index.rows.size === 300, 'all');
      await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'index is disk');
      assert.ok(watched.events().length <= 330, `${watched.events().length} events of 300 changes`);
      assert.ok(watched.batches.every((batch) => batch.observations.length <= 200));
    }));
});
