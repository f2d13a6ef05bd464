import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atOnce } from '../../src/base/disk.ts';
import { createGate } from '../../src/base/gate.ts';
import { openInside, realPathByDirectory } from '../../src/capture/extract-open.ts';

describe('opening a file inside its root', () => {
  let base: string;
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'open-'));
  });
  after(() => rm(base, { recursive: true, force: true }));

  it('never hands out a file from outside while a folder on the way is swapped for a link', async () => {
    const root = join(base, 'root');
    const outside = join(base, 'outside');
    await Promise.all([mkdir(join(root, 'sub'), { recursive: true }), mkdir(outside)]);
    await writeFile(join(root, 'sub', 'file.txt'), 'in');
    await writeFile(join(outside, 'file.txt'), 'outside!');
    await symlink(outside, join(base, 'link'));
    const seen = new Set<string>();
    for (let round = 0; round < 150; round++) {
      const swap = rename(join(root, 'sub'), join(base, 'aside')).then(() =>
        rename(join(base, 'link'), join(root, 'sub')),
      );
      const opened = await openInside(atOnce, join(root, 'sub', 'file.txt'), root);
      seen.add(opened.kind);
      if (opened.kind === 'open') {
        assert.equal(opened.size, 2);
        atOnce.close(opened.file);
      }
      await swap;
      const refused = await openInside(atOnce, join(root, 'sub', 'file.txt'), root);
      assert.match(
        refused.kind === 'unreadable' ? refused.reason : refused.kind,
        /outside the watched folder/,
      );
      await rename(join(root, 'sub'), join(base, 'link'));
      await rename(join(base, 'aside'), join(root, 'sub'));
    }
    assert.ok(seen.size > 0);
  });

  it('finds the real path by the folder where the system cannot tell it by descriptor', async () => {
    const folder = join(base, 'folder');
    await mkdir(folder);
    await symlink(folder, join(base, 'alias'));
    await writeFile(join(folder, 'a.txt'), 'a');
    await writeFile(join(folder, 'b.txt'), 'b');
    const opened = await stat(join(folder, 'a.txt'));
    const real = await realPathByDirectory(atOnce, opened, join(base, 'alias', 'a.txt'));
    assert.equal(real?.toString().endsWith('/folder/a.txt'), true);
    await rename(join(folder, 'b.txt'), join(folder, 'a.txt'));
    assert.equal(await realPathByDirectory(atOnce, opened, join(base, 'alias', 'a.txt')), null);
  });
});

describe('a gate', () => {
  it('lets so many in at once, the others in order, and forgets who gave up', async () => {
    const gate = createGate(1);
    const order: string[] = [];
    const never = new AbortController().signal;
    const leave = await gate.enter(never);
    const impatient = new AbortController();
    const second = gate.enter(impatient.signal);
    const third = gate.enter(never).then((next) => {
      order.push('third');
      next();
    });
    const fourth = gate.enter(never).then(() => order.push('fourth'));
    impatient.abort(new Error('gave up'));
    await assert.rejects(second, { message: 'gave up' });
    assert.deepEqual(order, []);
    leave();
    leave();
    await Promise.all([third, fourth]);
    assert.deepEqual(order, ['third', 'fourth']);
  });
});
