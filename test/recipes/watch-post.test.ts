import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli } from '../support/daemon.ts';
import { temporaryFolder } from '../support/store.ts';
import { assertCost, assertSettled, came, type Installed, install, isThere, until } from './recipe.ts';

/** A process of that name which waits until the test is over. */
function startProgram(t: TestContext, name: string): ChildProcess {
  const program = join(temporaryFolder(t), name);
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['300'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

const entriesOf = (recipe: Installed) => recipe.note('incidents/machine.md').match(/^## .*$/gm) ?? [];

describe('the recipe watch-post', () => {
  it('makes an incident with file and line of tests that fail, and asks nobody about those that pass', async (t) => {
    const recipe = await install(t, 'watch-post');
    recipe.change('watch-tests', 'settle: 3s', 'settle: 100ms');
    const daemon = await recipe.start();
    recipe.drop('test-results');
    await came(daemon, 'watch-tests');
    const [name = ''] = recipe.noteNames();
    assert.match(name, /^incidents\/\d{4}-\d\d-\d\d-high-water-across-midnight-has-the-wrong-day\.md$/);
    assert.match(
      recipe.note(name),
      /\n\*\*Where:\*\* `src\/tide-table\.ts:57`\n\n\*\*Cause:\*\* next.*\n\n\*\*Evidence:\*\* Ass.*\n\n\*\*Next:\*\* `npx .*`\n$/,
    );
    assert.deepEqual(recipe.notified()?.slice(0, 1), [
      'Tests fail: High water across midnight has the wrong day',
    ]);
    assertCost('watch-post', 'watch-tests', recipe);
    const report = join(recipe.watched, 'test-results', 'junit.xml');
    const passed = readFileSync(report, 'utf8').replace(/<failure[\s\S]*<\/failure>/, '');
    writeFileSync(report, passed);
    await came(daemon, 'watch-tests', 'cancelled');
    await assertSettled(recipe, daemon);
    assert.equal(recipe.server.prompts.length, 1);
  });

  it('makes one incident of a burst of errors, and shows the model nothing else', async (t) => {
    const recipe = await install(t, 'watch-post');
    recipe.change('watch-errors', 'gather: 5s', 'gather: 500ms');
    const daemon = await recipe.start();
    const log = readFileSync(recipe.sample('app.log'), 'utf8');
    appendFileSync(join(recipe.watched, 'app.log'), log);
    await came(daemon, 'watch-errors');
    const [name = '', ...others] = recipe.noteNames();
    assert.deepEqual(others, []);
    assert.match(
      name,
      /^incidents\/\d{4}-\d\d-\d\d-\d{6}-database-refuses-connections-readings-are-lost\.md$/,
    );
    assert.match(recipe.note(name), /\*\*Where:\*\* `src\/store\.ts:88`/);
    assert.deepEqual(recipe.notified()?.slice(0, 1), [
      'app.log: Database refuses connections, readings are lost',
    ]);
    const [prompt = ''] = recipe.server.prompts;
    assert.match(prompt, /ERROR cannot store reading[\s\S]*at TideStore\.insert \(src\/store\.ts:88:13\)/);
    assert.doesNotMatch(prompt, /INFO|WARN/);
    assertCost('watch-post', 'watch-errors', recipe);
    await assertSettled(recipe, daemon);
    assert.equal(recipe.server.prompts.length, 1);
  });

  it('notes a process that holds too much memory for too long, once', async (t) => {
    const recipe = await install(t, 'watch-post');
    recipe.change('watch-memory', 'name: node', 'name: hungry-program');
    recipe.change('watch-memory', 'above: 4096, for: 5m, clear: 3500', 'above: 0.1, for: 1s, clear: 0.1');
    startProgram(t, 'hungry-program');
    const daemon = await recipe.start();
    await came(daemon, 'watch-memory');
    assert.match(
      recipe.note('incidents/machine.md'),
      /## \d{4}-\d\d-\d\d \d\d:\d\d node holds \d+ MB\n\nmemory_mb is .*[\s\S]*\nhungry-program \(\d+\): [\s\S]*\*\*Next:\*\* `consciousness ps node --tree`\n/,
    );
    assert.match(recipe.notified()?.join() ?? '', /^node holds \d+ MB,memory_mb is [\s\S]*hungry-program/);
    assertCost('watch-post', 'watch-memory', recipe);
    await assertSettled(recipe, daemon);
    assert.equal(entriesOf(recipe).length, 1);
  });

  it('notes that LM Studio has ended, without it', async (t) => {
    const recipe = await install(t, 'watch-post');
    const program = startProgram(t, 'lm-studio');
    const daemon = await recipe.start();
    await recipe.server.stop();
    await until(async () => {
      const { stdout } = await cli(recipe.home, 'status', '--json');
      return JSON.parse(stdout).ready;
    }, 'the daemon has looked');
    program.kill('SIGKILL');
    await came(daemon, 'watch-lmstudio');
    assert.match(
      recipe.note('incidents/machine.md'),
      /## \d{4}-\d\d-\d\d \d\d:\d\d LM Studio has ended\n\n.*lm-studio[\s\S]*\*\*Next:\*\* start it again/,
    );
    assert.equal(recipe.notified()?.[0], 'LM Studio has ended');
    assertCost('watch-post', 'watch-lmstudio', recipe);
    await recipe.server.start();
    await assertSettled(recipe, daemon);
    assert.equal(entriesOf(recipe).length, 1);
  });

  it('notes a disk that is too full, once', async (t) => {
    const recipe = await install(t, 'watch-post');
    const config = join(recipe.home.folder, 'config.yaml');
    writeFileSync(config, `${readFileSync(config, 'utf8')}vitals: { every: 1s }\n`);
    recipe.change('watch-disk', 'above: 90, for: 5m, clear: 85', 'above: 0, for: 1s, clear: 0');
    const daemon = await recipe.start();
    await came(daemon, 'watch-disk');
    assert.ok(isThere(recipe, 'incidents/machine.md'));
    assert.match(
      recipe.note('incidents/machine.md'),
      /## \d{4}-\d\d-\d\d \d\d:\d\d \/\S* is \d+ % full\n\n.*disk\.percent[\s\S]*`du -xh -d 2 \/\S* 2>\/dev\/null \| sort -h \| tail`/,
    );
    assert.match(recipe.notified()?.[0] ?? '', /^\/\S* is \d+ % full$/);
    assertCost('watch-post', 'watch-disk', recipe);
    await assertSettled(recipe, daemon);
    const entries = entriesOf(recipe).map((entry) => entry.replace(/^## \S+ \S+ | is .*$/g, ''));
    assert.equal(new Set(entries).size, entries.length, 'each disk once');
  });
});
