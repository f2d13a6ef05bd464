import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { peek } from '../../src/store/peek.ts';
import { copyRule } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { dashboard, drop, enter, eventually, goTo, settled } from './dashboard.ts';

/** Notes the id of every event that the page is told, from its own requests. */
const NOTE_IDS = `
  window.toldIds = [];
  window.asked = [];
  const fetched = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const response = await fetched(input, init);
    if (!String(input).includes('/v1/events') || !response.ok || response.body === null) return response;
    window.asked.push(new Headers(init?.headers).get('last-event-id'));
    const [own, theirs] = response.body.tee();
    void (async () => {
      let rest = '';
      for await (const part of own.pipeThrough(new TextDecoderStream())) {
        const frames = (rest + part).split('\\n\\n');
        rest = frames.pop();
        for (const frame of frames) {
          const [, id] = /^id: (.*)$/m.exec(frame) ?? [];
          // Where a stream begins it tells the place, and nothing that has happened.
          if (id !== undefined && !/^event: begin$/m.test(frame)) window.toldIds.push(id);
        }
      }
    })().catch(() => undefined);
    return new Response(theirs, response);
  };
`;

describe('the dashboard over a restart of the daemon', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('says that it is away, comes back by itself, and was told every event of the feed once', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    const house = await dashboard(t, server.url, (home) => home.rule('copy', copyRule(home)));
    const { page } = await newPage(t);
    await page.addInitScript(NOTE_IDS);
    await enter(page, (await house.client.invite()).url, '#/');
    const told = () => page.evaluate<string[]>('window.toldIds');
    const feed = async () =>
      (await peek(`${house.home.folder}/state/consciousness.db`, 'feed', { after: 0, limit: 10_000 }))
        ?.rows ?? [];

    drop(house.home, 'before.md', 'a');
    await house.daemon.reached('done', 1);
    await eventually(async () => (await told()).length > 0, 'the page is told');
    await page.getByText('online').first().waitFor();
    const asOf = page.getByText(/^As of .* ago, when the daemon was last heard\.$/);
    assert.equal(await asOf.count(), 0, 'what is shown is so just now');
    await goTo(page, '#/queue');
    await page.getByText('lmstudio').first().waitFor();
    await house.daemon.end('SIGKILL');
    await page
      .getByText(/reconnecting|trying again|not answer|away/i)
      .first()
      .waitFor();
    await asOf.waitFor();
    await goTo(page, '#/machine');
    await asOf.waitFor();
    await page.getByRole('main').getByText('the daemon does not answer').first().waitFor();
    await settled(page);
    assert.doesNotMatch(await page.getByRole('main').innerText(), /defect/, 'it is away, and nothing else');
    await goTo(page, '#/');
    await asOf.waitFor();
    const colourOf = (of: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${of}')).color`);
    assert.equal(await colourOf('.servers .good.state'), await colourOf('.servers .faint'), 'nothing is lit');
    // What cannot be done is said once, however often it is tried, until the daemon is back.
    const away = page.locator('.notice', { hasText: 'the daemon does not answer' });
    const pause = page.getByRole('main').getByRole('button', { name: 'Pause everything' });
    for (const words of ['answer', '(2 times)', '(3 times)']) {
      await pause.click();
      await away.getByText(words).waitFor();
    }
    assert.equal(await away.count(), 1);
    await away.getByRole('button', { name: 'Dismiss' }).press('Enter');
    await away.waitFor({ state: 'detached' });
    await eventually(
      async () => (await page.evaluate<string>('document.activeElement.tagName')) === 'H1',
      'the focus stays in the page',
    );
    await pause.click();
    await away.waitFor();
    await goTo(page, '#/');
    // While nobody listens: it is told all the same.
    drop(house.home, 'meanwhile.md', 'b');
    const again = await house.restart();
    await again.reached('done', 1);
    drop(house.home, 'after.md', 'c');
    await again.reached('done', 2);
    const rows = await feed();
    const ids = rows.map(({ seq, at }) => `${seq}-${at}`);
    await eventually(async () => (await told()).at(-1) === ids.at(-1), 'the page has heard the last event');
    const heard = await told();
    assert.deepEqual(heard, ids.slice(ids.indexOf(heard[0] ?? '')), 'no gap and no repeat');
    assert.equal(ids.indexOf(heard[0] ?? '') <= 1, true, 'from the first on');
    const asked = await page.evaluate<(string | null)[]>('window.asked');
    assert.ok(asked.length >= 2 && asked.slice(1).every((id) => id !== null), JSON.stringify(asked));
    await page.getByText('after.md').first().waitFor();
    await away.waitFor({ state: 'detached' });
    assert.equal(await asOf.count(), 0);
  });
});
