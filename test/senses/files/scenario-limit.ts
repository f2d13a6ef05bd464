import assert from 'node:assert/strict';
import { mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { watching } from './watched.ts';

// Run by limits.test.ts where the kernel allows fewer watches than there are folders.
await watching(
  async (watched, root) => {
    const health = () => watched.sense.health().roots[0];
    assert.equal(health()?.state, 'polling');
    assert.match(health()?.detail ?? '', /sudo sysctl fs\.inotify\.max_user_(watches|instances)=/);
    assert.ok((health()?.watches ?? 99) < 10);
    for (let at = 0; at < 10; at += 1) await writeFile(join(root, `d${at}/a.txt`), `${at}`);
    await watched.until(() => watched.index.rows.size === 10, 'all ten');
    await mkdir(join(root, 'd9/new/deep'), { recursive: true });
    await writeFile(join(root, 'd9/new/deep/b.txt'), 'x');
    await unlink(join(root, 'd8/a.txt'));
    await watched.until(() => watched.events().length === 12, 'added and deleted');
    assert.deepEqual(watched.events().slice(10).sort(), ['added d9/new/deep/b.txt', 'deleted d8/a.txt']);
  },
  {},
  async (root) => {
    for (let at = 0; at < 10; at += 1) await mkdir(join(root, `d${at}`));
  },
);
