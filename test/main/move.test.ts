import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli, createHome, type Home, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { beginLife } from '../torture/life.ts';

interface Filing {
  home: Home;
  filed: string;
  /** Of everything that was thought, rule and state, oldest first. */
  thought(): Promise<string[]>;
}

/**
 * A home where one rule files what comes into the inbox, another one makes notes of it, and a third one wants to know of
 * everything that comes to or goes from either folder.
 */
async function homeThatFiles(t: TestContext, where: 'watched' | 'apart' | 'elsewhere'): Promise<Filing> {
  const server = await startModelServer(() => 'Said it');
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  const filed = where === 'watched' ? join(home.inbox, 'filed') : join(home.folder, 'filed');
  mkdirSync(filed);
  const watched = where === 'apart' ? [home.inbox, filed] : [home.inbox];
  home.config(
    `lm_studio: { base_url: "${server.url}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ${JSON.stringify(watched)}, debounce_seconds: 0.1 }\noutput_roots: ["${filed}", "${home.notes}"]\n`,
  );
  const rule = (paths: string, more: string, outputs: string) =>
    `---\non:\n  file: { paths: ["${paths}"]${more} }\n${outputs}---\nSay it: {{ file.text }}\n`;
  home.rule(
    'filer',
    rule(`${home.inbox}/*.md`, ', settle: 50ms', `outputs:\n  - move: "${filed}/{{ answer }}/"\n`),
  );
  home.rule(
    'notes',
    rule(
      `${home.inbox}/*.md`,
      ', settle: 1s',
      `outputs:\n  - write: "${home.notes}/{{ event.name }}"\n    body: "{{ file.text }}"\n`,
    ),
  );
  home.rule('gone', rule(`${home.inbox}/*.md`, ', changes: [deleted]', ''));
  if (where !== 'elsewhere')
    home.rule('filed', rule(`${filed}/**/*.md`, ', changes: [added, modified, deleted]', ''));
  return {
    home,
    filed,
    thought: async () => (await thoughtsOf(home)).reverse().map(({ rule, state }) => `${rule} ${state}`),
  };
}

for (const where of ['watched', 'apart', 'elsewhere'] as const) {
  describe(`a file that a rule moves to a folder that is ${where}`, () => {
    it('is thought about once by each rule, wakes nobody, and comes back without waking anybody', async (t) => {
      const { home, filed, thought } = await homeThatFiles(t, where);
      const daemon = await startDaemon(t, home);
      writeFileSync(join(home.inbox, 'a.md'), 'a letter');
      await daemon.reached('done', 2);
      assert.deepEqual(readdirSync(join(filed, 'Said it')), ['a.md']);
      assert.equal(existsSync(join(home.inbox, 'a.md')), false);
      assert.equal(home.note('a.md'), 'a letter');
      // A new file is perceived after what became of the first one.
      writeFileSync(join(home.inbox, 'b.md'), 'another letter');
      await daemon.reached('done', 4);
      assert.deepEqual((await thought()).sort(), ['filer done', 'filer done', 'notes done', 'notes done']);
      const [last] = await thoughtsOf(home, '--rule', 'filer');
      const undone = await cli(home, 'undo', last?.id ?? '');
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      assert.equal(readFileSync(join(home.inbox, 'b.md'), 'utf8'), 'another letter');
      assert.deepEqual(readdirSync(join(filed, 'Said it')), ['a.md']);
      writeFileSync(join(home.inbox, 'c.md'), 'a third letter');
      await daemon.reached('done', 6);
      assert.equal((await thought()).length, 6);
      // What a person does with them then is news as ever.
      if (where !== 'elsewhere') {
        appendFileSync(join(filed, 'Said it', 'a.md'), ', edited');
        await daemon.saw((event) => event.type === 'state' && event.rule === 'filed', 'the edit');
      }
      assert.equal(await daemon.end(), 0);
    });
  });
}

