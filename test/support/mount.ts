import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** A file system of its own at a folder. */
export interface Mounted extends Disposable {
  /** From now on it takes no changes. */
  readOnly(): void;
  /** From now on it does again. */
  writable(): void;
}

/** A small disk in memory; skips the test with the reason, and is null, where mounting is not allowed. */
export function mountSmall(t: TestContext, folder: string, options: string): Mounted | null {
  return mounted(t, folder, ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
}

/**
 * A disk that the kernel makes read-only once it meets an error on it, as it does with a real one, until nobody uses
 * it any more and it is mended. `megabytes` large, in a file at `image`.
 */
export function mountFragile(
  t: TestContext,
  folder: string,
  image: string,
  megabytes: number,
): (Disposable & { fail(): void; mend(): void }) | null {
  try {
    writeFileSync(image, '');
    truncateSync(image, megabytes * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', image], { stdio: 'pipe' });
  } catch {
    t.skip('making a file system needs mkfs.ext4');
    return null;
  }
  const mount = ['-o', 'loop,errors=remount-ro', image, folder];
  const disk = mounted(t, folder, mount);
  if (!disk) return null;
  return {
    fail() {
      const device = execFileSync('findmnt', ['-n', '-o', 'SOURCE', folder], { encoding: 'utf8' }).trim();
      writeFileSync(`/sys/fs/ext4/${device.slice(device.lastIndexOf('/') + 1)}/trigger_fs_error`, 'a fault');
    },
    mend() {
      execFileSync('umount', [folder]);
      // Says with 1 that it has mended something.
      spawnSync('fsck.ext4', ['-fy', image], { stdio: 'ignore' });
      execFileSync('mount', mount);
    },
    [Symbol.dispose]: () => disk[Symbol.dispose](),
  };
}

/** Writes a file that takes all the room there is. */
export function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    assert.match(String(error), /ENOSPC/);
  } finally {
    closeSync(file);
  }
}

function mounted(t: TestContext, folder: string, args: string[]): Mounted | null {
  try {
    execFileSync('mount', args, { stdio: 'pipe' });
  } catch {
    t.skip('mounting a file system needs root');
    return null;
  }
  const remount = (mode: string) =>
    execFileSync('mount', ['-o', `remount,${mode}`, folder], { stdio: 'pipe' });
  return {
    readOnly: () => void remount('ro'),
    writable: () => void remount('rw'),
    [Symbol.dispose]: () => void execFileSync('umount', ['-l', folder]),
  };
}
