import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, realpathSync } from 'node:fs';
import { mkdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import xxhash from 'xxhash-wasm';
import { hexOf, loadContentHash } from '../../../src/base/content-hash.ts';
import { createHasher, type Hasher } from '../../../src/senses/files/hash.ts';
import { fileStat } from '../../../src/senses/files/stat.ts';
import { inFolder } from './watched.ts';

const statOf = (path: string) => fileStat(lstatSync(path));

async function hashing(body: (hasher: Hasher, root: string, folder: string) => Promise<void>): Promise<void> {
  const api = await xxhash();
  await inFolder(async (folder) => {
    const root = join(folder, 'root');
    await mkdir(root);
    await body(
      createHasher(api, () => realpathSync(root, 'buffer')),
      root,
      folder,
    );
  });
}

describe('hashing a file', () => {
  it('gives the same hash in one go and in slices, for every length about a chunk', () =>
    hashing(async (hasher, root) => {
      const reference = await loadContentHash();
      const chunk = 256 * 1024;
      for (const length of [0, 1, 8192, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7]) {
        const bytes = Buffer.alloc(length, 'abcdefg');
        const path = join(root, `${length}`);
        await writeFile(path, bytes);
        for (const hashed of [
          hasher.now(path, statOf(path)),
          await hasher.inSlices(path, statOf(path), AbortSignal.timeout(5000)),
        ]) {
          assert.ok(hashed.kind === 'hashed');
          assert.equal(hexOf(hashed.hash), reference(bytes), `${length} bytes`);
          assert.equal(hashed.steady, true);
          assert.equal(hashed.stat.size, length);
        }
      }
    }));

  it('refuses what is not the file that was looked at any more', () =>
    hashing(async (hasher, root) => {
      const path = join(root, 'a');
      await writeFile(path, 'one');
      const seen = statOf(path);
      await writeFile(join(root, 'b'), 'two');
      await rename(join(root, 'b'), path);
      assert.deepEqual(hasher.now(path, seen), { kind: 'changed' });
      await unlink(path);
      assert.deepEqual(hasher.now(path, seen), { kind: 'changed' });
      await writeFile(join(root, 'target'), 'three');
      await symlink(join(root, 'target'), path);
      assert.deepEqual(hasher.now(path, statOf(join(root, 'target'))), { kind: 'changed' });
    }));

  it('does not wait for a pipe that took its place', () =>
    hashing(async (hasher, root) => {
      const path = join(root, 'pipe');
      assert.equal(spawnSync('mkfifo', [path]).status, 0);
      assert.deepEqual(hasher.now(path, statOf(path)), { kind: 'changed' });
    }));

  it('refuses a file outside the root, to which a folder that became a link leads', () =>
    hashing(async (hasher, root, folder) => {
      await mkdir(join(folder, 'outside'));
      await writeFile(join(folder, 'outside/secret'), 'x');
      // A sibling whose name begins as the root's does is outside too.
      await mkdir(`${root}-more`);
      await writeFile(`${root}-more/secret`, 'x');
      await symlink(join(folder, 'outside'), join(root, 'sub'));
      await symlink(`${root}-more`, join(root, 'more'));
      for (const path of [join(root, 'sub/secret'), join(root, 'more/secret')]) {
        assert.deepEqual(hasher.now(path, statOf(path)), { kind: 'changed' });
      }
    }));

  it('says why it could not be read', () =>
    hashing(async (hasher, root) => {
      const path = join(root, 'a'.repeat(300));
      await writeFile(join(root, 'a'), 'x');
      assert.deepEqual(hasher.now(path, statOf(join(root, 'a'))), {
        kind: 'unreadable',
        code: 'ENAMETOOLONG',
      });
    }));
});
