import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { RECIPES } from '../../src/surfaces/cli/init/recipes.ts';
import { BIN, type Ran } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';

/** Somebody's home folder with an inbox and a model server, and the command line in it. */
async function newcomer(t: TestContext) {
  const home = temporaryFolder(t);
  const inbox = join(home, 'Inbox');
  mkdirSync(inbox);
  const server = await startModelServer(() => ({
    title: 'A title',
    tags: ['tag'],
    summary: 'Two sentences.',
  }));
  t.after(() => server.stop());
  for (const [at, name] of ['a.md', 'b.md', 'c "quoted" 東京.md', 'd.md'].entries()) {
    writeFileSync(join(inbox, name), `document ${name}`);
    utimesSync(join(inbox, name), 1_700_000_000 + at, 1_700_000_000 + at);
  }
  const run = (...args: string[]) =>
    new Promise<Ran>((resolve) => {
      const env = {
        PATH: process.env['PATH'],
        HOME: home,
        NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
      };
      execFile(process.execPath, [BIN, ...args], { cwd: home, env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  const init = (...args: string[]) => run('init', '--yes', '--ports', String(server.port), ...args);
  return {
    home,
    inbox,
    notes: join(home, 'Notes'),
    config: join(home, '.config', 'consciousness'),
    server,
    run,
    init,
  };
}

describe('init --yes', () => {
  it('sets up, shows what the three newest files would become, and writes no note', async (t) => {
    const { config, notes, server, run, init } = await newcomer(t);
    const { code, stdout, stderr } = await init('--watch', '~/Inbox', '--notes', '~/Notes');
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      [...stdout.matchAll(/^\/.*Inbox\/(.*)$/gm)].map((match) => match[1]),
      ['d.md', 'c "quoted" 東京.md', 'b.md'],
    );
    assert.match(stdout, /would create .*a-title\.md\n {2}\+---\n/);
    assert.deepEqual(readdirSync(notes), []);
    assert.equal(server.prompts.length, 3);
    const text = readFileSync(join(config, 'config.yaml'), 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=\.\/config\.schema\.json\n/);
    assert.match(text, /watch_paths: \["~\/Inbox"\]/);
    assert.equal(statSync(join(config, 'config.yaml')).mode & 0o077, 0);
    assert.equal(
      JSON.parse(readFileSync(join(config, 'config.schema.json'), 'utf8')).title,
      'config.yaml of Consciousness',
    );
    assert.equal((await run('config', 'check')).code, 0);
    assert.equal((await run('rules', 'check')).code, 0);
  });

  it('writes the notes that were shown with --apply, without asking the model again, and ends', async (t) => {
    const { notes, server, init } = await newcomer(t);
    const { code, stdout, stderr } = await init('--watch', '~/Inbox', '--notes', '~/Notes', '--apply');
    assert.equal(code, 0, stderr);
    assert.equal(server.prompts.length, 3);
    const made = readdirSync(notes).filter((name) => name !== 'index.md');
    assert.equal(made.length, 3, stdout);
    for (const name of made) assert.match(readFileSync(join(notes, name), 'utf8'), /Two sentences\./);
    assert.match(stdout, /undo --last/);
  });

  it('replaces an earlier set-up only if asked to, and keeps it', async (t) => {
    const { config, init } = await newcomer(t);
    const args = ['--watch', '~/Inbox', '--notes', '~/Notes', '--no-dry-run'];
    assert.equal((await init(...args)).code, 0);
    const before = `${readFileSync(join(config, 'config.yaml'), 'utf8')}# mine\n`;
    writeFileSync(join(config, 'config.yaml'), before);
    const again = await init(...args);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /set up already; nothing was changed/);
    assert.equal(readFileSync(join(config, 'config.yaml'), 'utf8'), before);
    assert.equal((await init(...args, '--replace')).code, 0);
    const kept = readdirSync(config).find((name) => name.startsWith('config.yaml.before-')) ?? '';
    assert.equal(readFileSync(join(config, kept), 'utf8'), before);
  });

  it('without a model server names the commands that get one, and tries with extraction, which it says', async (t) => {
    const { notes, server, init } = await newcomer(t);
    await server.stop();
    const { code, stdout } = await init('--watch', '~/Inbox', '--notes', '~/Notes', '--apply');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /No model server runs[\s\S]*lms get qwen[\s\S]*ollama pull qwen[\s\S]*llama-server -hf/,
    );
    assert.match(stdout, /builtin\/extract, which is extraction and no language model/);
    assert.deepEqual(readdirSync(notes), [], 'what no model said is not written');
  });

  it('takes Ollama and llama-server for what their bodies say, whatever their port', async (t) => {
    const { config, server, init } = await newcomer(t);
    const { createServer } = await import('node:http');
    const bodies: Record<string, object> = {
      '/api/tags': { models: [{ name: 'qwen3:4b' }, { name: 'nomic-embed-text' }] },
      '/api/ps': { models: [{ name: 'qwen3:4b', context_length: 4096 }] },
    };
    const ollama = createServer((request, response) => {
      const body = bodies[request.url ?? ''];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? { error: 'not found' }));
    }).listen(0, '127.0.0.1');
    t.after(() => ollama.close());
    await new Promise((resolve) => ollama.once('listening', resolve));
    const address = ollama.address();
    assert.ok(address !== null && typeof address === 'object');
    await server.stop();
    const { code, stdout, stderr } = await init(
      ...['--ports', String(address.port), '--watch', '~/Inbox', '--notes', '~/Notes', '--no-dry-run'],
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Ollama +qwen3:4b +yes +4096 tokens/);
    assert.doesNotMatch(stdout, /nomic/);
    assert.match(readFileSync(join(config, 'config.yaml'), 'utf8'), /default_models: \["ollama\/qwen3:4b"\]/);
  });
});

