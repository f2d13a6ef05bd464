import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

  it('is told what was done where it covers nothing that is used', async () => {
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
