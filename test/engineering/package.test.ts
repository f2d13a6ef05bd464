import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { testFirstMinutes } from '../main/first-minutes.ts';
import { createHome, startDaemon } from '../support/daemon.ts';
import { installPackage } from '../support/installed.ts';
import { freePort } from '../surfaces/access/door.ts';
import { closeBrowser, newPage, noBrowser } from '../web/browser.ts';
import { json } from './tree.ts';

const run = promisify(execFile);
const FIRST_PAINT_MS = 1000;
const version: string = json('package.json').version;

let folder: string;
let command: string;
let contents: string[];

/** What a command printed and how it ended. */
async function outcome(
  file: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return run(file, args, { cwd: folder, env: { ...process.env, NODE_V8_COVERAGE: '' } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

/** The first Node on this machine that is older than we need, or undefined. */
async function olderNode(): Promise<string | undefined> {
  const [major = 0, minor = 0] = (json('package.json').engines.node.match(/\d+/g) ?? []).map(Number);
  for (const node of ['/usr/bin/node', '/usr/local/bin/node', '/opt/homebrew/bin/node'].filter((each) =>
    existsSync(each),
  )) {
    const { stdout } = await run(node, ['--version']);
    const [, its = 0, own = 0] = /^v(\d+)\.(\d+)/.exec(stdout)?.map(Number) ?? [];
    if (its < major || (its === major && own < minor)) return node;
  }
  return undefined;
}

describe('the package', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'));
    const installed = await installPackage(folder);
    contents = (await run('tar', ['-tzf', installed.tarball])).stdout.trim().split('\n');
    command = installed.command;
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('carries what runs, and nothing else', () => {
    const kinds = new Set(
      contents.map((path) =>
        path
          .split('/')
          .slice(1, path.split('/').length > 2 ? 2 : undefined)
          .join('/'),
      ),
    );
    assert.deepEqual(
      [...kinds].sort(),
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'dist',
        'docs',
        'examples',
        'migrations',
        'package.json',
      ].sort(),
    );
    const strangers = contents.filter((path) => /\.tsx?$|\.test\.|tsbuildinfo/.test(path));
    assert.deepEqual(strangers, []);
  });

  it('runs from where npm installs it for everybody', async () => {
    const { stdout, stderr, code } = await outcome(process.execPath, [command, '--version']);
    assert.deepEqual({ stdout: stdout.trim(), stderr, code }, { stdout: version, stderr: '', code: 0 });
  });

  testFirstMinutes(() => command);

  it('paints the first of its dashboard within a second', { skip: noBrowser }, async (t) => {
    const port = await freePort();
    const home = createHome(t, 'http://127.0.0.1:9', `http: { port: ${port} }\n`);
    await startDaemon(t, home, { bin: command, killed: true });
    const paints: number[] = [];
    // The first one starts the browser, too: it is told, and does not count.
    for (let go = 0; go < 2; go += 1) {
      const { stdout: link } = await run(process.execPath, [
        command,
        'open',
        '--print',
        '--home',
        home.folder,
      ]);
      const { page } = await newPage(t);
      await page.goto(link.trim());
      await page.locator('main#main').waitFor();
      const painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
      paints.push((await page.evaluate<number | undefined>(painted)) ?? Number.POSITIVE_INFINITY);
    }
    await closeBrowser();
    t.diagnostic(`first contentful paint: ${paints.map((ms) => `${Math.round(ms)} ms`).join(', ')}`);
    assert.ok((paints.at(-1) ?? Number.POSITIVE_INFINITY) <= FIRST_PAINT_MS, paints.join());
  });

  it('is executable, and asks the system for node', async () => {
    assert.match(await readFile(command, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  });

  it('says in one line which Node it needs under an older one, exit 78', async (context) => {
    const node = await olderNode();
    if (node === undefined) return context.skip('no older Node on this machine');
    for (const args of [['--version'], ['start'], []]) {
      const { stdout, stderr, code } = await outcome(node, [command, ...args]);
      assert.equal(code, 78);
      assert.equal(stdout, '');
      assert.match(stderr, /^[^\n]*\b24\.15\b[^\n]*\n$/);
    }
  });
});

describe('the scripts of the checkout', () => {
  it('say in one line what to do under an older Node, exit 78', async (context) => {
    const node = await olderNode();
    if (node === undefined) return context.skip('no older Node on this machine');
    const script = join(import.meta.dirname, '../../scripts/require-node.cjs');
    const { stderr, code } = await run(node, [script]).then(
      () => ({ stderr: '', code: 0 }),
      (error) => ({ stderr: error.stderr, code: error.code }),
    );
    assert.equal(code, 78);
    assert.match(stderr, /^consciousness needs Node 24\.15 or newer, this is [\d.]+: run `npm ci`[^\n]*\n$/);
  });

  it('each ask first', () => {
    const scripts: Record<string, string> = json('package.json').scripts;
    const unasked = Object.entries(scripts).filter(
      ([, script]) =>
        !script.startsWith('node scripts/require-node.cjs && ') &&
        !script.startsWith('npm run ') &&
        // Asks by itself, where there is something that it can build.
        script !== 'node scripts/prepare.cjs',
    );
    assert.deepEqual(unasked, []);
  });
});
