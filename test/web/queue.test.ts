import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { copyRule } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { closeBrowser, noBrowser } from './browser.ts';
import { dashboard, drop, eventually, goTo, settled } from './dashboard.ts';

describe('the page of the queue', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('says of what is paused that it is, who resumes it, and has one way to do so', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    const house = await dashboard(t, server.url, (home) => home.rule('copy', copyRule(home)));
    await house.client.pause(null);
    drop(house.home, 'a.md', 'one');
    await eventually(async () => (await house.client.status()).queue.ready === 1, 'it waits');
    const { page } = await house.open('#/queue');
    await settled(page);
    const lane = page.getByRole('listitem').filter({ hasText: 'They are thought when you resume' });
    await lane.getByText('1 thought ready').waitFor();
    await lane.getByRole('link', { name: 'its rule' }).waitFor();
    await page.getByText('Everything has been paused for').waitFor();
    const resume = page.getByRole('button', { name: 'Resume everything' });
    assert.equal(await resume.count(), 1);
    assert.doesNotMatch(await page.getByRole('main').innerText(), /nobody|\d ms/i);

    await goTo(page, '#/settings');
    await settled(page);
    assert.equal(await resume.count(), 1, 'a page that has none of its own');
    await resume.focus();
    await page.keyboard.press('Enter');
    await resume.waitFor({ state: 'detached' });
    await eventually(
      async () => (await page.evaluate<string>('document.activeElement.id')) === 'main',
      'the focus stays in the page',
    );
    await house.daemon.reached('done', 1);
  });
});
