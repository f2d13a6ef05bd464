import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder, onDisk, watchRoot } from './watched.ts';

// Run by limits.test.ts where a process may open few files.
await inFolder(async (folder) => {
  const [root, aside] = [join(folder, 'root'), join(folder, 'aside')];
  mkdirSync(join(aside, 'made/deep'), { recursive: true });
  mkdirSync(root);
  for (const name of ['a.txt', 'made/b.txt', 'made/deep/c.txt']) writeFileSync(join(aside, name), name);
  const watched = await watchRoot(root);
  try {
    const taken = takeAll();
    // Neither needs a descriptor.
    renameSync(join(aside, 'a.txt'), join(root, 'a.txt'));
    renameSync(join(aside, 'made'), join(root, 'made'));
    const detail = () => watched.sense.health().detail;
    await watched.until(() => /cannot read .*EMFILE.*ulimit -n.*tried again/.test(detail()), 'it says so');
    assert.deepEqual(watched.events(), []);
    for (const each of taken) closeSync(each);
    await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'all of it');
    await watched.until(() => detail() === '', 'no trouble any more');
    writeFileSync(join(root, 'made/deep/d.txt'), 'x');
    await watched.observed('made/deep/d.txt', 'added');
    assert.equal(watched.events().length, 4);
  } finally {
    await watched.close();
  }
});

/** Opens files until no more can be opened. */
function takeAll(): number[] {
  const taken: number[] = [];
  for (;;) {
    try {
      taken.push(openSync('/dev/null', 'r'));
    } catch {
      return taken;
    }
  }
}
