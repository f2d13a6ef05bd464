import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { ThoughtState } from '../../src/contract/thought.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { enter, eventually, goTo, settled } from './dashboard.ts';
import { type LivedIn, livedIn } from './lived-in.ts';

describe('a person at the dashboard', { skip: noBrowser }, () => {
  const endings: (() => unknown)[] = [];
  const t = { after: (ending: () => unknown) => void endings.push(ending) };
  let house: LivedIn;
  let page: Page;
  let errors: string[];

  before(async () => {
    house = await livedIn(t);
    ({ page, errors } = await newPage(t, { viewport: { width: 1280, height: 900 } }));
    await enter(page, (await house.client.invite()).url, '#/');
  });
  after(async () => {
    await closeBrowser();
    for (const ending of endings.reverse()) await ending();
  });

  const show = async (place: string) => {
    await goTo(page, place);
    await settled(page);
  };
  const button = (name: string | RegExp) => page.getByRole('main').getByRole('button', { name });
  const canDecide = () => page.locator('button:enabled', { hasText: 'Reject' }).waitFor();
  const said = (words: string | RegExp) => page.locator('.notices').getByText(words).first().waitFor();
  const thoughts = async (rule: string, state?: ThoughtState) =>
    (await house.client.thoughts({ rule, ...(state === undefined ? {} : { state }), limit: 100 })).items;
  const rulesFile = (name: string) => join(house.folder, 'rules', `${name}.md`);

  it('has a code that is gone from the address, and nothing of theirs kept in the browser', async () => {
    assert.doesNotMatch(page.url(), /code/);
    const kept = await page.evaluate<number[]>(
      '[localStorage.length, sessionStorage.length, document.cookie.length]',
    );
    assert.deepEqual(kept, [0, 0, 0]);
    assert.equal(await page.evaluate<number>('history.length'), 2, 'no step back to the code');
  });

  it('sees what is held and why, what is thought word by word, and pauses everything', async () => {
    await show('#/');
    await page.getByText('does not answer', { exact: false }).first().waitFor();
    const running = page.locator('.thing', { hasText: 'mooring-lease-berth-14.txt' });
    await running.getByText('{"title"', { exact: false }).waitFor();
    await running.getByText('lmstudio/local-model').waitFor();
    house.goOn(20);
    await page.getByText('Harbourlight Port Authority', { exact: false }).first().waitFor();
    await button('Pause everything').first().click();
    await said(/Paused/);
    await eventually(
      async () => (await house.client.status()).holds.some(({ what }) => what === 'all'),
      'paused',
    );
    await page.getByText(/Everything (is|has been) paused/).waitFor();
    await page.getByText('it goes on when you resume', { exact: false }).waitFor();
    assert.equal(await button(/^Resume/).count(), 1, 'one way to resume');
    await button('Resume everything').first().click();
    await said('Thinking goes on');
    await page.getByText(/Everything (is|has been) paused/).waitFor({ state: 'detached' });
  });

  it('finds thoughts, and looks at the whole way of one', async () => {
    await show('#/thoughts');
    await page.getByLabel('State').selectOption('dead');
    await page.getByText('junit.xml').first().waitFor();
    assert.equal(await page.getByRole('main').getByText('fernwaerme-brief.txt').count(), 0);
    await button('Clear').click();
    await page.getByRole('searchbox', { name: 'Search' }).fill('Grundpreis');
    await page.getByText('junit.xml').first().waitFor({ state: 'detached' });
    await page
      .getByRole('main')
      .getByRole('link', { name: /fernwaerme-brief/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'fernwaerme-brief.txt' }).waitFor();
    const text = await page.getByRole('main').innerText();
    for (const step of ['Perceived', 'Matched', 'Captured', 'Asked', 'Attempt 1', 'Answered', 'Outputs'])
      assert.ok(text.includes(step), step);
    for (const begins of ['Stadtwerke Lindenförde', 'You file documents.'])
      assert.ok(text.includes(begins), begins);
    const end = page.getByText('Grundpreis', { exact: false });
    const all = button(/^Show all/).first();
    const shown = await end.count();
    await all.press('Enter');
    await eventually(async () => (await end.count()) > shown, 'all of the text is shown');
    assert.equal(await page.evaluate<string>('document.activeElement.textContent'), 'Show less');
    await show('#/rules/inbox');
    assert.deepEqual(await page.evaluate(LIGATURES), ['none'], 'each sign stands for itself');
  });

  it('sees what was written as changes of its files, and what is not kept is said', async () => {
    const [tidied] = await thoughts('notes-tidy', 'done');
    await show(`#/thoughts/${tidied?.id}`);
    const changes = page.getByRole('figure', { name: /^Changes of .*2026-03-12\.md$/ });
    await changes.locator('.plus', { hasText: 'summary:' }).first().waitFor();
    await changes.first().getByText('weather: wind from the west').first().waitFor();
    const proposed = (await thoughts('inbox', 'proposed')).at(-1);
    await show(`#/thoughts/${proposed?.id}`);
    const added = page.getByRole('figure', { name: /^Changes of .*fernwarme.*\.md$/ });
    await added.getByText('A new file').waitFor();
    assert.equal(await added.locator('tr').first().locator('.diff-number').count(), 1);
    await page.getByText('only what was appended is kept').waitFor();
    await page
      .getByRole('figure', { name: /index\.md$/ })
      .getByText('Added to what was there')
      .waitFor();
    assert.equal(await page.getByText('its rule asks for your approval').count(), 1);
    await page.getByText('→').waitFor();
    // No figure says less than where its text begins: what counts the lines stands above them.
    const [counts, line] = await Promise.all(
      ['.diff-counts', 'td'].map((of) => added.locator(of).first().boundingBox()),
    );
    assert.ok((counts?.y ?? 0) + (counts?.height ?? 0) <= (line?.y ?? 0));
  });

  it('compares models on it, without anything being written', async () => {
    const [proposed] = await thoughts('inbox', 'proposed');
    await show(`#/thoughts/${proposed?.id}`);
    await button('Compare models').click();
    await page.getByRole('checkbox', { name: 'lmstudio/test-model' }).check();
    await page.getByRole('checkbox', { name: 'builtin/extract' }).check();
    await button('Compare').last().click();
    const table = page.getByRole('table', { name: 'What each model made of it' });
    await eventually(async () => (await table.getByText('answered').count()) === 2, 'both have answered');
    await table.getByText('tokens a second').waitFor();
    const focused = () => page.evaluate<string>('document.activeElement.tagName');
    assert.equal(await focused(), 'BUTTON', 'the focus stays where it began');
    await button('Close').press('Enter');
    await table.waitFor({ state: 'detached' });
    await eventually(async () => (await focused()) === 'H1', 'the heading takes the focus');
    assert.deepEqual((await thoughts('inbox', 'proposed')).length, 3);
  });

  it('sees the words of a broken answer beside a good one, and which model is never the best', async () => {
    const [dead] = await thoughts('watch-tests', 'dead');
    await show(`#/thoughts/${dead?.id}`);
    await button('Compare models').click();
    await page.getByRole('checkbox', { name: 'lmstudio/test-model' }).check();
    await page.getByRole('checkbox', { name: 'builtin/extract' }).check();
    await button('Compare').last().click();
    const table = page.getByRole('table', { name: 'What each model made of it' });
    await table.getByText('because the day is not carried over').first().waitFor();
    await table.getByText('broken').first().waitFor();
    await table.getByText('answered').waitFor();
    assert.equal(await table.locator('.best').count(), 0);
    await button('Close').click();
  });

  it('retries what was given up, and cancels what is held', async () => {
    const [dead] = await thoughts('watch-tests', 'dead');
    house.server.answer = () => 'x';
    await show(`#/thoughts/${dead?.id}`);
    await button('Retry').click();
    await said(/thought about again/);
    await eventually(
      async () => ((await thoughts('watch-tests', 'dead'))[0]?.id ?? '') === dead?.id,
      'given up again',
    );
    const [held] = await thoughts('research-note', 'ready');
    await show(`#/thoughts/${held?.id}`);
    await button('Cancel').click();
    await said(/cancelled/);
    assert.equal((await house.client.thought(held?.id ?? '')).state, 'cancelled');
  });

  it('takes back what a thought has written', async () => {
    const [tidied] = await thoughts('notes-tidy', 'done');
    const note = join(house.folder, 'Notes', '2026-03-12.md');
    assert.match(readFileSync(note, 'utf8'), /summary:/);
    await show(`#/thoughts/${tidied?.id}`);
    await button(/Undo/).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await dialog.getByText('undone').first().waitFor();
    assert.doesNotMatch(readFileSync(note, 'utf8'), /summary:/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const taken = page.getByRole('listitem').filter({ hasText: 'Taken back' });
    await taken.locator('time').waitFor();
  });

  it('decides with the keyboard: looks, edits, approves, takes back, and rejects', async () => {
    await show('#/inbox');
    const heading = page.getByRole('main').getByText('reviews/', { exact: false }).first();
    await heading.waitFor();
    await page.keyboard.press('j');
    await page.getByText('2 of 4', { exact: true }).waitFor();
    await page.keyboard.press('k');
    await page.getByText('1 of 4', { exact: true }).waitFor();
    await canDecide();
    await page.keyboard.press('e');
    await page.getByLabel('What is written in its place').fill('# My own words\n');
    await show('#/queue');
    await show('#/inbox');
    const field = page.getByLabel('What is written in its place');
    await field.waitFor();
    assert.equal(await field.inputValue(), '# My own words\n', 'what was written is there again');
    await button(/Approve my version/).click();
    await eventually(async () => (await house.client.proposals(null)).length === 3, 'one less waits');
    const review = join(house.folder, 'Notes', 'reviews', 'gauge-py.md');
    await eventually(() => existsSync(review), 'the review is written');
    assert.equal(readFileSync(review, 'utf8'), '# My own words\n');
    await page.getByText('1 of 3', { exact: true }).waitFor();
    assert.notEqual(await page.evaluate<string>('document.activeElement.tagName'), 'BODY');
    await page.keyboard.press('u');
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await eventually(() => !existsSync(review), 'it is taken back');
    await page.keyboard.press('Escape');

    await canDecide();
    await page.keyboard.press('r');
    await page.getByText('1 of 2', { exact: true }).waitFor();
    await page.keyboard.press('u');
    await page.getByText('1 of 3', { exact: true }).waitFor();
    assert.equal((await house.client.proposals(null)).length, 3, 'nothing is rejected');
    await canDecide();
    await page.keyboard.press('r');
    await page.getByText('1 of 2', { exact: true }).waitFor();
    await show('#/queue');
    await eventually(async () => (await house.client.proposals(null)).length === 2, 'one less waits');
  });

  it('decides nothing by a key that is pressed twice', async () => {
    await show('#/inbox');
    const [first, second] = await house.client.proposals(null);
    await page.getByText('1 of 2', { exact: true }).waitFor();
    await canDecide();
    await page.evaluate(PRESS_AS_SOON_AS_SHOWN);
    await page.keyboard.press('a');
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await eventually(async () => (await page.evaluate<number>('window.pressed')) === 1, 'they were pressed');
    await settled(page);
    await canDecide();
    await eventually(() => existsSync(first?.target ?? ''), 'the document is filed');
    assert.deepEqual(
      (await house.client.proposals(null)).map(({ thought }) => thought),
      [second?.thought],
    );
    assert.equal(existsSync(second?.target ?? ''), false);
  });

  it('goes on looking at what was decided elsewhere, and is told so', async () => {
    await canDecide();
    const [waiting] = await house.client.proposals(null);
    await page.keyboard.press('?');
    await page.getByRole('checkbox', { name: 'Single keys act' }).uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await house.client.reject(waiting?.thought ?? '', waiting?.position ?? 0);
    await page.getByText('It waits no more', { exact: false }).last().waitFor();
    await page.getByRole('main').getByText('denied').first().waitFor();
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('checkbox', { name: 'Single keys act' }).check();
    await page.keyboard.press('Escape');
    assert.equal(existsSync(waiting?.target ?? ''), false, 'with keys off, none approves');
  });

  it('pauses a rule, mends another while it is checked, tries it on what happened, and saves it', async () => {
    await show('#/rules/watch-errors');
    await button('Pause').click();
    await said(/is paused/);
    await button('Resume').click();
    await said(/goes on/);
    await show('#/rules/weekly-review');
    await page.getByText('did you mean', { exact: false }).first().waitFor();
    const field = page.getByLabel('The text of weekly-review');
    await field.fill((await field.inputValue()).replace('evry: 7d', 'every: 7d'));
    await button('Save').click();
    await said(/Saved/);
    assert.match(readFileSync(rulesFile('weekly-review'), 'utf8'), /every: 7d/);
    await eventually(
      async () =>
        (await house.client.rules()).find(({ name }) => name === 'weekly-review')?.state === 'in-force',
      'it is in force',
    );
    await show('#/rules/code-review');
    const review = page.getByLabel('The text of code-review');
    await review.fill((await review.inputValue()).replace('At most five findings', 'At most two findings'));
    await button('Dry run of what you wrote').click();
    await page.getByText('would', { exact: false }).first().waitFor();
    assert.doesNotMatch(readFileSync(rulesFile('code-review'), 'utf8'), /At most two/);
  });

  it('loses nothing where somebody else has changed the file meanwhile', async () => {
    await show('#/rules/notes-tasks');
    const field = page.getByLabel('The text of notes-tasks');
    const text = await field.inputValue();
    const { etag } = await house.client.rule('notes-tasks');
    await house.client.saveRule({ name: 'notes-tasks', text: `${text}\nTheirs.\n`, known: [etag] });
    await field.fill(`${text}\nMine.\n`);
    await button('Save').click();
    await page.getByText('The file was changed meanwhile').waitFor();
    assert.match(readFileSync(rulesFile('notes-tasks'), 'utf8'), /Theirs/);
    await button('Save mine over it').click();
    await eventually(() => /Mine/.test(readFileSync(rulesFile('notes-tasks'), 'utf8')), 'mine is there');
  });

  it('looks at the machine, and finds a process', async () => {
    await show('#/machine');
    await page.getByLabel('Search processes').fill('consciousness');
    await page
      .getByRole('table', { name: 'Processes' })
      .getByText('consciousness', { exact: false })
      .first()
      .waitFor();
    await button('Tree').click();
    await page.getByRole('radio', { name: '7 d' }).check({ force: true });
    await settled(page);
  });

  it('replays dead letters, one and all, and cancels what is ready, in the queue', async () => {
    await show('#/queue');
    await page.getByText('junit.xml').first().waitFor();
    await button('Replay this thought').click();
    await said(/1 thought replayed/);
    await eventually(async () => (await thoughts('watch-tests', 'dead')).length === 1, 'given up again');

    await button('Replay all 1').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay all' }).click();
    await eventually(async () => (await thoughts('watch-tests', 'dead')).length === 1, 'given up again');
    await page.getByRole('radio', { name: 'ready' }).check({ force: true });
    await page.getByText('.pdf', { exact: false }).first().waitFor();
    await button('Cancel this thought').first().click();
    await eventually(async () => (await thoughts('research-note', 'ready')).length === 0, 'nothing is ready');
  });

  it('finds a setting, and where it comes from', async () => {
    await show('#/settings');
    await page.getByLabel('Search settings').fill('slots');
    await page.getByText('config.yaml', { exact: false }).first().waitFor();
    assert.doesNotMatch(await page.getByRole('main').innerText(), /debounce_seconds/);
  });

  it('goes everywhere by keys, changes the theme, and is told which keys there are', async () => {
    await page.getByRole('heading', { level: 1 }).click();
    for (const [key, title] of [
      ['t', 'Thoughts'],
      ['i', 'Inbox'],
      ['r', 'Rules'],
      ['m', 'Machine'],
      ['q', 'Queue'],
      ['s', 'Settings'],
      ['n', 'Now'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    const scheme = () => page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme');
    await page.getByRole('radio', { name: 'dark' }).check({ force: true });
    assert.equal(await scheme(), 'dark');
    await page.getByRole('radio', { name: 'light' }).check({ force: true });
    assert.equal(await scheme(), 'light');
  });

  it('is told how to come back once their session is revoked', async () => {
    await house.client.revokeTokens({ which: 'dashboard' });
    await page.getByText('This session has ended', { exact: false }).waitFor();
    await page.getByText('consciousness open').waitFor();
    house.goOn();
    assert.deepEqual(
      errors.filter(
        (error) =>
          !/status of (401|409|412|422)|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED/.test(
            error,
          ),
      ),
      [],
    );
  });
});

/** Which ligatures there are anywhere on the page. */
const LIGATURES =
  "[...new Set([...document.querySelectorAll('body, body *')].map((each) => getComputedStyle(each).fontVariantLigatures))]";

/** Presses keys that decide, once, when the next proposal is there to be decided on. */
const PRESS_AS_SOON_AS_SHOWN = `
  window.pressed = 0;
  new MutationObserver((changes, observer) => {
    const isNext = document.querySelector('.proposals-walk').textContent.includes('1 of 1');
    if (!isNext || document.querySelector('.decide') === null) return;
    observer.disconnect();
    const press = () => {
      window.pressed += 1;
      for (const key of ['a', 'r']) document.dispatchEvent(new KeyboardEvent('keydown', { key }));
    };
    requestAnimationFrame(() => setTimeout(press));
  }).observe(document.querySelector('.inbox-page'), { childList: true, subtree: true, characterData: true });
`;