describe('init --recipe', () => {
  it('makes what is watched an output root only where the recipe changes files there', async (t) => {
    const { config, init, run } = await newcomer(t);
    const places = ['--watch', '~/Inbox', '--notes', '~/Notes', '--no-dry-run'];
    const roots = () => /^output_roots: .*$/m.exec(readFileSync(join(config, 'config.yaml'), 'utf8'))?.[0];
    assert.equal((await init('--recipe', 'minutes', ...places)).code, 0);
    assert.equal(roots(), 'output_roots: ["~/Notes"]');
    assert.equal((await init('--recipe', 'notes', '--replace', ...places)).code, 0);
    assert.equal(roots(), 'output_roots: ["~/Notes", "~/Inbox"]');
    assert.equal((await run('rules', 'check')).code, 0);
  });

  it('lists every recipe where there is none of that name', async (t) => {
    const { config, init } = await newcomer(t);
    const { code, stderr } = await init('--recipe', 'inbx');
    assert.equal(code, 2);
    for (const { name, does } of RECIPES) assert.match(stderr, new RegExp(`${name} +${does}`));
    assert.equal(existsSync(config), false);
  });

  it('takes a folder whose name is a pattern or has quotes for what it is', async (t) => {
    const { home, init, run } = await newcomer(t);
    mkdirSync(join(home, 'In [1] "*"'));
    writeFileSync(join(home, 'In [1] "*"', 'a.md'), 'text');
    const made = await init('--watch', '~/In [1] "*"', '--notes', '~/Notes');
    assert.match(made.stdout, /would create .*a-title\.md/, made.stderr);
    assert.equal((await run('rules', 'check')).code, 0);
  });
});

describe('init --add', () => {
  const places = ['--watch', '~/Inbox', '--notes', '~/Notes'];

  it('puts a recipe beside what is there and touches nothing else', async (t) => {
    const { config, init, run } = await newcomer(t);
    assert.equal((await init('--no-dry-run', ...places)).code, 0);
    const before = readFileSync(join(config, 'config.yaml'), 'utf8');
    writeFileSync(join(config, 'rules', 'inbox.md'), '---\non: { request: {} }\n---\nmine\n');
    const { code, stdout, stderr } = await init('--add', '--recipe', 'minutes');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /wrote .*rules\/minutes\.md/);
    assert.equal(readFileSync(join(config, 'config.yaml'), 'utf8'), before);
    assert.match(readFileSync(join(config, 'rules', 'inbox.md'), 'utf8'), /mine/);
    assert.match(readFileSync(join(config, 'rules', 'minutes.md'), 'utf8'), /"~\/Inbox\/\*\*/);
    assert.equal((await run('rules', 'check')).code, 0);
  });

  it('says what config.yaml lacks, in the words of rules check, and the lines that mend it', async (t) => {
    const { config, home, init, run } = await newcomer(t);
    assert.equal((await init('--recipe', 'minutes', '--no-dry-run', ...places)).code, 0);
    mkdirSync(join(home, 'Daily'));
    const { code, stdout } = await init('--add', '--recipe', 'notes', '--watch', '~/Daily');
    assert.equal(code, 78);
    assert.match(stdout, /notes-tidy\.md:\d+:\d+: on\.file\.paths\.0: outside every watched root/);
    const roots = 'file_watcher: { watch_paths: ["~/Inbox", "~/Daily"] }';
    const outputs = 'output_roots: ["~/Notes", "~/Daily"]';
    assert.ok(stdout.includes(roots) && stdout.includes(outputs), stdout);
    writeFileSync(join(config, 'config.yaml'), `${roots}\n${outputs}\n`);
    assert.equal((await run('rules', 'check')).code, 0);
  });

  it('writes no rule where one of its names is taken, and none twice', async (t) => {
    const { config, init } = await newcomer(t);
    assert.equal((await init('--recipe', 'research', '--no-dry-run', ...places)).code, 0);
    writeFileSync(join(config, 'rules', 'notes-ask.md'), 'mine');
    const { code, stderr } = await init('--add', '--recipe', 'notes');
    assert.equal(code, 1);
    assert.match(stderr, /nothing was changed[\s\S]*notes-ask\.md/);
    assert.deepEqual(readdirSync(join(config, 'rules')).sort(), [
      'notes-ask.md',
      'research-digest.md',
      'research-note.md',
    ]);
    const again = await init('--add', '--recipe', 'research');
    assert.deepEqual([again.code, /wrote/.test(again.stdout)], [0, false]);
  });

  it('needs something to add to', async (t) => {
    const { init } = await newcomer(t);
    const { code, stderr } = await init('--add', '--recipe', 'notes');
    assert.equal(code, 1);
    assert.match(stderr, /nothing is set up here[\s\S]*init --recipe notes/);
  });
});
