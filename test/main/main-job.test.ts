import assert from 'node:assert/strict';
import { mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli, copyRule, createHome, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

async function model(t: TestContext, answer?: Parameters<typeof startModelServer>[0]) {
  const server = await startModelServer(answer);
  t.after(() => server.stop());
  return server;
}

/** The document within a prompt. */
function documentIn(prompt: string): string {
  return /BEGIN DOCUMENT \w+\n([\s\S]*)\nEND DOCUMENT/.exec(prompt)?.[1]?.trim() ?? '';
}

describe('the main job', () => {
  it('thinks a file that lands and writes a note, and every step of it can be shown', async (t) => {
    const server = await model(t, (prompt) => `About: ${documentIn(prompt)}`);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'letter.md'), 'dear all');
    await daemon.reached('done', 1);
    assert.equal(home.note('letter.md'), 'About: dear all');

    const [row, ...others] = await thoughtsOf(home);
    assert.deepEqual(others, []);
    assert.ok(row);
    assert.deepEqual(
      [row.content, row.processed, row.state, row.rule, row.context.path],
      ['dear all', true, 'done', 'copy', join(home.inbox, 'letter.md')],
    );
    const view = await show(home, row.id.slice(0, 6));
    assert.equal(view.captured?.text, 'dear all');
    assert.equal(view.prompt, server.prompts[0]);
    assert.equal(view.answer, 'About: dear all');
    assert.deepEqual(
      view.attempts.map(({ number, provider, model: name, outcome, usage }) => [
        number,
        provider,
        name,
        outcome,
        usage,
      ]),
      [[1, 'lmstudio', 'test-model', 'answered', { inputTokens: 11, outputTokens: 7 }]],
    );
    assert.deepEqual(
      view.outputs.map(({ target, state, content }) => [target, state, content]),
      [[join(home.notes, 'letter.md'), 'applied', 'About: dear all']],
    );
    const explained = await cli(home, 'explain', join(home.inbox, 'letter.md'));
    assert.equal(explained.code, 0);
    assert.match(explained.stdout, /copy/);
    assert.equal(await daemon.end(), 0);
  });

  it('asks no model about a file in which nothing matches what its rule looks for', async (t) => {
    const server = await model(t);
    const home = createHome(t, server.url);
    home.rule('asked', copyRule(home, ', containing: "^@ask .+$"'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'quiet.md'), 'Dear diary\nI did not @ask anything');
    writeFileSync(join(home.inbox, 'asking.md'), 'Dear diary\n@ask What is the time?\n');
    await daemon.reached('done', 1);
    await daemon.reached('cancelled', 1);
    assert.deepEqual([home.noteNames(), server.prompts.length], [['asking.md'], 1]);
    const quiet = (await thoughtsOf(home)).find((each) => each.state === 'cancelled');
    assert.match(quiet?.reason ?? '', /nothing in it matches what its rule looks for: \^@ask/);
    await daemon.end();
  });

  it('is not held up by an expression that would take for ever: then the model is asked', async (t) => {
    const server = await model(t);
    const home = createHome(t, server.url);
    home.rule('slow', copyRule(home, ', containing: "^(a+)+$"'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'hostile.md'), `${'a'.repeat(60)}b`);
    await daemon.reached('done', 1);
    await daemon.end();
  });

  it('holds while the server is off without spending attempts, and drains when it is back', async (t) => {
    const server = await model(t);
    await server.stop();
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === 'lmstudio', 'the hold');
    for (const name of ['a.md', 'b.md']) writeFileSync(join(home.inbox, name), name);
    await daemon.reached('ready', 2);
    const status = JSON.parse((await cli(home, 'status', '--json')).stdout);
    assert.deepEqual(
      status.holds.map((hold: { name: string; thoughts: number }) => [hold.name, hold.thoughts]),
      [['lmstudio', 2]],
    );
    await server.start();
    await daemon.reached('done', 2);
    for (const row of await thoughtsOf(home)) {
      const view = await show(home, row.id);
      assert.deepEqual([view.failures, view.attempts.length], [0, 1]);
    }
    await daemon.end();
  });

  it('finds what changed while it was down, and nothing else', async (t) => {
    const server = await model(t, documentIn);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    for (const name of ['same', 'edited', 'removed', 'renamed'])
      writeFileSync(join(home.inbox, `${name}.md`), name);
    const first = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'first.md'), 'first');
    await first.reached('done', 1);
    await first.end();
    writeFileSync(join(home.inbox, 'edited.md'), 'edited while down');
    writeFileSync(join(home.inbox, 'new.md'), 'new while down');
    unlinkSync(join(home.inbox, 'removed.md'));
    renameSync(join(home.inbox, 'renamed.md'), join(home.inbox, 'renamed to.md'));
    const second = await startDaemon(t, home);
    await second.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['edited.md', 'first.md', 'new.md']);
    assert.equal(home.note('edited.md'), 'edited while down');
    assert.deepEqual(
      second.events.flatMap((event) => (event.type === 'perceived' ? [event.change] : [])).sort(),
      ['added', 'deleted', 'modified', 'moved'],
    );
    await second.end();
  });

  it('leaves files alone that were there before, or thinks them all once, as the rule says', async (t) => {
    const server = await model(t, documentIn);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home, ', existing: process'));
    mkdirSync(join(home.inbox, 'deep'));
    for (const name of ['a.md', 'b.md', 'deep/c.md']) writeFileSync(join(home.inbox, name), name);
    const first = await startDaemon(t, home);
    await first.reached('done', 3);
    await first.end();
    const second = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'd.md'), 'd');
    await second.reached('done', 1);
    await second.end();
    assert.equal(server.prompts.length, 4);
  });

  it('is never woken by its own notes, also where they are written into the watched folder', async (t) => {
    const server = await model(t, documentIn);
    const home = createHome(t, server.url);
    home.config(
      `lm_studio: { base_url: "${server.url}", model: test-model }\nfile_watcher: { watch_paths: ["${home.inbox}"] }\noutput_roots: ["${home.inbox}"]\n`,
    );
    home.rule('copy', copyRule(home).replaceAll(home.notes, join(home.inbox, 'made')));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'one.md'), 'one');
    await daemon.reached('done', 1);
    // A later file, perceived after our own note was, proves that the note made nothing happen.
    writeFileSync(join(home.inbox, 'two.md'), 'two');
    await daemon.reached('done', 2);
    await daemon.end();
    const again = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'three.md'), 'three');
    await again.reached('done', 1);
    await again.end();
    assert.equal(server.prompts.length, 3);
  });

  it('reuses the stored answer when a file returns to what it was, and writes it again', async (t) => {
    let answers = 0;
    const server = await model(t, (prompt) => `${documentIn(prompt)} ${++answers}`);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    for (const [index, text] of ['A', 'B', 'A'].entries()) {
      writeFileSync(join(home.inbox, 'f.md'), text);
      await daemon.reached('done', index + 1);
    }
    assert.equal(home.note('f.md'), 'A 1');
    assert.equal(server.prompts.length, 2);
    const [latest] = await thoughtsOf(home);
    const view = await show(home, latest?.id ?? '');
    assert.deepEqual([view.attempts[0]?.outcome, view.reusedFrom !== null], ['reused', true]);
    await daemon.end();
  });

  it('gives a broken answer one turn to repair it, then gives up with the evidence, and retries when asked', async (t) => {
    const server = await model(t, () => 'no JSON at all');
    const home = createHome(t, server.url);
    home.rule(
      'fields',
      `---\non: { file: { paths: ["${home.inbox}/*.md"], settle: 50ms } }\nmind: { answer: { title: string } }\noutputs:\n  - write: "${home.notes}/{{ answer.title | slug }}.md"\n    body: "{{ answer.title }}"\n---\nTitle? {{ file.text }}\n`,
    );
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.reached('dead', 1);
    assert.equal(server.prompts.length, 2);
    assert.match(server.prompts[1] ?? '', /cannot be used/);
    const [dead] = await thoughtsOf(home, '--state', 'dead');
    assert.match((await show(home, dead?.id ?? '')).attempts[0]?.raw ?? '', /no JSON at all/);
    server.answer = () => ({ title: '../../etc/A “Title”' });
    assert.equal((await cli(home, 'retry', '--dead')).code, 0);
    await daemon.reached('done', 1);
    assert.equal(home.noteNames().length, 1);
    await daemon.end();
  });

  it('lets two rules write the same path without either losing its note', async (t) => {
    const server = await model(t, (prompt) => (prompt.startsWith('First') ? 'one' : 'two'));
    const home = createHome(t, server.url);
    home.rule('first', copyRule(home).replace('Say it again', 'First'));
    home.rule('second', copyRule(home).replace('Say it again', 'Second'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['f-2.md', 'f.md']);
    assert.deepEqual([home.note('f.md'), home.note('f-2.md')].sort(), ['one', 'two']);
    await daemon.end();
  });

  it('never overwrites what a person wrote into a note: the next version is proposed', async (t) => {
    const server = await model(t, documentIn);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'first');
    await daemon.reached('done', 1);
    writeFileSync(join(home.notes, 'f.md'), 'first, with my own words');
    writeFileSync(join(home.inbox, 'f.md'), 'second');
    await daemon.reached('proposed', 1);
    assert.equal(home.note('f.md'), 'first, with my own words');
    await daemon.end();
  });

  it('finishes what it is thinking when it is asked to stop', async (t) => {
    const words = Promise.withResolvers<string>();
    const server = await model(t, () => words.promise);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.saw((event) => event.type === 'sent', 'the call');
    const ended = daemon.end('SIGTERM');
    words.resolve('the last words');
    assert.equal(await ended, 0);
    assert.equal(home.note('f.md'), 'the last words');
  });

  it('answers a request from the command line, and remembers its key', async (t) => {
    const server = await model(t, (prompt) => `You said ${prompt}`);
    const home = createHome(t, server.url);
    const daemon = await startDaemon(t, home);
    const asked = await cli(home, 'think', 'hello', '--key', 'k1');
    assert.deepEqual([asked.code, asked.stdout.trim()], [0, 'You said hello']);
    assert.equal((await cli(home, 'think', 'hello', '--key', 'k1')).stdout.trim(), 'You said hello');
    assert.equal(server.prompts.length, 1);
    const other = await cli(home, 'think', 'goodbye', '--key', 'k1');
    assert.notEqual(other.code, 0);
    assert.match(other.stderr, /another text/);
    await daemon.end();
  });
});

