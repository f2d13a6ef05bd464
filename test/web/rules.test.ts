import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { copyRule } from '../support/daemon.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { type Dashboard, dashboard, drop, enter, eventually, goTo, settled } from './dashboard.ts';

describe('who writes rules in the dashboard', { skip: noBrowser }, () => {
  const endings: (() => unknown)[] = [];
  const t = { after: (ending: () => unknown) => void endings.push(ending) };
  let server: ModelServer;
  let house: Dashboard;
  let page: Page;

  before(async () => {
    server = await startModelServer(() => ({ title: 'Low tide', summary: 'The tide is low.' }));
    const [loaded, other] = [[{ id: 'test-model', config: { context_length: 131_072 } }], []];
    server.native = {
      models: [
        { type: 'llm', key: 'test-model', loaded_instances: loaded },
        { type: 'llm', key: ODD, loaded_instances: other },
      ],
    };
    t.after(() => server.stop());
    house = await dashboard(t as never, server.url, (home) => home.rule('copy', copyRule(home)));
    ({ page } = await newPage(t, { viewport: { width: 1280, height: 800 } }));
    await enter(page, (await house.client.invite()).url, '#/rules');
    drop(house.home, 'tide.md', 'The tide is low at noon.');
    await house.daemon.reached('done', 1);
  });
  after(async () => {
    await closeBrowser();
    for (const ending of endings.reverse()) await ending();
  });

  const show = async (place: string) => {
    await goTo(page, place);
    await settled(page);
  };
  const main = () => page.getByRole('main');
  const button = (name: string | RegExp) => main().getByRole('button', { name });
  const rules = () => readdirSync(join(house.home.folder, 'rules')).sort();
  const textOf = (name: string) => page.getByLabel(`The text of ${name}`);
  const fileOf = (name: string) => join(house.home.folder, 'rules', `${name}.md`);
  const focused = () => page.evaluate<string>('document.activeElement.tagName');
  const selected = () =>
    page.evaluate<string>(
      '(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(document.activeElement)',
    );
  const rulesLink = () =>
    page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /Rules/ });

  it('makes a new one: with a name that is free, tried on what happened, and written when it is saved', async () => {
    await show('#/rules');
    await button('New rule').click();
    const dialog = page.getByRole('dialog', { name: 'A new rule' });
    const field = dialog.getByRole('textbox');
    for (const [name, why] of [
      ['', /Give it a name/],
      ['../up', /letters a–z/],
      ['Copy', /There is a rule copy already/],
      ['request', /means something else/],
    ] as const) {
      await field.fill(name);
      await dialog.getByRole('button', { name: 'Begin' }).click();
      await dialog.getByText(why).waitFor();
    }
    await field.fill('summaries');
    await page.keyboard.press('Enter');
    await textOf('summaries').waitFor();
    assert.equal(await page.evaluate<string>('document.activeElement.tagName'), 'H1');
    await main().getByText('good', { exact: true }).waitFor();
    await button('Dry run of what you wrote').click();
    await main().getByText('would ask about').waitFor();
    assert.deepEqual([rules(), house.home.noteNames()], [['copy.md'], ['tide.md']]);

    await button('Save').click();
    await page.locator('.notices').getByText('Saved').waitFor();
    assert.deepEqual(rules(), ['copy.md', 'summaries.md']);
    await main().getByText('in force', { exact: true }).waitFor();
    drop(house.home, 'later.md', 'It rises.');
    await house.daemon.reached('proposed', 1);
    const last = main().getByRole('listitem').filter({ hasText: 'later.md' });
    await last.getByText('Low tide').waitFor();
    await show('#/rules');
    const row = main().getByRole('listitem').filter({ hasText: 'copy' });
    await row.getByText('matched').waitFor();
    assert.match(await row.innerText(), /matched\s+2\s+done\s+2\s+open\s+0/);
  });

  it('is not let write over a rule that somebody else has made meanwhile', async () => {
    await show('#/rules/mine');
    await main().getByText('may have been renamed or deleted').waitFor();
    await button('Make a rule of this name').click();
    await textOf('mine').waitFor();
    const theirs = copyRule(house.home).replace('.name }}', '.name }}.theirs');
    writeFileSync(join(house.home.folder, 'rules', 'mine.md'), theirs);
    await main().getByText('good', { exact: true }).waitFor();
    await button('Save').click();
    await main().getByText('The file was changed meanwhile').waitFor();
    assert.equal(readFileSync(join(house.home.folder, 'rules', 'mine.md'), 'utf8'), theirs);
    await button('Take the one that is there').click();
    assert.equal(await textOf('mine').inputValue(), theirs);
  });

  it('sees at once what somebody else writes into an open file, and stands where they stood', async () => {
    await show('#/rules/copy');
    const text = await textOf('copy').inputValue();
    const at = text.indexOf('Say it again');
    await textOf('copy').focus();
    await page.evaluate(`document.activeElement.setSelectionRange(${at}, ${at + 3})`);
    const theirs = text.replace('---\n', '---\n# Theirs.\n');
    writeFileSync(fileOf('copy'), theirs);
    await page.locator('.notices').getByText('was changed elsewhere').waitFor();
    assert.equal(await textOf('copy').inputValue(), theirs);
    assert.equal(await selected(), 'Say');
    await button('Saved').waitFor();
    await button('Dry run').waitFor();
    await page.keyboard.type('Tell');
    await button('Save').click();
    await button('Saved').waitFor();
    assert.equal(readFileSync(fileOf('copy'), 'utf8'), theirs.replace('Say', 'Tell'));
  });

  it('is shown that a file was changed while they wrote, goes back to what it holds, and has theirs back', async () => {
    await show('#/rules/copy');
    const text = await textOf('copy').inputValue();
    const [mine, theirs] = [`${text}Mine.\n`, `${text}Theirs.\n`];
    await textOf('copy').fill(mine);
    writeFileSync(fileOf('copy'), theirs);
    await main().getByText('The file was changed meanwhile').waitFor();
    await button('Go on editing').press('Enter');
    await eventually(async () => (await focused()) === 'TEXTAREA', 'the text takes the focus');
    assert.equal(await textOf('copy').inputValue(), mine);
    await button('Discard changes').press('Enter');
    await button('Saved').waitFor();
    assert.equal(await textOf('copy').inputValue(), theirs);
    await eventually(async () => (await focused()) === 'TEXTAREA', 'the text takes the focus');
    assert.doesNotMatch((await rulesLink().textContent()) ?? '', /not saved/);

    await button('Have it back').click();
    assert.equal(await textOf('copy').inputValue(), mine);
    await main().getByText('The file was changed meanwhile').waitFor();
    await button('Take the one that is there').click();
    assert.equal(await textOf('copy').inputValue(), theirs);
    await button('Have it back').click();
    assert.equal(await textOf('copy').inputValue(), mine);
    await button('Save mine over it').click();
    await button('Saved').waitFor();
    assert.equal(readFileSync(fileOf('copy'), 'utf8'), mine);
    assert.equal(await button('Have it back').count(), 0);
  });

  it('is told that a text is saved where the answer was lost, and when it is saved once more', async (t) => {
    await show('#/rules/copy');
    const text = await textOf('copy').inputValue();
    let puts = 0;
    let isRead = true;
    await page.route('**/v1/rules/copy', async (route) => {
      if (route.request().method() === 'GET') return isRead ? route.continue() : route.abort();
      puts += 1;
      if (puts === 3) isRead = true;
      const response = await route.fetch();
      return puts < 3 ? route.abort() : route.fulfill({ response });
    });
    t.after(() => page.unrouteAll());

    await textOf('copy').fill(`${text}Once.\n`);
    await button('Save').click();
    await button('Saved').waitFor();
    assert.match(readFileSync(fileOf('copy'), 'utf8'), /Once/);
    assert.doesNotMatch((await rulesLink().textContent()) ?? '', /not saved/);

    isRead = false;
    await textOf('copy').fill(`${text}Twice.\n`);
    await button('Save').click();
    await eventually(() => puts === 2, 'it was sent');
    await main().locator('.button:enabled', { hasText: 'Save' }).click();
    await button('Saved').waitFor();
    assert.equal(puts, 3);
    assert.equal(await main().getByText('meanwhile').count(), 0);
    assert.match(readFileSync(fileOf('copy'), 'utf8'), /Twice/);
  });

  it('sees every character of the names of models that are offered', async () => {
    await show('#/rules/copy');
    await main().getByRole('option', { name: 'lmstudio/bill ‹U+202E›fdp' }).waitFor({ state: 'attached' });
  });

  it('can save what they wrote where the file was deleted meanwhile', async () => {
    await show('#/rules/summaries');
    const text = await textOf('summaries').inputValue();
    await textOf('summaries').fill(`${text}Mine.\n`);
    unlinkSync(fileOf('summaries'));
    await main().getByText('The file was deleted meanwhile').waitFor();
    await button('Save mine').click();
    await button('Saved').waitFor();
    assert.equal(readFileSync(fileOf('summaries'), 'utf8'), `${text}Mine.\n`);
  });

  it('finds again what was not saved, is told of it in the menu, and asked before it is lost', async () => {
    await show('#/rules/copy');
    const text = await textOf('copy').inputValue();
    await textOf('copy').fill(`${text}Mine.\n`);
    await show('#/machine');
    assert.match((await rulesLink().textContent()) ?? '', /not saved yet: copy/);
    await show('#/rules');
    await main().getByText('changes are not saved').waitFor();
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await show('#/rules/copy');
    assert.equal(await textOf('copy').inputValue(), `${text}Mine.\n`);
    await button('Discard changes').click();
    assert.doesNotMatch((await rulesLink().textContent()) ?? '', /not saved/);
    assert.equal(readFileSync(join(house.home.folder, 'rules', 'copy.md'), 'utf8'), text);

    await show('#/rules/passing');
    await button('Make a rule of this name').click();
    await textOf('passing').waitFor();
    await show('#/rules');
    await main().getByText('not saved yet').waitFor();
    await main().getByRole('link', { name: 'passing' }).click();
    await button('Discard it').click();
    await page.getByRole('heading', { level: 1, name: 'Rules' }).waitFor();
    assert.equal(await main().getByText('not saved yet').count(), 0);
    assert.ok(!existsSync(join(house.home.folder, 'rules', 'passing.md')));
  });

  it('is told where an address leads nowhere, and what there is instead', async () => {
    await show('#/rules/nope');
    await main().getByText('No rule has this name').waitFor();
    await main().getByRole('link', { name: 'summaries' }).waitFor();
    await show('#/rules/..%2f');
    assert.equal(await button('Make a rule of this name').count(), 0);
    await show('#/wat');
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
    await main().getByText('wat', { exact: true }).waitFor();
  });

  it('is shown what is not saved where the session ends, and goes on with it where another link is opened', async () => {
    await show('#/inbox');
    await page.locator('button:enabled', { hasText: 'Reject' }).waitFor();
    await page.keyboard.press('e');
    const instead = page.getByLabel('What is written in its place');
    await instead.fill('# In its place\n');
    await show('#/rules/copy');
    const text = await textOf('copy').inputValue();
    const mine = `${text}Mine.\n`;
    await textOf('copy').fill(mine);
    await house.client.revokeTokens({ which: 'dashboard' });
    await page.getByText('This session has ended').waitFor();
    assert.equal(await page.getByLabel('The rule copy', { exact: true }).inputValue(), mine);
    const proposed = page.getByRole('textbox', { name: /^In place of what thought [\w-]+ proposed$/ });
    assert.equal(await proposed.inputValue(), '# In its place\n');
    assert.equal(await page.getByRole('button', { name: /^Copy (The rule|In place)/ }).count(), 2);
    await eventually(async () => (await focused()) === 'H1', 'the heading takes the focus');

    const { url } = await house.client.invite();
    await page.goto(url);
    await textOf('copy').waitFor();
    assert.match(page.url(), /#\/rules\/copy$/);
    assert.equal(await textOf('copy').inputValue(), mine);
    await page.goto(url);
    await page.getByText('For another link').waitFor();
    assert.doesNotMatch(page.url(), /code/);
    assert.equal(await page.getByLabel('The rule copy', { exact: true }).inputValue(), mine);
    await page.goto((await house.client.invite()).url);
    await textOf('copy').waitFor();
    writeFileSync(fileOf('copy'), `${text}Theirs.\n`);
    await main().getByText('The file was changed meanwhile').waitFor();
    await button('Discard changes').click();
    await show('#/inbox');
    assert.equal(await instead.inputValue(), '# In its place\n');
    await button('Begin again from what is proposed').click();
  });

  it('is told what was done where it covers nothing that is used', async () => {
    await eventually(() => page.evaluate<boolean>(DISMISSED), 'what was said before is gone');
    for (const size of [
      { width: 1280, height: 800 },
      { width: 900, height: 500 },
      { width: 360, height: 740 },
    ]) {
      await page.setViewportSize(size);
      await show('#/rules/copy');
      const pressed = button(/^(Pause|Resume)$/);
      await pressed.click();
      const notice = page.locator('.notice').last();
      await notice.waitFor();
      const used =
        size.width > 800 ? [main(), page.locator('.nav .foot'), page.locator('.nav nav')] : [pressed];
      for (const each of used) assert.equal(overlap(await notice.boundingBox(), await each.boundingBox()), 0);
      await notice.getByRole('button', { name: 'Dismiss' }).click();
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('is told again what is wrong with a text once the daemon is back', async () => {
    await show('#/rules/copy');
    await main().getByText('good', { exact: true }).waitFor();
    await house.daemon.end('SIGKILL');
    await main().getByText('It is not checked').waitFor();
    const text = await textOf('copy').inputValue();
    await textOf('copy').fill(text.replace('settle:', 'setle:'));
    await house.restart();
    await eventually(
      async () => (await main().getByText('It would be refused').count()) > 0,
      'it is checked',
    );
    await main().getByText('did you mean').waitFor();
  });
});

/** A name that turns round what stands after its first word. */
const ODD = 'bill \u202efdp';

/** Takes one notice away; whether there are no more. */
const DISMISSED = `
  document.querySelector('.notice [aria-label=Dismiss]')?.click();
  document.querySelector('.notice') === null;
`;

type Box = { x: number; y: number; width: number; height: number } | null;

/** Square pixels that two boxes share. */
function overlap(one: Box, other: Box): number {
  if (one === null || other === null) throw new Error('it is not drawn');
  const shared = (from: 'x' | 'y', size: 'width' | 'height') =>
    Math.max(
      0,
      Math.min(one[from] + one[size], other[from] + other[size]) - Math.max(one[from], other[from]),
    );
  return Math.round(shared('x', 'width') * shared('y', 'height'));
}
