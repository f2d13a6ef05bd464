import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TryView } from '../../src/contract/try.ts';
import { cli, copyRule, createHome, type Home, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

async function homeWithRule(t: TestContext) {
  const server = await startModelServer(() => 'said');
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.rule('copy', copyRule(home));
  writeFileSync(join(home.inbox, 'a.md'), 'a letter');
  return { home, server };
}

async function tried(home: Home, ...args: string[]): Promise<TryView> {
  const { code, stdout, stderr } = await cli(home, 'try', ...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('try', () => {
  it('shows prompt, answer and outputs without a daemon, and writes nothing', async (t) => {
    const { home, server } = await homeWithRule(t);
    const view = await tried(home, 'copy', join(home.inbox, 'a.md'));
    assert.match(view.prompt, /BEGIN DOCUMENT .*\na letter\n/);
    assert.equal(view.prompt, server.prompts.at(-1));
    assert.equal(view.answer, 'said');
    assert.deepEqual(view.usage, { inputTokens: 11, outputTokens: 7 });
    assert.deepEqual(view.notes, []);
    assert.deepEqual(view.outputs, [
      {
        kind: 'write',
        mode: 'create',
        target: join(home.notes, 'a.md'),
        reason: '',
        before: null,
        after: 'said',
      },
    ]);
    assert.deepEqual(home.noteNames(), []);
    assert.ok(!existsSync(join(home.folder, 'state', 'consciousness.db')));
    const { stdout } = await cli(home, 'try', 'copy', join(home.inbox, 'a.md'));
    assert.match(stdout, /Outputs {2}nothing was written\nwould create .*a\.md\n {2}\+said\n/);
  });

  it('foresees the free name, what is replaced, and what a person has changed', async (t) => {
    const { home, server } = await homeWithRule(t);
    writeFileSync(join(home.notes, 'b.md'), "a person's");
    writeFileSync(join(home.inbox, 'b.md'), 'another');
    const [free] = (await tried(home, 'copy', join(home.inbox, 'b.md'))).outputs;
    assert.deepEqual([free?.mode, free?.target], ['create', join(home.notes, 'b-2.md')]);

    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'c.md'), 'one');
    await daemon.reached('done', 1);
    server.answer = () => 'said\nmore';
    const [replaced] = (await tried(home, 'copy', join(home.inbox, 'c.md'))).outputs;
    assert.deepEqual([replaced?.mode, replaced?.before, replaced?.after], ['replace', 'said', 'said\nmore']);
    writeFileSync(join(home.notes, 'c.md'), 'edited');
    const [proposed] = (await tried(home, 'copy', join(home.inbox, 'c.md'))).outputs;
    assert.equal(proposed?.mode, 'propose');
    assert.match(proposed?.reason ?? '', /was edited since it was written/);
    assert.equal((await thoughtsOf(home)).length, 1, 'trying is no thought');
    await daemon.end();
  });

  it('tries a rule file that is not in place yet on a file that is not watched, and says so', async (t) => {
    const { home } = await homeWithRule(t);
    const draft = join(home.folder, 'draft.md');
    writeFileSync(draft, copyRule(home).replace('Say it again', 'Draft'));
    const elsewhere = join(home.folder, 'elsewhere.txt');
    writeFileSync(elsewhere, 'not watched');
    const view = await tried(home, draft, elsewhere, '--model', 'builtin/extract');
    assert.match(view.prompt, /^Draft/);
    assert.equal(view.provider, 'builtin');
    assert.match(view.notes[0] ?? '', /in no watched folder/);
  });

  it('says of a root for notes that is not there what to do', async (t) => {
    const { home, server } = await homeWithRule(t);
    home.config(
      `lm_studio: { base_url: "${server.url}" }\nfile_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.folder}/later"]\n`,
    );
    home.rule('copy', copyRule(home).replaceAll(home.notes, `${home.folder}/later`));
    const [output] = (await tried(home, 'copy', join(home.inbox, 'a.md'))).outputs;
    assert.match(output?.reason ?? '', /later is not there \(create it: mkdir -p/);
  });

  const refusals: [what: string, code: number, said: RegExp, args: (home: Home) => string[]][] = [
    [
      'a rule that is not there',
      1,
      /allowed: ask, copy; or the path/,
      (home) => ['nope', join(home.inbox, 'a.md')],
    ],
    [
      'a rule with an error',
      1,
      /broken\.md:2.*next: .*rules check/s,
      (home) => ['broken', join(home.inbox, 'a.md')],
    ],
    ['a rule for requests', 1, /next: .*think TEXT --rule ask/, (home) => ['ask', join(home.inbox, 'a.md')]],
    [
      'a file that is not there',
      1,
      /nope\.md .*no such file/,
      (home) => ['copy', join(home.inbox, 'nope.md')],
    ],
    ['a folder', 1, /it is a folder/, (home) => ['copy', home.inbox]],
    ['a secret', 1, /looks like a secret.*never read/, (home) => ['copy', join(home.inbox, '.env')]],
    ['a symbolic link', 1, /not an ordinary file/, (home) => ['copy', join(home.inbox, 'link.md')]],
    ['an empty file', 1, /empty\.md is empty/, (home) => ['copy', join(home.inbox, 'empty.md')]],
    [
      'a provider that is not there',
      78,
      /no provider is named nobody \(there are: /,
      (home) => ['copy', join(home.inbox, 'a.md'), '--model', 'nobody/x'],
    ],
  ];
  for (const [what, code, said, args] of refusals) {
    it(`refuses ${what} and sends nothing`, async (t) => {
      const { home, server } = await homeWithRule(t);
      home.rule('broken', '---\non: {}\n---\nx\n');
      home.rule('ask', '---\non: { request: {} }\n---\n{{ request.text }}\n');
      writeFileSync(join(home.inbox, '.env'), 'SECRET=1');
      writeFileSync(join(home.inbox, 'empty.md'), '');
      symlinkSync('/etc/passwd', join(home.inbox, 'link.md'));
      const ran = await cli(home, 'try', ...args(home));
      assert.deepEqual([ran.code, server.prompts.length], [code, 0], ran.stderr);
      assert.match(ran.stderr, said);
    });
  }

  it('says that the server is away, exit 69, and shows what a model said that cannot be used', async (t) => {
    const { home, server } = await homeWithRule(t);
    home.rule('shape', copyRule(home).replace('outputs:', 'mind: { answer: { title: string } }\noutputs:'));
    const unusable = await cli(home, 'try', 'shape', join(home.inbox, 'a.md'));
    assert.equal(unusable.code, 1);
    assert.match(unusable.stderr, /breaks the rule's schema.*\n {2}found: .*said/);
    assert.equal(server.prompts.length, 2, 'it was asked to repair it once');
    await server.stop();
    const away = await cli(home, 'try', 'copy', join(home.inbox, 'a.md'));
    assert.equal(away.code, 69);
    assert.match(away.stderr, /does not answer .*\n {2}next: .*builtin\/extract/);
    assert.equal(readFileSync(join(home.inbox, 'a.md'), 'utf8'), 'a letter');
  });
});