describe('a daemon that is killed while it moves a file', { concurrency: 2 }, () => {
  for (const point of [
    ...['ledger:known', 'move:named', 'move:aside', 'output:applied', 'commit:finish:before'],
  ]) {
    it(`at ${point} has it moved once by the next one, and nobody is woken by it`, async (t) => {
      const { home, filed, thought } = await homeThatFiles(t, 'watched');
      const killed = beginLife(home.folder, { point, hit: 1, signal: 'SIGKILL', swaps: [] });
      await killed.ready;
      writeFileSync(join(home.inbox, 'a.md'), 'a letter');
      assert.equal(await killed.met, true);
      await killed.ended;
      const daemon = await startDaemon(t, home);
      while ((await thought()).some((row) => !row.endsWith(' done'))) await daemon.saw(() => true);
      writeFileSync(join(home.inbox, 'b.md'), 'another letter');
      while ((await thoughtsOf(home, '--state', 'done')).length < 4)
        await daemon.saw((event) => event.type === 'state' && event.state === 'done');
      assert.deepEqual(readdirSync(join(filed, 'Said it')), ['a.md', 'b.md']);
      assert.deepEqual(readdirSync(home.inbox), ['filed']);
      assert.deepEqual((await thought()).sort(), ['filer done', 'filer done', 'notes done', 'notes done']);
      assert.equal(await daemon.end(), 0);
    });
  }
});

describe('a file that a rule edits and moves', () => {
  it('is moved with the edit in it, without waking anybody, and is what it was when both are undone', async (t) => {
    const { home, filed, thought } = await homeThatFiles(t, 'watched');
    home.config(
      readFileSync(join(home.folder, 'config.yaml'), 'utf8').replace(
        'output_roots: [',
        `output_roots: ["${home.inbox}", `,
      ),
    );
    home.rule(
      'filer',
      `---\non:\n  file: { paths: ["${home.inbox}/*.md"], settle: 50ms }\noutputs:\n` +
        `  - frontmatter: "{{ event.path }}"\n    set: { title: "{{ answer }}" }\n` +
        `  - move: "${filed}/{{ answer }}/"\n---\nSay it: {{ file.text }}\n`,
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a letter\n');
    await daemon.reached('done', 2);
    const moved = join(filed, 'Said it', 'a.md');
    assert.equal(readFileSync(moved, 'utf8'), '---\ntitle: Said it\n---\na letter\n');
    const [row] = await thoughtsOf(home, '--rule', 'filer');
    assert.equal((await cli(home, 'undo', row?.id ?? '')).code, 0);
    assert.equal(readFileSync(join(home.inbox, 'a.md'), 'utf8'), 'a letter\n');
    writeFileSync(join(home.inbox, 'b.md'), 'another letter\n');
    await daemon.reached('done', 4);
    assert.deepEqual((await thought()).sort(), ['filer done', 'filer done', 'notes done', 'notes done']);
    assert.equal(await daemon.end(), 0);
  });
});

describe('a file that a rule renames', () => {
  it('has its new name in its own folder, and its old one again when that is undone', async (t) => {
    const server = await startModelServer(() => 'Invoice of May.md');
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.config(
      `lm_studio: { base_url: "${server.url}", model: test-model }\n` +
        `file_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${home.inbox}"]\n`,
    );
    home.rule(
      'name',
      `---\non:\n  file: { paths: ["${home.inbox}/*.md"], settle: 50ms }\noutputs:\n  - rename: "{{ answer }}"\n---\nName it: {{ file.text }}\n`,
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'scan-1.md'), 'a letter');
    await daemon.reached('done', 1);
    assert.deepEqual(readdirSync(home.inbox), ['Invoice of May.md']);
    const [row] = await thoughtsOf(home);
    const { outputs } = await show(home, row?.id ?? '');
    assert.deepEqual(
      outputs.map(({ kind, state, target }) => [kind, state, target]),
      [['rename', 'applied', join(home.inbox, 'Invoice of May.md')]],
    );
    assert.equal((await cli(home, 'undo', '--last')).code, 0);
    assert.deepEqual(readdirSync(home.inbox), ['scan-1.md']);
    const tried = await cli(home, 'try', 'name', join(home.inbox, 'scan-1.md'));
    assert.match(tried.stdout, /would move .*scan-1\.md\n {2}to .*Invoice of May\.md/);
    assert.deepEqual(readdirSync(home.inbox), ['scan-1.md']);
    assert.equal((await thoughtsOf(home)).length, 1);
    await daemon.end();
  });
});