describe('configuration and rules of a running daemon', () => {
  it('come into force when saved, and the last good version stays while a file is broken', async (t) => {
    const server = await model(t, (prompt) => prompt.split(':')[0]);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const first = await startDaemon(t, home);
    home.rule('copy', '---\non: { file: { paths: 7 } }\n---\n');
    const broken = await first.saw(
      (event) => event.type === 'reloaded' && event.problems.length > 0,
      'the broken rule',
    );
    assert.ok(broken.type === 'reloaded' && /copy\.md/.test(broken.problems.join()));
    writeFileSync(join(home.inbox, 'a.md'), 'a');
    await first.reached('done', 1);
    await first.end();

    const second = await startDaemon(t, home);
    assert.equal(second.banner.rules[0]?.name, 'copy', 'the last good version survives a restart');
    home.rule('copy', copyRule(home).replace('Say it again', 'Changed'));
    await second.saw((event) => event.type === 'reloaded' && event.problems.length === 0, 'the mended rule');
    writeFileSync(join(home.inbox, 'b.md'), 'b');
    await second.reached('done', 1);
    assert.deepEqual([home.note('a.md'), home.note('b.md')], ['Say it again', 'Changed']);
    await second.end();
  });

  it('replace what waits by the new version, and cancel it when the rule is removed', async (t) => {
    const server = await model(t);
    await server.stop();
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    home.rule('gone', copyRule(home).replace('Say it again', 'Gone'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a');
    await daemon.reached('ready', 2);
    home.rule('copy', copyRule(home).replace('Say it again', 'Changed'));
    unlinkSync(join(home.folder, 'rules', 'gone.md'));
    await daemon.saw((event) => event.type === 'reloaded' && event.rules === 1, 'the reload');
    await server.start();
    await daemon.reached('done', 1);
    const rows = await thoughtsOf(home);
    assert.deepEqual(rows.map(({ rule, state, reason }) => [rule, state, reason]).sort(), [
      ['copy', 'cancelled', 'replaced by the newer version of its rule'],
      ['copy', 'done', ''],
      ['gone', 'cancelled', 'rule removed'],
    ]);
    assert.match(server.prompts[0] ?? '', /^Changed/);
    await daemon.end();
  });

  it('lose nothing where a rule is edited and the edit taken back while its thoughts wait', async (t) => {
    const server = await model(t);
    await server.stop();
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a');
    await daemon.reached('ready', 1);
    const reloads = () => daemon.events.filter((event) => event.type === 'reloaded').length;
    home.rule('copy', copyRule(home).replace('Say it again', 'Changed'));
    await daemon.saw(() => reloads() === 1, 'the edit');
    home.rule('copy', copyRule(home));
    await daemon.saw(() => reloads() === 2, 'the edit taken back');
    await server.start();
    await daemon.reached('done', 1);
    assert.match(server.prompts[0] ?? '', /^Say it again/);
    await daemon.end();
  });

  it('keep every rule while the rules folder is away', async (t) => {
    const server = await model(t, documentIn);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    renameSync(join(home.folder, 'rules'), join(home.folder, 'elsewhere'));
    await daemon.saw((event) => event.type === 'reloaded', 'the reload');
    writeFileSync(join(home.inbox, 'a.md'), 'a');
    await daemon.reached('done', 1);
    await daemon.end();
  });

  it('take over a thought whose call failed while its rule was changed', async (t) => {
    const server = await model(t, () => new Promise(() => undefined));
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'a');
    await daemon.saw((event) => event.type === 'sent', 'the call');
    home.rule('copy', copyRule(home).replace('Say it again', 'Changed'));
    await daemon.saw((event) => event.type === 'reloaded', 'the reload');
    await server.stop();
    await daemon.saw((event) => event.type === 'hold' && event.held, 'the hold');
    server.answer = (prompt) => prompt.split(':')[0];
    await server.start();
    await daemon.reached('done', 1);
    assert.equal(home.note('a.md'), 'Changed');
    await daemon.end();
  });

  it('are refused at the start with every problem and exit 78', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    home.config('lm_studio: { timeout: 9999 }\nfile_wacher: {}\n');
    await assert.rejects(startDaemon(t, home), (error: Error) =>
      ['78', 'lm_studio.timeout', '9999', 'file_wacher', 'file_watcher'].every((part) =>
        error.message.includes(part),
      ),
    );
  });

  it('belong to one daemon at a time: a second one ends with exit 75', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    const daemon = await startDaemon(t, home);
    await assert.rejects(startDaemon(t, home), /ended with 75/);
    await daemon.end();
  });
});
