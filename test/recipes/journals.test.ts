import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertCost, assertSettled, came, install, until } from './recipe.ts';

describe('the recipe research', () => {
  it('makes a note of each paper and a digest of the notes', async (t) => {
    const recipe = await install(t, 'research');
    recipe.change('research-note', 'settle: 5s', 'settle: 100ms');
    recipe.change('research-digest', 'cron: "0 18 * * 0" ', 'every: 2s');
    const daemon = await recipe.start();
    recipe.drop('bearing-wear.pdf');
    recipe.drop('tide-gauge-gaps.pdf');
    await came(daemon, 'research-note', 'done', 2);
    const papers = recipe.noteNames().filter((name) => !name.includes('digest'));
    assert.deepEqual(papers, [
      'papers/bearing-wear-in-cup-anemometers-on-exposed-piers.md',
      'papers/why-tide-gauges-have-gaps-modems-not-gauges.md',
    ]);
    assert.match(
      recipe.note(papers[0] ?? ''),
      /\nyear: 2025\n[\s\S]*\*\*Findings:\*\*\n\n- With the old bearing .*\n- The run-down time .*\n$/,
    );
    const name = `papers/digests/digest-${new Date().toLocaleDateString('sv')}.md`;
    const isWhole = () =>
      recipe
        .asked('research-digest')
        .some(({ prompt }) => /Bearing[\s\S]*gaps|gaps[\s\S]*Bearing/.test(prompt));
    await until(
      () => recipe.noteNames().includes(name) && recipe.asked('research-digest').length > 0,
      'a digest',
    );
    assert.match(
      recipe.note(name),
      /^# Papers until .*\n\nTwo papers .*\n\n- \*\*Bearing wear .*\*\*: A two.*\n- \*\*Why tide .*\n\n## What they have to do with each other\n\n- Both .*\n$/,
    );
    const [first] = recipe.asked('research-digest');
    assert.doesNotMatch(first?.prompt ?? '', /wind tunnel between/, 'the notes are gathered, not the papers');
    assertCost('research', 'research-note', recipe);
    if (isWhole()) assertCost('research', 'research-digest', recipe);
    await came(daemon, 'research-digest', 'cancelled');
    await assertSettled(recipe, daemon);
  });
});

describe('the recipe git-journal', () => {
  it('has a line for each commit, also for those that are made while no daemon runs', async (t) => {
    const recipe = await install(t, 'git-journal');
    recipe.change('git-journal', 'gather: 2s', 'gather: 100ms');
    const git = (...args: string[]) =>
      execFileSync(
        'git',
        ['-c', 'user.name=Harbour Office', '-c', 'user.email=office@example.org', ...args],
        {
          cwd: recipe.watched,
          env: { PATH: process.env['PATH'], HOME: recipe.home.folder, GIT_CONFIG_NOSYSTEM: '1' },
          encoding: 'utf8',
        },
      ).trim();
    const commit = (words: string, ...args: string[]) => {
      git('commit', '-q', '--allow-empty', '-m', words, ...args);
      return git('rev-parse', '--short=8', 'HEAD');
    };
    git('init', '-q', '-b', 'main');
    const daemon = await recipe.start();
    const journal = `journal/${new Date().toLocaleDateString('sv')}.md`;
    const lines = () =>
      recipe.noteNames().includes(journal) ? (recipe.note(journal).match(/^- .*$/gm) ?? []) : [];
    const hashes = [commit('Tide table: a commit of one day')];
    await until(() => lines().length === 1, 'the first line');
    hashes.push(commit('Next high water'));
    git('checkout', '-q', '-b', 'gauges');
    hashes.push(commit('Next high water, also across midnight', '--amend'));
    await until(() => lines().length === 3, 'three lines');
    await daemon.end();
    hashes.push(commit('Written while nobody looked'));
    const later = await recipe.start();
    await until(() => lines().length === 4, 'four lines');
    assert.deepEqual(
      lines().map((line) => line.replace(/^- \d\d:\d\d watched /, '')),
      [
        `\`${hashes[0]}\` Tide table: a commit of one day`,
        `\`${hashes[1]}\` Next high water`,
        `\`${hashes[2]}\` Next high water, also across midnight`,
        `\`${hashes[3]}\` Written while nobody looked`,
      ],
    );
    assertCost('git-journal', 'git-journal', recipe);
    await assertSettled(recipe, later);
    assert.equal(recipe.server.prompts.length, 0);
  });

  it('reads the sample as its README says', async (t) => {
    const recipe = await install(t, 'git-journal');
    recipe.change('git-journal', 'gather: 2s', 'gather: 100ms');
    const daemon = await recipe.start();
    mkdirSync(join(recipe.watched, '.git', 'logs'), { recursive: true });
    appendFileSync(join(recipe.watched, '.git/logs/HEAD'), readFileSync(recipe.sample('HEAD')));
    await came(daemon, 'git-journal');
    const [name = ''] = recipe.noteNames();
    assert.match(
      recipe.note(name),
      /\n- \d\d:\d\d watched `5d1c2e90` Tide table of one day\n- \d\d:\d\d watched `a94f0b11` Next high water: also across midnight\n/,
    );
    assert.doesNotMatch(recipe.note(name), /moving from/);
    await daemon.end();
  });
});
