import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { closeBrowser, noBrowser } from './browser.ts';
import { type Dashboard, dashboard, drop, eventually, goTo } from './dashboard.ts';

describe('the inbox of the dashboard', { skip: noBrowser }, () => {
  const endings: (() => unknown)[] = [];
  const t = { after: (ending: () => unknown) => void endings.push(ending) } as TestContext;
  let server: ModelServer;
  let house: Dashboard;
  let page: Page;

  before(async () => {
    server = await startModelServer();
    t.after(() => server.stop());
    house = await dashboard(t, server.url, ({ rule, inbox, notes }) =>
      rule(
        'propose',
        `---
on: { file: { paths: ["${inbox}/*.md"], settle: 50ms } }
outputs: [{ write: "${notes}/{{ event.name }}", body: "{{ answer }}", approve: true }]
---
{{ file.text }}
`,
      ),
    );
    ({ page } = await house.open('#/inbox'));
  });
  after(async () => {
    await closeBrowser();
    for (const ending of endings.reverse()) await ending();
  });
  beforeEach(async () => {
    for (const { thought, position } of await house.client.proposals(null))
      await house.client.reject(thought, position);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await goTo(page, '#/queue');
    await page.getByRole('heading', { level: 1, name: 'Queue' }).waitFor();
    await goTo(page, '#/inbox');
    await page.getByText('Nothing waits for you').waitFor();
  });

  const note = (name: string) => join(house.home.notes, name);
  /** Lets things be proposed, one after the other. */
  async function propose(...names: string[]): Promise<void> {
    for (const name of names) {
      const before = (await house.client.proposals(null)).length;
      drop(house.home, name, `About ${name}`);
      await eventually(
        async () => (await house.client.proposals(null)).length > before,
        `${name} is proposed`,
      );
    }
    await page.getByText(`1 of ${names.length}`, { exact: true }).waitFor();
  }
  const approveButton = () => page.getByRole('button', { name: /^Approve/ });
  const canDecide = () => page.locator('button:enabled', { hasText: 'Reject' }).waitFor();
  const looksAt = (name: string) => page.locator('.proposal-row.selected', { hasText: name }).waitFor();
  const said = (words: RegExp) => page.locator('.notices').getByText(words).first().waitFor();

  it('shows what is proposed while it is looked at', async () => {
    await propose('live-a.md', 'live-b.md');
    await looksAt('live-a.md');
  });

  it('moves nobody on who has gone on while an approval was under way, and takes no text for keys', async () => {
    await propose('slow-a.md', 'slow-b.md', 'slow-c.md');
    const held = Promise.withResolvers<void>();
    await page.route('**/approve', async (route) => {
      await held.promise;
      await route.continue();
    });
    await canDecide();
    await page.keyboard.press('a');
    await page.keyboard.press('j');
    await looksAt('slow-b.md');
    await canDecide();
    await page.keyboard.press('e');
    const field = page.getByLabel('What is written in its place');
    await field.waitFor();
    held.resolve();
    await eventually(() => existsSync(note('slow-a.md')), 'the first is written');
    await page.getByText('1 of 2', { exact: true }).waitFor();
    await page.keyboard.type('a r j');
    assert.match(await field.inputValue(), /a r j/);
    await looksAt('slow-b.md');
    assert.equal((await house.client.proposals(null)).length, 2);

    // The field is taken away under the hands of who types.
    const [mine] = await house.client.proposals(null);
    await house.client.reject(mine?.thought ?? '', mine?.position ?? 0);
    await page.locator('.decision').getByText('It waits no more').waitFor();
    await page.keyboard.type('jjaar');
    await page.getByText('What you wrote in its place').waitFor();
    assert.equal((await house.client.proposals(null)).length, 1);
    await page.getByRole('button', { name: 'Discard it' }).click();
    await page.getByText('What you wrote in its place').waitFor({ state: 'detached' });
  });

  it('keeps what was written where the file has changed meanwhile, and says that nothing was approved', async () => {
    await propose('edit.md');
    await canDecide();
    await page.keyboard.press('e');
    const field = page.getByLabel('What is written in its place');
    await field.fill('my long work\n');
    // From here on the place is taken: it would be another file.
    writeFileSync(note('edit.md'), 'changed by another\n');
    await page.keyboard.press('Control+Enter');
    await said(/Not approved: .*edit\.md: it had changed/);
    await page.getByText('This is how it stands now').waitFor();
    assert.equal(await field.inputValue(), 'my long work\n');
    assert.equal(readFileSync(note('edit.md'), 'utf8'), 'changed by another\n');
    await page.getByRole('main').getByText('edit-2.md').first().waitFor();
    await page.locator('button:enabled', { hasText: 'Approve my version' }).click();
    await eventually(() => existsSync(note('edit-2.md')), 'it is written');
    assert.equal(readFileSync(note('edit-2.md'), 'utf8'), 'my long work\n');
    assert.equal(readFileSync(note('edit.md'), 'utf8'), 'changed by another\n');
    await said(/Done: write edit-2\.md/);
  });

  it('says what came of an edited approval whose answer was lost', async () => {
    await propose('lost.md');
    await page.route('**/approve', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await canDecide();
    await page.keyboard.press('e');
    await page.getByLabel('What is written in its place').fill('mine\n');
    await page.keyboard.press('Control+Enter');
    await eventually(() => existsSync(note('lost.md')), 'it is written');
    await page.getByText('What you wrote in its place, and was applied').waitFor();
  });

  it('says by name what was not rejected, since somebody else has approved it', async () => {
    await propose('both.md');
    await canDecide();
    await page.keyboard.press('r');
    await page.getByText('Nothing waits for you').waitFor();
    const [row] = await house.client.proposals(null);
    const { digest } = await house.client.proposal(row?.thought ?? '', row?.position ?? 0);
    await house.client.approve(row?.thought ?? '', row?.position ?? 0, { digest: digest ?? '' });
    await said(/Not rejected: write .*both\.md/);
    assert.equal(await page.getByText(/^Rejected/).count(), 0);
  });

  it('lets each rejection be taken back as long as it runs, whatever was decided since', async () => {
    await propose('take-a.md', 'take-b.md');
    await canDecide();
    await page.keyboard.press('r');
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await canDecide();
    await page.keyboard.press('a');
    await page.getByText('Approved: write take-b.md').waitFor();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await looksAt('take-a.md');
    assert.deepEqual(
      (await house.client.proposals(null)).map(({ target }) => target),
      [note('take-a.md')],
    );
  });

  it('lets nobody approve what is not shown whole', async () => {
    server.answer = () => Array.from({ length: 3000 }, (_, line) => `line ${line}`).join('\n');
    await propose('long.md');
    await page.getByText('once all of its lines are shown').waitFor();
    await canDecide();
    assert.equal(await approveButton().isDisabled(), true);
    await page.keyboard.press('a');
    await page.getByRole('button', { name: /more lines: show/ }).click();
    await page.getByText('line 2999').waitFor();
    await page.locator('button:enabled', { hasText: 'Approve' }).waitFor();
    assert.equal(existsSync(note('long.md')), false);
    await page.keyboard.press('a');
    await eventually(() => existsSync(note('long.md')), 'it is written');
  });

  it('reads what could not be read once the daemon is back', async () => {
    server.answer = () => 'short';
    await propose('away-a.md', 'away-b.md');
    await page.route('**/v1/proposals/**', (route) => route.abort());
    await page.keyboard.press('j');
    await page.getByText('the daemon does not answer').first().waitFor();
    await page.unrouteAll();
    await house.daemon.end('SIGKILL');
    await page.getByText('reconnecting').first().waitFor();
    await house.restart();
    await canDecide();
    await looksAt('away-b.md');
  });
});
