import assert from 'node:assert/strict';
import { constants, mkdtempSync, readFileSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { atOnce, createDisks, type Disk, elsewhere } from '../../src/base/disk.ts';

const EXT4 = 0xef53;
const TMPFS = 0x01021994;
const OVERLAY = 0x794c7630;

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

for (const [name, disk] of Object.entries({ atOnce, elsewhere }) as [string, Disk][]) {
  describe(`a disk reached ${name}`, () => {
    it('writes, reads, names and removes files', async (t) => {
      const folder = temporary(t);
      const sub = join(folder, 'a');
      assert.equal(await disk.mkdir(sub), true);
      assert.equal(await disk.mkdir(sub), false);
      await assert.rejects(async () => disk.mkdir(join(folder, 'not', 'there')), { code: 'ENOENT' });
      // Larger than what is written on this thread.
      const content = Buffer.alloc(700_000, 'x');
      const file = await disk.open(join(sub, 'file'), constants.O_WRONLY | constants.O_CREAT, 0o600);
      await disk.write(file, content);
      await disk.chmod(file, 0o640);
      await disk.touch(file, 1_700_000_000_123);
      await disk.sync(file);
      const stat = await disk.fstat(file);
      await disk.close(file);
      assert.deepEqual([stat.size, stat.mode & 0o777], [700_000, 0o640]);
      assert.ok(Math.abs(stat.mtimeMs - 1_700_000_000_123) < 1);
      assert.ok(readFileSync(join(sub, 'file')).equals(content));

      await disk.link(join(sub, 'file'), join(sub, 'second'));
      await assert.rejects(async () => disk.link(join(sub, 'file'), join(sub, 'second')), { code: 'EEXIST' });
      await disk.rename(join(sub, 'second'), join(sub, 'third'));
      await disk.unlink(join(sub, 'file'));
      assert.equal((await disk.lstat(join(sub, 'third')))?.ino, stat.ino);
      assert.equal(await disk.lstat(join(sub, 'file')), null);
      await assert.rejects(async () => disk.lstat(join(sub, 'third', 'not')), { code: 'ENOTDIR' });

      const again = await disk.open(join(sub, 'third'), constants.O_RDONLY);
      const [large, small] = [new Uint8Array(600_000), new Uint8Array(10)];
      assert.equal(await disk.read(again, large, 0), 600_000);
      assert.equal(await disk.read(again, small, 699_995), 5);
      assert.equal(small[0], 'x'.charCodeAt(0));
      await disk.close(again);
    });

    it('tells where links lead, in bytes', async (t) => {
      const folder = temporary(t);
      symlinkSync(folder, join(folder, 'link'));
      assert.equal((await disk.readlink(join(folder, 'link'))).toString(), folder);
      const [real, direct] = [await disk.realpath(join(folder, 'link')), await disk.realpath(folder)];
      assert.ok(Buffer.isBuffer(real) && real.equals(direct));
    });
  });
}

describe('how a disk is reached', () => {
  it('is elsewhere for what may hang: file systems not known to be local, and folders that are not there', async () => {
    const diskOf = createDisks(() => 0);
    assert.equal(await diskOf('/proc'), elsewhere);
    assert.equal(await diskOf('/no/such/folder'), elsewhere);
  });

  it('is at once for a local one, and asked anew after a while', async (t) => {
    const folder = temporary(t);
    if (![EXT4, TMPFS, OVERLAY].includes(statfsSync(folder).type)) {
      t.skip('the folder for temporary files is on a file system of another kind');
      return;
    }
    let now = 0;
    const diskOf = createDisks(() => now);
    assert.equal(await diskOf(folder), atOnce);
    rmSync(folder, { recursive: true });
    assert.equal(await diskOf(Buffer.from(folder)), atOnce);
    now = 60_000;
    assert.equal(await diskOf(folder), elsewhere);
  });
});
