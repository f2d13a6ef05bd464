import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { compileGlobs } from '../../src/contract/glob.ts';
import { triedFile } from '../../src/main/rehearse-file.ts';
import { configOf } from '../../src/main/rehearse-rule.ts';
import { rootOf } from '../../src/outputs/inside.ts';
import { cli, copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';
import { freePort } from '../surfaces/access/door.ts';

const PRIVATE = 'words that nobody has watched';

/** A daemon with a token that may act, and a file beside its watched folder. */
async function house(t: TestContext) {
  const model = await startModelServer((prompt) => prompt);
  t.after(() => model.stop());
  const port = await freePort();
  const home = createHome(t, model.url, `http: { port: ${port} }\n`);
  home.rule('copy', copyRule(home));
  const elsewhere = temporaryFolder(t);
  writeFileSync(join(elsewhere, 'private.md'), PRIVATE);
  const daemon = await startDaemon(t, home);
  const token = (await cli(home, 'token', 'new', 'act', '--act')).stdout.trim();
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: answer.status, text: await answer.text() };
  };
  return { home, model, daemon, elsewhere, ask };
}

describe('whoever has a token', () => {
  it('reads no file by it that is not watched, by whatever path or name', async (t) => {
    const { home, model, elsewhere, ask } = await house(t);
    const [name] = elsewhere.split('/').slice(-1);
    symlinkSync(elsewhere, join(home.inbox, 'link'));
    symlinkSync(join(elsewhere, 'private.md'), join(home.inbox, 'leaf.md'));
    const paths = [
      join(elsewhere, 'private.md'),
      `${home.inbox}/../../${name}/private.md`,
      `${home.inbox}/./../../${name}/private.md`,
      join(home.inbox, 'link', 'private.md'),
      join(home.inbox, 'leaf.md'),
      join(home.folder, 'config.yaml'),
      join(home.folder, 'rules', 'copy.md'),
      join(home.folder, 'state', 'consciousness.db'),
      `/proc/self/cwd${elsewhere}/private.md`,
      '/proc/self/environ',
      join(home.inbox, 'a.md\0'),
      join(home.inbox, 'link', '..', 'private.md'),
    ];
    for (const path of paths) {
      const tried = await ask('POST', '/v1/try', { rule: 'copy', path });
      assert.ok([400, 403, 422].includes(tried.status), `${path}: ${tried.text}`);
      const about = { rule: 'copy', paths: [path] };
      const compared = await ask('POST', '/v1/compare', { about, models: ['lmstudio/test-model'] });
      assert.ok([200, 400, 403, 422].includes(compared.status), `${path}: ${compared.text}`);
      const run = await ask('POST', '/v1/run', { rule: 'copy', paths: [path] });
      assert.match(run.text, /"queued":0|request-invalid/, path);
      for (const { text } of [tried, compared, run]) assert.ok(!text.includes(PRIVATE), path);
    }
    assert.deepEqual(model.prompts, []);
    writeFileSync(join(home.inbox, 'a.md'), 'watched');
    const tried = await ask('POST', '/v1/try', { rule: 'copy', path: join(home.inbox, 'a.md') });
    assert.equal(tried.status, 200, tried.text);
  });

  it('is not told what is on the disk where nothing is watched', async (t) => {
    const { elsewhere, ask } = await house(t);
    const told = async (path: string) =>
      (await ask('GET', `/v1/explain?path=${encodeURIComponent(path)}`)).text.replaceAll(path, 'PATH');
    assert.equal(await told(join(elsewhere, 'private.md')), await told(join(elsewhere, 'nothing.md')));
    assert.equal(await told(elsewhere), await told(join(elsewhere, 'nothing.md')));
  });

  it('names rules and thoughts, never files', async (t) => {
    const { home, ask } = await house(t);
    writeFileSync(join(home.folder, 'evil.md'), readFileSync(join(home.folder, 'rules', 'copy.md')));
    for (const rule of ['../evil', '..%2fevil', '/etc/passwd', 'copy/../../evil', 'copy\0', '.', '__proto__'])
      for (const path of ['/v1/pause', '/v1/try', '/v1/run', '/v1/thoughts']) {
        const body = {
          rule,
          ...(path === '/v1/pause'
            ? {}
            : path === '/v1/thoughts'
              ? { text: 'x' }
              : path === '/v1/try'
                ? { path: '/x' }
                : { paths: ['/x'] }),
        };
        const { status, text } = await ask('POST', path, body);
        assert.ok([400, 403, 422].includes(status), `${path} ${rule}: ${status} ${text}`);
      }
    for (const id of [
      '../status',
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e/%2e%2e',
      'a%00',
      '__proto__',
      "a'%20or%201=1--",
    ]) {
      const { status, text } = await ask('GET', `/v1/thoughts/${id}`);
      assert.ok([200, 400, 404].includes(status), `${id}: ${status}`);
      // fetch has made another address of it itself: the status, or the dashboard's page.
      if (status === 200) assert.match(text, /"pid"|<title>Consciousness/);
    }
  });
});

describe('a file that looks like a secret', () => {
  it('is not tried, wherever it is and whichever folder tells that it is one', async (t) => {
    const home = temporaryFolder(t);
    const config = await configOf({ home });
    for (const folder of ['.aws', '.ssh', 'node_modules', '.config/chromium'])
      mkdirSync(join(home, folder), { recursive: true });
    const secrets = [
      '.env',
      '.aws/credentials',
      '.ssh/config',
      'node_modules/.env',
      '.config/chromium/Cookies',
      'a.pem',
    ];
    for (const each of secrets) writeFileSync(join(home, each), PRIVATE);
    symlinkSync(join(home, '.aws'), join(home, 'harmless'));
    for (const each of [...secrets, 'harmless/credentials'])
      await assert.rejects(triedFile(join(home, each), config), { code: 'file-denied' }, each);
    const watching = { ...config, roots: [{ path: home, ignorePatterns: [] }] };
    for (const each of secrets)
      await assert.rejects(triedFile(join(home, each), watching), { code: 'file-denied' }, each);
    writeFileSync(join(home, 'letter.md'), 'fine');
    assert.equal((await triedFile(join(home, 'letter.md'), config)).isWatched, false);
    rmSync(join(home, 'harmless'));
  });
});

describe('the target of an output', () => {
  it('is beneath no root with .. in it, whatever it begins with', () => {
    for (const path of ['/notes/../etc/x', '/notes/a/../../x', '/notes/..', '/notes2/x', '/', '/notes'])
      assert.throws(() => rootOf(path, ['/notes']), { code: 'output-escapes' }, path);
    assert.equal(rootOf('/notes/..a/x', ['/notes']), '/notes');
  });
});

describe('a glob', () => {
  it('of nested groups is text, and matched at once', () => {
    const nested = `/in/${'+('.repeat(12)}a|b${')'.repeat(12)}.md`;
    const began = performance.now();
    assert.equal(compileGlobs([nested])(`/in/${'ab'.repeat(20)}!.md`), false);
    assert.equal(compileGlobs(['/in/+(a).md'])('/in/a.md'), false);
    assert.equal(compileGlobs(['/in/+(a).md'])('/in/+(a).md'), true);
    assert.ok(performance.now() - began < 1000);
  });
});
