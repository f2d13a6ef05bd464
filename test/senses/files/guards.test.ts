import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, link, mkdir, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inFolder, onDisk, watching, watchRoot } from './watched.ts';

/** Writes a file and waits until it was perceived: what was written before it had its chance. */
async function marker(watched: Awaited<ReturnType<typeof watchRoot>>, name = 'marker'): Promise<void> {
  await writeFile(join(watched.root, name), name);
  await watched.observed(name, 'added');
}

describe('the files sense keeps out of', { concurrency: 4 }, () => {
  it('ignored trees: no events and no watches', () =>
    watching(
      async (watched, root) => {
        const [health] = watched.sense.health().roots;
        assert.equal(health?.watches, 2, 'the root and src');
        assert.equal(health?.directories, 2);
        await writeFile(join(root, 'node_modules/a/index.js'), 'x');
        await writeFile(join(root, 'logs/today.log'), 'x');
        await writeFile(join(root, 'src/a.tmp'), 'x');
        await mkdir(join(root, 'src/.git/objects'), { recursive: true });
        await writeFile(join(root, 'src/.git/objects/o'), 'x');
        await marker(watched);
        assert.deepEqual(watched.events(), ['added marker']);
        assert.equal(watched.sense.health().roots[0]?.watches, 2);
      },
      { ignorePatterns: ['logs/', '*.tmp'] },
      async (root) => {
        for (const folder of ['src', 'node_modules/a', '.git/refs', 'logs/old'])
          await mkdir(join(root, folder), { recursive: true });
      },
    ));

  it("secrets, editors' leavings and our own temporary files", () =>
    watching(async (watched, root) => {
      const names = [
        '.env',
        '.env.local',
        'key.pem',
        'id_rsa',
        '.a.swp',
        'a~',
        '.#a',
        '#a#',
        '4913',
        '~$a.docx',
      ];
      names.push('a.part', 'b.crdownload', '.DS_Store', '.consciousness-1f2e.tmp');
      for (const name of names) await writeFile(join(root, name), 'x');
      await mkdir(join(root, '.ssh'));
      await writeFile(join(root, '.ssh/known_hosts'), 'x');
      await marker(watched);
      assert.deepEqual(watched.events(), ['added marker']);
    }));

  it('a file that leaves an ignored name only then', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, '.consciousness-1.tmp'), 'note');
      await rename(join(root, '.consciousness-1.tmp'), join(root, 'note.md'));
      await watched.observed('note.md', 'added');
      assert.deepEqual(watched.events(), ['added note.md']);
    }));

  it('pipes, which are never opened', () =>
    watching(async (watched, root) => {
      assert.equal(spawnSync('mkfifo', [join(root, 'pipe')]).status, 0);
      // Opening a pipe for writing waits for a reader: it would go on as soon as the sense opened it.
      const writer = spawn('sh', ['-c', 'exec 3> "$0"', join(root, 'pipe')]);
      await once(writer, 'spawn');
      watched.sense.rescan();
      await marker(watched);
      assert.equal(writer.exitCode, null);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      assert.deepEqual(watched.events(), ['added marker']);
    }));

  it('what links lead to, inside and outside the root', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(join(root, 'inside'), { recursive: true });
      await mkdir(join(folder, 'outside'));
      await writeFile(join(folder, 'outside/secret'), 'x');
      const watched = await watchRoot(root);
      try {
        await symlink(join(folder, 'outside'), join(root, 'out'));
        await symlink(join(folder, 'outside/secret'), join(root, 'file'));
        await symlink(join(root, 'inside'), join(root, 'in'));
        await writeFile(join(folder, 'outside/later'), 'x');
        await marker(watched);
        assert.deepEqual(watched.events(), ['added marker']);
      } finally {
        await watched.close();
      }
    }));

  it('a link that takes the place of a file or a folder: they count as deleted', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(join(root, 'sub'), { recursive: true });
      await mkdir(join(folder, 'outside'));
      for (const path of ['root/sub/a', 'root/b', 'outside/a']) await writeFile(join(folder, path), path);
      const watched = await watchRoot(root);
      try {
        await watched.until(() => watched.index.rows.size === 2, 'both');
        await rename(join(root, 'sub'), join(folder, 'sub'));
        await symlink(join(folder, 'outside'), join(root, 'sub'));
        await unlink(join(root, 'b'));
        await symlink(join(folder, 'outside/a'), join(root, 'b'));
        await watched.observed('sub/a', 'deleted');
        await watched.observed('b', 'deleted');
        assert.equal(watched.index.rows.size, 0);
      } finally {
        await watched.close();
      }
    }));

  it("the daemon's state folder, by whatever name it is known, and databases elsewhere", () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(join(root, 'deep/state'), { recursive: true });
      await symlink(join(root, 'deep/state'), join(folder, 'home'));
      await writeFile(join(root, 'deep/state/consciousness.db'), 'x');
      const watched = await watchRoot(root, {
        stateDirectory: join(folder, 'home'),
        databases: [join(root, 'deep/other.db')],
      });
      try {
        assert.equal(watched.sense.health().roots[0]?.watches, 2, 'the root and deep');
        await rename(join(root, 'deep/state'), join(root, 'deep/renamed'));
        await unlink(join(folder, 'home'));
        await symlink(join(root, 'deep/renamed'), join(folder, 'home'));
        await writeFile(join(root, 'deep/renamed/consciousness.db-wal'), 'x');
        for (const name of ['other.db', 'other.db-wal', 'other.db-shm'])
          await writeFile(join(root, 'deep', name), 'x');
        await marker(watched, 'deep/marker');
        assert.deepEqual(watched.events(), ['added deep/marker']);
        assert.equal(watched.sense.health().roots[0]?.watches, 2);
      } finally {
        await watched.close();
      }
    }));

  it('a root within the state folder', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'state/inbox'), { recursive: true });
      const watched = await watchRoot(join(folder, 'state/inbox'), { stateDirectory: join(folder, 'state') });
      try {
        assert.match(watched.sense.health().detail, /inside the daemon's own state folder/);
      } finally {
        await watched.close();
      }
    }));

  it('nothing else: a hard link is a file like any other', () =>
    watching(async (watched, root) => {
      await writeFile(join(root, 'a'), 'x');
      await watched.observed('a', 'added');
      await link(join(root, 'a'), join(root, 'b'));
      await watched.observed('b', 'added');
      await mkdir(join(root, 'sub'));
      await link(join(root, 'a'), join(root, 'sub/c'));
      await watched.observed('sub/c', 'added');
      assert.deepEqual([...watched.index.rows.keys()].sort(), ['a', 'b', 'sub/c']);
      // The kernel tells of a write only under the name it was made by.
      await appendFile(join(root, 'a'), 'more');
      await watched.observed('a', 'modified');
      await watched.observed('b', 'modified');
      await watched.observed('sub/c', 'modified');
      await unlink(join(root, 'a'));
      await watched.observed('a', 'deleted');
      assert.deepEqual(watched.index.contents(), onDisk(root));
      assert.equal(
        watched.seen.some((each) => each.change === 'moved'),
        false,
      );
    }));

  it('and can say why', () =>
    inFolder(async (folder) => {
      const root = join(folder, 'root');
      await mkdir(join(root, 'drafts'), { recursive: true });
      await mkdir(join(root, 'state'));
      await symlink(folder, join(root, 'out'));
      await writeFile(join(root, 'drafts/a.md'), 'x');
      await writeFile(join(root, 'b.md'), 'x');
      assert.equal(spawnSync('mkfifo', [join(root, 'pipe')]).status, 0);
      const watched = await watchRoot(root, {
        ignorePatterns: ['drafts/'],
        stateDirectory: join(root, 'state'),
      });
      const why = async (path: string) => {
        const ignored = await watched.sense.ignoredBy(path);
        return ignored && `${ignored.by}: ${ignored.pattern}`;
      };
      try {
        assert.equal(await why(join(root, 'b.md')), null);
        assert.match((await why(join(root, 'drafts/a.md'))) ?? '', /configuration: drafts\/$/);
        assert.match((await why(join(root, 'node_modules/x/y.js'))) ?? '', /built-in.*: node_modules$/);
        assert.match((await why(join(root, '.env'))) ?? '', /secrets.*: \.env\*$/);
        assert.match((await why(join(root, 'out', 'root', 'b.md'))) ?? '', /symbolic link.*: .*\bout$/);
        assert.match((await why(join(root, 'state/x.db'))) ?? '', /own state/);
        assert.match((await why(join(root, 'pipe'))) ?? '', /ordinary file/);
        assert.match((await why(join(folder, 'elsewhere'))) ?? '', /no watched folder/);
        assert.equal(await why(join(root, 'not/there/yet.md')), null);
      } finally {
        await watched.close();
      }
    }));
});
