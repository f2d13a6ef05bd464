import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { ThoughtState } from '../../src/contract/thought.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { enter, eventually, goTo, settled } from './dashboard.ts';
import { type LivedIn, livedIn } from './lived-in.ts';

const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true };
const SIZES: readonly ({ name: string } & BrowserContextOptions)[] = [
  { name: 'wide', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 360, height: 740 }, hasTouch: true },
  { name: 'small phone', ...PHONE },
];
const THEMES = ['light', 'dark'] as const;
/** What is drawn as nothing in a name, and has a name there. */
const ODD_NAME = 'odd\u200bname.txt';

/** What axe says is serious or worse, with where, and whether the page is wider than there is room for. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  );
  const [wide, room] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return [
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
      ),
    ...(wide > room ? [`${wide} px wide in ${room}`] : []),
  ];
}

describe('every page of the dashboard', { skip: noBrowser }, () => {
  const endings: (() => unknown)[] = [];
  const t = { after: (ending: () => unknown) => void endings.push(ending) };
  let house: LivedIn;
  before(async () => {
    house = await livedIn(t);
    writeFileSync(join(house.folder, 'Inbox', ODD_NAME), 'Fennmoor\n');
    await eventually(async () => (await one('proposed')).about(ODD_NAME) !== '', 'the odd one waits');
  });
  after(async () => {
    await closeBrowser();
    for (const ending of endings.reverse()) await ending();
  });

  /** Ids of thoughts in a state: of any, and of one about a file. */
  async function one(state: ThoughtState) {
    const { items } = await house.client.thoughts({ state, limit: 100 });
    return {
      any: items[0]?.id ?? '',
      about: (name: string) => items.find(({ context }) => context.path?.endsWith(name))?.id ?? '',
    };
  }

  /** Looks at a page in each size and theme; what is wrong is told together. */
  async function everywhere(look: (page: Page, note: (where: string) => Promise<void>) => Promise<void>) {
    const wrong: string[] = [];
    for (const { name, ...size } of SIZES) {
      for (const colorScheme of THEMES) {
        const { page, errors } = await newPage(t, { ...size, colorScheme });
        await enter(page, (await house.client.invite()).url, '#/');
        await look(page, async (where) => {
          for (const finding of await findings(page))
            wrong.push(`${where}, ${name} ${colorScheme}: ${finding}`);
        });
        const unexpected = errors.filter(
          (error) => !/status of (404|422)|ERR_CONNECTION_REFUSED/.test(error),
        );
        wrong.push(...unexpected.map((error) => `${name} ${colorScheme}: ${error}`));
        await page.context().close();
      }
    }
    assert.deepEqual(wrong, []);
  }

  it('is one that everybody can use, in light and dark, wide and on a phone, and breaks nothing', async (t) => {
    const ids = await Promise.all(
      (['done', 'dead', 'proposed', 'running', 'ready'] as const).map(
        async (state) => (await one(state)).any,
      ),
    );
    assert.ok(!ids.includes(''), JSON.stringify(ids));
    const odd = (await one('proposed')).about(ODD_NAME);
    const places = [
      ...['#/', '#/thoughts', '#/inbox', '#/rules', '#/machine', '#/queue', '#/settings'],
      ...[...ids, odd].map((id) => `#/thoughts/${id}`),
      ...['#/rules/inbox', '#/rules/weekly-review', '#/rules/nope', '#/thoughts/ffffffff', '#/wat'],
    ];
    await everywhere(async (page, note) => {
      for (const place of places) {
        await goTo(page, place);
        await settled(page);
        await note(place.replace(/[0-9a-f]{20}/, 'ID'));
      }
    });
    t.diagnostic(`${places.length} places, ${SIZES.length} sizes, ${THEMES.length} themes`);
  });

  it('is so whatever somebody has begun there', async () => {
    const tidied = (await one('done')).about('2026-03-12.md');
    const proposed = (await one('proposed')).any;
    await everywhere(async (page, note) => {
      const main = page.getByRole('main');
      const show = async (place: string) => {
        await goTo(page, place);
        await settled(page);
      };
      const dialog = async (where: string) => {
        await page.getByRole('dialog').waitFor();
        await note(where);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      };

      await page.keyboard.press('?');
      await dialog('the keys');

      await show('#/inbox');
      await page.locator('button:enabled', { hasText: 'Reject' }).waitFor();
      await page.keyboard.press('e');
      await page.getByLabel('What is written in its place').fill('# My\u200b words, which do not end');
      await main.locator('.edit .diff-open').waitFor();
      await note('what is written in the place of a proposal');

      await show('#/rules/code-review');
      await main.getByRole('button', { name: 'Dry run' }).click();
      await main.getByText('would', { exact: false }).first().waitFor();
      await note('a dry run that is done');

      await show('#/rules');
      await main.getByRole('button', { name: 'New rule' }).click();
      await page.getByRole('dialog').waitFor();
      await note('the name of a new rule');
      await page.getByLabel('Its name').fill('letters');
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByLabel('The text of letters').waitFor();
      await settled(page);
      await note('a new rule');

      await show(`#/thoughts/${tidied}`);
      await main.getByRole('button', { name: /Undo/ }).click();
      await dialog('what is taken back');

      await show('#/queue');
      await main.getByRole('button', { name: /Replay all/ }).click();
      await dialog('all are replayed');

      await show(`#/thoughts/${proposed}`);
      await main.getByRole('button', { name: 'Compare models' }).click();
      await page.getByRole('checkbox', { name: 'lmstudio/test-model' }).check();
      await page.getByRole('checkbox', { name: 'builtin/extract' }).check();
      await main.getByRole('button', { name: 'Compare' }).last().click();
      const table = page.getByRole('table', { name: 'What each model made of it' });
      await eventually(async () => (await table.getByText('answered').count()) === 2, 'both have answered');
      await note('what models made of the same');
    });
  });

  it('is so while the daemon is away', async () => {
    const pages: Page[] = [];
    for (const colorScheme of THEMES) {
      const { page } = await newPage(t, { ...PHONE, colorScheme });
      await enter(page, (await house.client.invite()).url, '#/');
      await settled(page);
      pages.push(page);
    }
    await house.daemon.end('SIGKILL');
    const wrong: string[] = [];
    for (const page of pages) {
      for (const place of ['#/', '#/machine', '#/queue', '#/thoughts', '#/inbox', '#/rules']) {
        await goTo(page, place);
        await page.getByText('Next try in', { exact: false }).waitFor();
        if (['#/', '#/machine'].includes(place)) await page.getByText(/^As of /).waitFor();
        wrong.push(...(await findings(page)).map((finding) => `${place}: ${finding}`));
      }
      await page.getByRole('button', { name: 'Try now' }).click();
    }
    assert.deepEqual(wrong, []);
  });
});
