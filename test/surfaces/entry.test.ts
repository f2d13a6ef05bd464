import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './running.ts';

const ENTRY = fileURLToPath(new URL('../../bin/consciousness.js', import.meta.url));
const SYSTEM_NODE = '/usr/bin/node';

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env: { PATH: '/usr/bin:/bin', ...env } }, (_error, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
  });
}

async function systemNode(): Promise<string | null> {
  if (!existsSync(SYSTEM_NODE)) return null;
  return (await run(SYSTEM_NODE, ['-p', 'process.versions.node'])).out.trim();
}

const system = await systemNode();
const old = system !== null && Number.parseInt(system, 10) < 24;

describe('bin/consciousness.js', () => {
  it('says in one line under an old Node which one it needs, which it has and how to get it, exit 78', {
    skip: old ? false : `${SYSTEM_NODE} is ${system ?? 'absent'}, which is not too old`,
  }, async () => {
    const { code, out, err } = await run(SYSTEM_NODE, [ENTRY, 'status']);
    assert.deepEqual([code, out], [78, '']);
    assert.equal(err.trimEnd().split('\n').length, 1);
    assert.match(err, /needs Node 24\.15 or newer/);
    assert.ok(err.includes(`this is Node ${system}`));
    assert.match(err, /https:\/\/nodejs\.org/);
  });

  it('has the same demand on Node as the package', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.equal(manifest.engines.node, '>=24.15');
    assert.match(await readFile(ENTRY, 'utf8'), /major < 24 \|\| \(major === 24 && minor < 15\)/);
  });

  it('runs what was built, with its own main for `start`; the source in a checkout, also beside an old build', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(`${folder}/bin`);
    await cp(ENTRY, `${folder}/bin/consciousness.js`);
    await writeFile(`${folder}/package.json`, '{ "type": "module" }');
    const put = async (place: string, extension: string) => {
      await mkdir(`${folder}/${place}/surfaces/cli`, { recursive: true });
      const cli = `export async function main(world, program) { return (await program.runDaemon({ from: '${place}' })).code; }`;
      await writeFile(`${folder}/${place}/surfaces/cli/main.${extension}`, cli);
      const daemon = `export async function runDaemon(options) { console.log('${place}', options.from); return { code: 7 }; }`;
      await writeFile(`${folder}/${place}/main.${extension}`, daemon);
    };
    await put('dist', 'js');
    const entry = `${folder}/bin/consciousness.js`;
    assert.deepEqual(await run(process.execPath, [entry]), { code: 7, out: 'dist dist\n', err: '' });
    await put('src', 'ts');
    assert.deepEqual(await run(process.execPath, [entry]), { code: 7, out: 'src src\n', err: '' });
  });

  it('says what is missing when a part of the built package is broken, instead of running the source', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(`${folder}/bin`);
    await mkdir(`${folder}/dist/surfaces/cli`, { recursive: true });
    await cp(ENTRY, `${folder}/bin/consciousness.js`);
    await writeFile(`${folder}/package.json`, '{ "type": "module" }');
    await writeFile(`${folder}/dist/surfaces/cli/main.js`, "import './gone.js';");
    const { code, err } = await run(process.execPath, [`${folder}/bin/consciousness.js`]);
    assert.equal(code, 70);
    assert.match(err, /gone\.js/);
  });

  it("keeps compiled code in the user's own cache, never in a folder that others may write", async (t) => {
    const folder = await temporaryFolder(t);
    const env = { XDG_CACHE_HOME: `${folder}/cache`, TMPDIR: `${folder}/tmp`, HOME: folder };
    await mkdir(env.TMPDIR);
    await run(process.execPath, [ENTRY, '--version'], env);
    assert.ok(existsSync(`${folder}/cache/consciousness/compiled`));
    assert.ok(!existsSync(`${folder}/tmp/node-compile-cache`));
  });
});

describe('a command that asks the daemon', () => {
  it('loads nothing that only the daemon or another command needs', async (t) => {
    const folder = await temporaryFolder(t);
    const main = new URL('../../src/surfaces/cli/main.ts', import.meta.url).href;
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      process.argv = ['node', 'consciousness', 'status', '--home', ${JSON.stringify(folder)}];
      const { main } = await import(${JSON.stringify(main)});
      const code = await main(process, async () => ({ code: 70, reason: '' }));
      console.log(JSON.stringify({ code, loaded }));`;
    const { out } = await run(process.execPath, ['--input-type=module', '-e', script]);
    const { code, loaded }: { code: number; loaded: string[] } = JSON.parse(out);
    assert.equal(code, 69);
    const packages = new Set(
      loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []),
    );
    assert.deepEqual([...packages], ['commander']);
    const commands = loaded.flatMap((url) => /cli\/commands\/(.+)\.ts$/.exec(url)?.[1] ?? []);
    assert.deepEqual(commands, ['status']);
  });
});
