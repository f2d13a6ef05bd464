import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk, watching } from './watched.ts';

// Run by limits.test.ts as a user whom modes bind, which root is not.
await watching(async (watched, root) => {
  await mkdir(join(root, 'closed/deep'), { recursive: true });
  for (const path of ['closed/a.txt', 'closed/deep/b.txt', 'open.txt'])
    await writeFile(join(root, path), path);
  await watched.until(() => watched.index.rows.size === 3, 'all three');

  await chmod(join(root, 'closed'), 0);
  watched.sense.rescan();
  await watched.until(() => /cannot read closed.*EACCES/.test(watched.sense.health().detail), 'its detail');
  await writeFile(join(root, 'shut.txt'), 'x', { mode: 0 });
  await writeFile(join(root, 'marker'), 'x');
  await watched.observed('marker', 'added');
  assert.deepEqual(
    watched.events().filter((event) => event.startsWith('deleted')),
    [],
  );
  assert.equal(watched.index.rows.has('shut.txt'), false);

  await chmod(join(root, 'closed'), 0o700);
  await chmod(join(root, 'shut.txt'), 0o600);
  await watched.observed('shut.txt', 'added');
  await writeFile(join(root, 'closed/deep/c.txt'), 'x');
  await watched.observed('closed/deep/c.txt', 'added');
  await watched.until(() => watched.sense.health().state === 'ok', 'it is well again');
  assert.deepEqual(watched.index.contents(), onDisk(root));
});
