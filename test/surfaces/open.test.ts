import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { serve } from '../../src/surfaces/http/serve.ts';
import { freePort, openDoor, until } from './access/door.ts';
import { appFor } from './app-for.ts';
import { here } from './command-line.ts';
import { temporaryFolder } from './running.ts';

/** A home whose daemon has a port, and a desktop whose opener only writes down what it was given. */
async function home(t: TestContext, opener = 'printf "%s\\n" "$@" > "$0.args"') {
  const door = await openDoor(t);
  const folder = await temporaryFolder(t);
  const server = await serve({
    app: appFor(door.daemon, { desk: door.desk }),
    socket: join(folder, 'state', 'daemon.sock'),
    graceMs: 100,
  });
  t.after(() => server.close());
  for (const name of ['xdg-open', 'open']) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${opener}\n`);
    chmodSync(join(folder, name), 0o700);
  }
  const env = { PATH: folder, DISPLAY: ':0' };
  const run = (args: string[], options: Parameters<typeof here>[1] = {}) =>
    here(['open', ...args, '--home', folder], { env, ...options });
  const given = () => {
    const file = ['xdg-open', 'open'].map((name) => join(folder, `${name}.args`)).find(existsSync);
    return file === undefined ? null : readFileSync(file, 'utf8');
  };
  return { ...door, folder, env, run, given };
}

describe('open', () => {
  it('opens the link at a terminal, as the only argument, and the code in it is good once', async (t) => {
    const { run, given, desk, number } = await home(t);
    const { code, out, err } = await run([], { tty: true });
    assert.equal(code, 0, err);
    const url = out.trim();
    assert.match(url, new RegExp(`^http://127\\.0\\.0\\.1:${number}/#code=[A-Za-z0-9_-]{32}$`));
    await until(() => given() === `${url}\n`, 'the browser is given the link');
    assert.match(err, /good for one use/);
    const entered = await desk.enter(url.split('code=')[1] ?? '');
    assert.deepEqual(entered.scopes, ['read', 'act']);
    await assert.rejects(desk.enter(url.split('code=')[1] ?? ''), { code: 'code-refused' });
  });

  for (const [what, args, options] of [
    ['that is asked only to print', ['--print'], { tty: true }],
    ['as JSON', ['--json'], { tty: true }],
    ['into a pipe', [], {}],
  ] as const) {
    it(`opens nothing where the link is told ${what}`, async (t) => {
      const { run, given } = await home(t);
      const { code, out, err } = await run([...args], options);
      assert.deepEqual([code, err], [0, '']);
      const url = out.startsWith('{') ? JSON.parse(out).url : out.trim();
      assert.match(url, /#code=/);
      assert.equal(given(), null);
    });
  }

  it('prints the link, and why it was not opened, where there is no browser to open it with', async (t) => {
    const { run, env, given, folder } = await home(t, 'exit 3');
    const failed = await run([], { tty: true, columns: 300 });
    assert.equal(failed.code, 0);
    assert.match(failed.err, /Open it yourself: .*open ended with 3/);
    const none = await run([], { tty: true, columns: 300, env: { ...env, PATH: join(folder, 'nothing') } });
    assert.match(none.err, /Open it yourself: .*open cannot be run/);
    const remote = await run([], {
      ...{ tty: true, columns: 300, env: { ...env, SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22' } },
    });
    assert.match(remote.err, /on another machine.*\n.*ssh -L (\d+):127\.0\.0\.1:\1 HOST/);
    for (const { out } of [failed, none, remote]) assert.match(out, /#code=/);
    assert.equal(given(), null);
  });

  it('says what to do where no daemon runs, or its port is off or taken', async (t) => {
    const { run, move, folder } = await home(t);
    move(null);
    const off = await run(['--print']);
    assert.match(off.err, /the port is off.*\n.*\n.*\n {2}next: +set http\.port in config\.yaml/);
    assert.equal(off.code === 0 || off.out !== '', false);
    const other = await openDoor(t, { number: await freePort() });
    await other.desk.make({ name: 'a', act: false, expires: undefined });
    move(other.number);
    const taken = await run(['--print']);
    assert.match(taken.err, /is taken by another program/);
    assert.notEqual(taken.code, 0);
    const nobody = await here(['open', '--home', join(folder, 'elsewhere')]);
    assert.equal(nobody.code, 69);
    assert.match(nobody.err, /no daemon is running.*\n.*consciousness start --home/s);
  });
});
