import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { readPage } from '../../src/surfaces/http/page.ts';
import { openDoor } from '../surfaces/access/door.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { builtPage } from './built.ts';
import { enter, goTo, settled } from './dashboard.ts';

/** As long as the name of a rule may be, and nowhere to break it. */
const RULE = 'x'.repeat(100);
/** A small phone, and the width at which most stands beside each other. */
const WIDTHS = [320, 707];

/** Links and words of a page that reach beyond what holds them. */
const CUT = `Array.from(document.querySelectorAll('main .thinking .line a, main .thought-line a, main .counts .what'))
  .filter((each) => {
    const within = each.closest('li, main').getBoundingClientRect();
    return each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0 || each.getBoundingClientRect().right > within.right + 1;
  })
  .map((each) => each.textContent)`;

describe('the dashboard where there is little room', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('shows the longest name of a rule whole, and nothing is to be scrolled sideways', async (t) => {
    const { daemon, desk } = await openDoor(t, { page: await readPage((await builtPage()).page) });
    const { id } = daemon.add({ state: 'done', rule: RULE });
    daemon.add({ state: 'dead', rule: RULE, reason: RULE });
    const wrong: string[] = [];
    for (const width of WIDTHS) {
      const { page } = await newPage(t, { viewport: { width, height: 640 } });
      await enter(page, (await desk.invite()).url, '#/');
      for (const place of ['#/', `#/thoughts/${id}`, '#/thoughts', '#/queue']) {
        await goTo(page, place);
        await settled(page);
        await page.getByRole('main').getByText(RULE).first().waitFor({ state: 'attached' });
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (wide > width) wrong.push(`${place} is ${wide} px wide in ${width}`);
        for (const cut of await page.evaluate<string[]>(CUT)) wrong.push(`${place} at ${width}: ${cut}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
