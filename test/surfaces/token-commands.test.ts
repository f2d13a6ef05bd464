import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { serve } from '../../src/surfaces/http/serve.ts';
import { openDoor } from './access/door.ts';
import { appFor } from './app-for.ts';
import { here } from './command-line.ts';
import { temporaryFolder } from './running.ts';

const TOKEN = /^csn_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/;

/** A home whose socket has a door with tokens behind it. */
async function home(t: TestContext) {
  const door = await openDoor(t);
  const folder = await temporaryFolder(t);
  // The memory daemon knows no port; what `status` says of it comes from here.
  const status = door.daemon.status.bind(door.daemon);
  door.daemon.status = async () => ({ ...(await status()), http: door.port.view() });
  const server = await serve({
    app: appFor(door.daemon, { desk: door.desk }),
    socket: join(folder, 'state', 'daemon.sock'),
    graceMs: 100,
  });
  t.after(() => server.close());
  const run = (...args: string[]) => here([...args, '--home', folder], { cwd: folder });
  return { ...door, folder, run };
}

describe('token new', () => {
  it('prints the token alone on standard output, and the rest beside it', async (t) => {
    const { run, tokens, number } = await home(t);
    const { code, out, err } = await run('token', 'new', 'script', '--expires', '30d');
    assert.equal(code, 0);
    assert.match(out.trimEnd(), TOKEN);
    assert.equal(out.split('\n').length, 2);
    assert.match(err, /script: it may look, and ends in 30 d/);
    assert.match(err, new RegExp(`http://127.0.0.1:${number}/v1/status`));
    assert.equal(err.includes(out.trim()), false);
    assert.deepEqual(tokens.admit(out.trim())?.scopes, ['read']);
  });

  it('lets it change things only with --act', async (t) => {
    const { run, tokens } = await home(t);
    const { out, err } = await run('token', 'new', 'script', '--act');
    assert.deepEqual(tokens.admit(out.trim())?.scopes, ['read', 'act']);
    assert.match(err, /may look and change things, and ends when it is revoked/);
  });

  it('writes it into a new file that only its owner reads, and nowhere else', async (t) => {
    const { run, tokens, folder } = await home(t);
    const { code, out, err } = await run('token', 'new', 'prom', '--file', 'prom.token');
    assert.equal(code, 0);
    const text = await readFile(join(folder, 'prom.token'), 'utf8');
    assert.match(text.trimEnd(), TOKEN);
    assert.equal((await stat(join(folder, 'prom.token'))).mode & 0o777, 0o600);
    assert.equal(out, '');
    assert.equal(err.includes(text.trim()), false);
    assert.ok(tokens.admit(text.trim()));
    const json = await run('token', 'new', 'again', '--json', '--file', 'again.token');
    assert.equal(json.out.includes('csn_'), false);
  });

  it('makes no token where its file cannot be made, and leaves no file where the token cannot', async (t) => {
    const { run, tokens, folder } = await home(t);
    await writeFile(join(folder, 'diary'), 'mine');
    const taken = await run('token', 'new', 'prom', '--file', 'diary');
    assert.equal(taken.code, 1);
    assert.match(taken.err, /file-not-made/);
    assert.equal(await readFile(join(folder, 'diary'), 'utf8'), 'mine');
    assert.deepEqual(tokens.list(), []);
    await run('token', 'new', 'prom');
    assert.match((await run('token', 'new', 'prom', '--file', 'new')).err, /token-name-taken/);
    await assert.rejects(stat(join(folder, 'new')), { code: 'ENOENT' });
  });

  it('says what is wrong with a name and a duration', async (t) => {
    const { run } = await home(t);
    for (const args of [
      ['a b'],
      ['dashboard'],
      ['0123abcd'],
      ['x', '--expires', 'soon'],
      ['x', '--expires', '400d'],
    ]) {
      const { code, err } = await run('token', 'new', ...args);
      assert.equal(code, 2, err);
      assert.match(err, /request-invalid/);
    }
  });

  it('says where the port is not open', async (t) => {
    const { run, move } = await home(t);
    move(null);
    assert.match((await run('token', 'new', 'x')).err, /no port.*http\.port is off/);
  });
});

describe('token list and token revoke', () => {
  it('show everything but the secret, and let nobody in any more', async (t) => {
    const { run, tokens, desk } = await home(t);
    assert.match((await run('token', 'list')).out, /There is no token/);
    const token = (await run('token', 'new', 'script', '--act')).out.trim();
    await tokens.makeSession();
    tokens.admit(token);
    const { out } = await run('token', 'list');
    assert.match(out, /script +read, act +(just now|.* ago) +(just now|.* ago) +never/);
    assert.match(out, /dashboard +read, act +(just now|.* ago) +never +in 12 h/);
    assert.equal(out.includes(token.slice(13)), false);
    const json = JSON.parse((await run('token', 'list', '--json')).out);
    assert.deepEqual(Object.keys(json[0]).sort(), [
      'createdAt',
      'expired',
      'expiresAt',
      'id',
      'kind',
      'name',
      'scopes',
      'usedAt',
    ]);
    assert.match((await run('token', 'revoke', 'script')).out, /revoked +script/);
    assert.equal(tokens.admit(token), null);
    const unknown = await run('token', 'revoke', 'script');
    assert.deepEqual([unknown.code, /token-unknown/.test(unknown.err)], [1, true]);
    assert.equal((await run('token', 'revoke')).code, 2);
    assert.equal((await run('token', 'revoke', 'x', '--all')).code, 2);
    assert.equal((await run('token', 'revoke', '--all')).code, 0);
    assert.deepEqual(desk.tokens(), []);
  });
});

describe('status', () => {
  it('tells of the port while there is somebody to let in', async (t) => {
    const { run, number } = await home(t);
    assert.doesNotMatch((await run('status')).out, /Port/);
    await run('token', 'new', 'x');
    assert.match(
      (await run('status')).out,
      new RegExp(`Port\n +http://127.0.0.1:${number} +1 token, 0 sessions`),
    );
  });
});
