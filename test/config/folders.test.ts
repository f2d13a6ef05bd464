import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FolderQuestion, foldersFor, makeFolders } from '../../src/config/folders.ts';

const linux: FolderQuestion = {
  home: null,
  env: {},
  platform: 'linux',
  homedir: '/home/u',
  tmpdir: '/tmp',
  uid: 1000,
};

describe('folders', () => {
  it('are all beneath --home', () => {
    assert.deepEqual(foldersFor({ ...linux, home: '/srv/c' }), {
      home: '/srv/c',
      config: '/srv/c',
      configFile: '/srv/c/config.yaml',
      rules: '/srv/c/rules',
      state: '/srv/c/state',
      logs: '/srv/c/logs',
      socket: '/srv/c/state/daemon.sock',
    });
  });

  it('obey CONSCIOUSNESS_HOME, and --home before it', () => {
    const env = { CONSCIOUSNESS_HOME: '~/c' };
    assert.equal(foldersFor({ ...linux, env }).config, '/home/u/c');
    assert.equal(foldersFor({ ...linux, env, home: '/srv/c' }).config, '/srv/c');
  });

  it('make a relative --home absolute', () => {
    const { home, config } = foldersFor({ ...linux, home: 'x' });
    assert.deepEqual([home, config], [path.resolve('x'), path.resolve('x')]);
  });

  it('follow XDG, and ignore relative XDG variables', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: 'relative', XDG_RUNTIME_DIR: '/run/user/1000' };
    assert.deepEqual(foldersFor({ ...linux, env }), {
      home: null,
      config: '/c/consciousness',
      configFile: '/c/consciousness/config.yaml',
      rules: '/c/consciousness/rules',
      state: '/home/u/.local/state/consciousness',
      logs: '/home/u/.local/state/consciousness/logs',
      socket: '/run/user/1000/consciousness/daemon.sock',
    });
    assert.equal(foldersFor(linux).socket, '/home/u/.local/state/consciousness/daemon.sock');
  });

  it('are in the Library on macOS', () => {
    const folders = foldersFor({ ...linux, platform: 'darwin', homedir: '/Users/u' });
    assert.equal(folders.configFile, '/Users/u/Library/Application Support/consciousness/config.yaml');
    assert.equal(folders.logs, '/Users/u/Library/Logs/consciousness');
  });

  it('hash the name of a socket that would be too deep, differently for each home', () => {
    const deep = (name: string) => foldersFor({ ...linux, home: `/srv/${'d'.repeat(120)}/${name}` }).socket;
    assert.match(deep('a'), /^\/tmp\/consciousness-1000\/[0-9a-f]{16}\.sock$/);
    assert.notEqual(deep('a'), deep('b'));
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const socket = foldersFor({ ...linux, env, home: `/${'d'.repeat(120)}` }).socket;
    assert.match(socket, /^\/run\/user\/1000\/consciousness\//);
  });

  it('fall back to /tmp where the folder for temporary files is too deep as well', () => {
    const socket = foldersFor({
      ...linux,
      home: `/${'d'.repeat(120)}`,
      tmpdir: `/${'t'.repeat(120)}`,
    }).socket;
    assert.ok(Buffer.byteLength(socket) <= 100);
  });
});

describe('making the folders', () => {
  let base = '';
  before(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), 'folders-'));
  });
  after(() => rm(base, { recursive: true, force: true }));

  it('creates them for this user alone, and a socket can be bound', async () => {
    const folders = foldersFor({ ...linux, home: path.join(base, 'home') });
    await makeFolders(folders);
    for (const folder of [folders.config, folders.rules, folders.state, folders.logs]) {
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    }
    const server = createServer().listen(folders.socket);
    await new Promise((resolve) => server.once('listening', resolve));
    await new Promise((resolve) => server.close(resolve));
  });

  it("closes a socket's folder that others could enter", async () => {
    const folders = foldersFor({ ...linux, home: path.join(base, 'open') });
    await mkdir(folders.state, { recursive: true });
    await chmod(folders.state, 0o777);
    await makeFolders(folders);
    assert.equal((await stat(folders.state)).mode & 0o777, 0o700);
  });

  it("refuses a socket's folder of another user", async () => {
    const folders = foldersFor({ ...linux, home: path.join(base, 'foreign') });
    await assert.rejects(makeFolders(folders, (process.getuid?.() ?? 0) + 1), { code: 'folder-unsafe' });
  });

  it("refuses a socket's folder that is a link of somebody's", async () => {
    const tmpdir = path.join(base, 'tmp');
    await mkdir(tmpdir);
    await symlink(base, path.join(tmpdir, 'consciousness-1000'));
    const home = path.join(base, 'd'.repeat(120));
    await assert.rejects(makeFolders(foldersFor({ ...linux, home, tmpdir })), { code: 'folder-unsafe' });
  });
});
