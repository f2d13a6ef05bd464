import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { enter, goTo, settled } from './dashboard.ts';
import { livedIn } from './lived-in.ts';

const SIZES = [
  { name: 'wide', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 360, height: 740 }, hasTouch: true },
] as const;

/** What axe says is serious or worse, with where. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}

describe('every page of the dashboard', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('is one that everybody can use, in light and dark, wide and on a phone, and breaks nothing', async (t) => {
    const house = await livedIn(t);
    const thoughts = (await house.client.thoughts({ limit: 1000 })).items;
    const states = Object.groupBy(thoughts, ({ state }) => state);
    const some = ['done', 'dead', 'proposed', 'running', 'ready'].map(
      (state) => states[state as 'done']?.[0]?.id,
    );
    assert.ok(!some.includes(undefined), JSON.stringify(Object.keys(states)));
    const places = [
      ...['#/', '#/thoughts', '#/inbox', '#/rules', '#/machine', '#/queue', '#/settings'],
      ...some.map((id) => `#/thoughts/${id}`),
      ...['#/rules/inbox', '#/rules/weekly-review', '#/rules/nope', '#/thoughts/ffffffff', '#/wat'],
    ];
    const wrong: string[] = [];
    for (const { name, ...size } of SIZES) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, errors } = await newPage(t, { ...size, colorScheme });
        await enter(page, (await house.client.invite()).url, '#/');
        for (const place of places) {
          await goTo(page, place);
          await settled(page);
          const where = `${place.replace(/[0-9a-f]{20}/, 'ID')} ${name} ${colorScheme}`;
          wrong.push(...(await findings(page)).map((finding) => `${where}: ${finding}`));
          const [wide, room] = await page.evaluate<[number, number]>(
            '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
          );
          if (wide > room) wrong.push(`${where}: ${wide} px wide in ${room}`);
        }
        const unexpected = errors.filter((error) => !/status of (404|422)/.test(error));
        wrong.push(...unexpected.map((error) => `${name} ${colorScheme}: ${error}`));
      }
    }
    assert.deepEqual(wrong, []);
    t.diagnostic(`${places.length} places, ${SIZES.length} sizes, 2 themes`);
  });
});
