import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PAGE_POLICY, readPage, withPage } from '../../src/surfaces/http/page.ts';
import { openDoor } from './access/door.ts';
import { bytes, exchange, statusOf } from './access/wire.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';
import { temporaryFolder } from './running.ts';

const FILES = {
  'index.html': '<!doctype html><title>page</title>',
  'assets/index-4f3a.js': 'export {};',
  'assets/index-4f3a.css': 'a{}',
  'icon.svg': '<svg/>',
};

async function builtPage(t: TestContext) {
  const folder = await temporaryFolder(t);
  const built = join(folder, 'web');
  mkdirSync(join(built, 'assets'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(built, name), text);
  // What a build never makes.
  writeFileSync(join(folder, 'secret.html'), 'what nobody may read');
  symlinkSync(join(folder, 'secret.html'), join(built, 'link.html'));
  writeFileSync(join(built, 'index.js.map'), '{}');
  writeFileSync(join(built, '.env'), 'SECRET=1');
  return readPage(built);
}

/** A port with the page, somebody to let in, and how to ask it for something. */
async function served(t: TestContext, page?: Awaited<ReturnType<typeof readPage>>) {
  const door = await openDoor(t, { page: page ?? (await builtPage(t)) });
  const { token } = await door.desk.make({ name: 'test', act: true, expires: undefined });
  const host = `Host: 127.0.0.1:${door.number}`;
  const ask = (line: string, ...more: string[]) => exchange(door.number, bytes(line, [host, ...more]));
  return { ...door, host, ask, auth: `Authorization: Bearer ${token}` };
}

describe('the page on the port', () => {
  it('is there for everybody on this machine, and nothing else is', async (t) => {
    const { ask } = await served(t);
    for (const [name, text] of Object.entries(FILES)) {
      const answer = await ask(`GET /${name === 'index.html' ? '' : name}`);
      assert.equal(statusOf(answer), 200, name);
      assert.ok(answer.endsWith(`\r\n\r\n${text}`), answer);
    }
    assert.equal(statusOf(await ask('GET /?anything=else')), 200);
    const head = await ask('HEAD /');
    assert.equal(statusOf(head), 200);
    assert.ok(head.endsWith('\r\n\r\n'));
    for (const line of ['GET /v1/status', 'POST /', 'PUT /icon.svg', 'GET /assets/', 'GET /assets'])
      assert.equal(statusOf(await ask(line, 'Content-Length: 0')), 401, line);
  });

  it('may load and run its own files, talk to its daemon, and nothing more', async (t) => {
    const { ask } = await served(t);
    for (const name of ['', 'assets/index-4f3a.js', 'icon.svg']) {
      const answer = await ask(`GET /${name}`);
      const policies = [...answer.matchAll(/^content-security-policy: (.*)\r$/gim)].map(([, text]) => text);
      assert.deepEqual(policies, [PAGE_POLICY], 'one policy, the page’s own');
      for (const header of ['nosniff', 'DENY', 'no-referrer', 'same-origin'])
        assert.ok(answer.includes(header), answer);
    }
    const directives = new Map(PAGE_POLICY.split('; ').map((each) => each.split(' ', 2) as [string, string]));
    assert.equal(directives.get('default-src'), "'none'");
    for (const [name, source] of directives)
      if (name.endsWith('-src') && name !== 'default-src') assert.equal(source, "'self'", name);
    for (const name of ['base-uri', 'form-action', 'frame-ancestors', 'trusted-types'])
      assert.equal(directives.get(name), "'none'", name);
    assert.doesNotMatch(PAGE_POLICY, /unsafe|http|data:|blob:|\*/);
  });

  it('is kept by browsers only where its name says what is in it', async (t) => {
    const { ask } = await served(t);
    assert.match(
      await ask('GET /assets/index-4f3a.js'),
      /cache-control: public, max-age=31536000, immutable/,
    );
    for (const path of ['/', '/icon.svg']) assert.match(await ask(`GET ${path}`), /cache-control: no-store/);
  });

  it('is a table of what was built: no request is made into a path', async (t) => {
    const { ask, auth } = await served(t);
    const paths = [
      ...['/link.html', '/.env', '/index.js.map', '/index.html', '/secret.html', '/assets/../secret.html'],
      ...['/..%2fsecret.html', '/%2e%2e/secret.html', '/assets/..%5c..%5csecret.html', '//etc/passwd'],
      ...[
        '/assets/index-4f3a.js/',
        '/assets%2findex-4f3a.js',
        '/assets/index-4f3a.js%00.css',
        '/icon.svg/..',
      ],
      ...['/__proto__', '/constructor', '/toString'],
    ];
    for (const path of paths) {
      assert.equal(statusOf(await ask(`GET ${path}`)), 401, path);
      const known = await ask(`GET ${path}`, auth);
      assert.ok(!known.includes('nobody may read') && !known.includes('root:'), `${path}: ${known}`);
    }
  });

  it('is refused as every route is to whoever comes from elsewhere', async (t) => {
    const { number, host, ask } = await served(t);
    for (const path of ['/', '/assets/index-4f3a.js']) {
      const forged = await exchange(number, bytes(`GET ${path}`, ['Host: evil.example']));
      assert.equal(statusOf(forged), 403);
      assert.ok(!forged.includes('page'));
      assert.equal(statusOf(await ask(`GET ${path}`, 'Origin: http://evil.example')), 403);
      assert.equal(statusOf(await ask(`GET ${path}`, 'Sec-Fetch-Site: cross-site')), 403);
    }
    assert.equal(statusOf(await exchange(number, bytes('GET /', [host, host]))), 403);
  });

  it('says how it is built where it is not', async (t) => {
    const { ask } = await served(t, await readPage(join(await temporaryFolder(t), 'nothing')));
    const answer = await ask('GET /');
    assert.equal(statusOf(answer), 503);
    assert.match(answer, /npm run build:web/);
  });

  it('leaves everything else to the app', async () => {
    const page = await readPage('/nowhere');
    const app = withPage(page, appFor(new MemoryDaemon()));
    const response = await app.fetch(new Request('http://x/v1/status'), { access: { kind: 'owner' } });
    assert.equal(response.status, 200);
  });
});
