import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { atOnce } from '../../src/base/disk.ts';
import { createReaching } from '../../src/outputs/reaching.ts';
import { temporaryFolder } from '../support/store.ts';

/** Reaches the folder of a target where `watched` is watched and `roots` may be written to. */
async function reach(target: string, watched: string[], roots: string[]): Promise<string> {
  const { within } = createReaching({
    diskOf: async () => atOnce,
    outputRoots: () => roots,
    watchedRoots: () => watched.map((path) => ({ path })),
  });
  return within({ target }, async ({ to }) => to.where());
}

/** A folder with a link to it, and one within it with a link beside that. */
function folders(t: TestContext) {
  const folder = temporaryFolder(t);
  const [real, link] = [join(folder, 'real'), join(folder, 'link')];
  mkdirSync(join(real, 'deep'), { recursive: true });
  symlinkSync(real, link);
  symlinkSync(join(real, 'deep'), join(real, 'short'));
  return { real, link };
}

describe('an output in a watched folder', () => {
  it('is held where it is written to by another name than it is watched by', async (t) => {
    const { real, link } = folders(t);
    for (const [target, watched, root, name] of [
      [`${real}/a.md`, link, real, link],
      [`${link}/a.md`, real, link, real],
      [`${real}/short/a.md`, real, real, `${real}/deep`],
      [`${link}/deep/new/a.md`, `${real}/deep`, link, `${real}/deep`],
    ] as const)
      await assert.rejects(reach(target, [watched], [root]), {
        code: 'output-held',
        message: `${target} is in the watched folder ${name} by another name`,
      });
  });

  it('is reached by the name that it is watched by, also where another folder that is watched is away', async (t) => {
    const { real, link } = folders(t);
    for (const [target, root] of [
      [`${real}/deep/a.md`, real],
      [`${link}/new/er/a.md`, link],
    ] as const)
      assert.ok(await reach(target, [root, `${root}/away`], [root]));
    assert.ok(await reach(`${link}/a.md`, [`${real}/deep`], [link]), 'beside it, any name will do');
  });
});
