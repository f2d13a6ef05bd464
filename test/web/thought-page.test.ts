import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { CodedError } from '../../src/base/errors.ts';
import type { CompareView } from '../../src/contract/compare.ts';
import { replayedReason } from '../../src/contract/replayed.ts';
import type { ThoughtOutput, ThoughtView } from '../../src/contract/thought-view.ts';
import { readPage } from '../../src/surfaces/http/page.ts';
import type { CompareRequest } from '../../src/surfaces/requests.ts';
import { openDoor } from '../surfaces/access/door.ts';
import type { MemoryDaemon } from '../surfaces/memory-daemon.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { builtPage } from './built.ts';
import { enter, eventually, settled } from './dashboard.ts';

/** The page of a thought with these facts, of a daemon that is up to the test. */
async function pageOf(
  t: TestContext,
  facts: Partial<ThoughtView>,
  prepare: (daemon: MemoryDaemon) => unknown = () => undefined,
): Promise<{ page: Page; errors: string[] }> {
  const door = await openDoor(t, { page: await readPage((await builtPage()).page) });
  await prepare(door.daemon);
  const { id } = door.daemon.add({ state: 'done', ...facts });
  const watched = await newPage(t, { viewport: { width: 1280, height: 900 } });
  await enter(watched.page, (await door.desk.invite()).url, `#/thoughts/${id}`);
  await settled(watched.page);
  return watched;
}

function output(position: number, facts: Partial<ThoughtOutput>): ThoughtOutput {
  return {
    ...{ position, kind: 'write', mode: 'create', target: `/notes/${position}.md`, source: null },
    ...{ state: 'applied', reason: '', bytes: 4, sha256: '', appliedAt: '2026-11-26T09:00:00.000Z' },
    ...{ undoneAt: null, content: null, before: null, after: null, note: '', ...facts },
  };
}

const LINES = Array.from({ length: 60 }, (_, at) => `line ${at}\n`).join('');

describe('outputs on the page of a thought', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('are folded where they are long, and say what is not kept, was sent, or was never written', async (t) => {
    const { page, errors } = await pageOf(t, {
      outputs: [
        output(0, { after: LINES, content: LINES }),
        output(1, { mode: 'replace', before: 'old\n', after: 'new\n', content: 'new\n' }),
        output(2, { mode: 'replace', content: 'whole\n', note: 'what was there before was removed' }),
        output(3, { kind: 'notify', mode: 'send', target: 'desktop', content: 'The bill is due.' }),
        output(4, {
          state: 'denied',
          reason: 'rejected by a person',
          appliedAt: null,
          content: 'not wanted',
        }),
        output(5, { kind: 'move', mode: 'move', source: '/inbox/a.pdf', target: '/filed/a.pdf' }),
      ],
    });
    const of = (position: number) => page.locator('.output').nth(position);
    const long = of(0).getByRole('button', { name: 'Show 60 changed lines' });
    assert.equal(await of(0).locator('tr').count(), 0);
    await long.press('Enter');
    assert.equal(await of(0).locator('tr').count(), 60);
    await of(0).getByRole('button', { name: 'Hide 60 changed lines' }).press('Enter');
    assert.equal(await of(0).locator('tr').count(), 0);

    assert.equal(await of(1).locator('.diff-minus').innerText(), '−1');
    assert.match(await of(2).innerText(), /what was there before was removed/);
    assert.equal(await of(2).locator('.diff').count(), 0, 'no new file is made of what is not known');
    await of(3).getByText('The bill is due.').waitFor();
    assert.match(await of(4).innerText(), /rejected by a person.*What was to be written/s);
    assert.equal(await of(5).locator('.output-move').textContent(), '/inbox/a.pdf → /filed/a.pdf');
    assert.deepEqual(errors, []);
  });
});

/** Models of this machine and one elsewhere, which answer when the test says so. */
function models(names: readonly string[]) {
  const asked: string[] = [];
  let answer = () => {};
  return {
    asked,
    answer: () => answer(),
    async into(daemon: MemoryDaemon) {
      const status = await daemon.status();
      const [first] = status.providers;
      assert.ok(first);
      const providers = [{ ...first, models: [...names] }];
      const compare = async ({ models: [model = ''], cloud }: CompareRequest): Promise<CompareView> => {
        asked.push(model);
        if (model.endsWith('cloud') && cloud !== true) throw new CodedError('cloud-not-asked', 'not here');
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return { rule: null, subjects: [{ subject: '', results: [resultOf(model)] }] };
      };
      Object.assign(daemon, { compare, status: async () => ({ ...status, providers }) });
    },
  };
}

function resultOf(model: string): CompareView['subjects'][number]['results'][number] {
  return {
    ...{ model, state: 'answered', answer: 'A bill', reason: '', valid: null, firstTokenMs: 1, totalMs: 2 },
    ...{ usage: { inputTokens: 1, outputTokens: 1 }, tokensPerSecond: 1, cost: null, raw: 'A bill' },
  };
}

describe('models that are compared on the page of a thought', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('are asked one at a time, one elsewhere when it is allowed, and no button takes the focus along', async (t) => {
    const house = models(['cloud', 'near', 'far']);
    const { page } = await pageOf(t, {}, (daemon) => house.into(daemon));
    const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
    const focused = () => page.evaluate<string>('document.activeElement.tagName');
    await button('Compare models').press('Enter');
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await button('Compare').press('Enter');
    await eventually(() => house.asked.length === 2, 'the first one here is asked');
    await button('Send it there').press('Enter');
    await page.getByText('waits its turn').nth(1).waitFor();
    await eventually(async () => (await focused()) === 'BUTTON', 'a button has the focus');
    house.answer();
    await eventually(() => house.asked.length === 3, 'then the other one');
    await button('Stop after this one').press('Enter');
    await page.getByText('not asked').waitFor();
    await eventually(async () => (await focused()) === 'BUTTON', 'a button has the focus');
    house.answer();
    await page.getByText('thinking …').waitFor({ state: 'detached' });
    assert.deepEqual(house.asked, ['lmstudio/cloud', 'lmstudio/near', 'lmstudio/far']);
  });
});

describe('a thought whose rule has changed since it was given up', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('is replayed as a new one, which is gone to; it links that one, and is not retried again', async (t) => {
    let replayed = '';
    const { page, errors } = await pageOf(t, { state: 'dead', reason: 'no' }, (daemon) => {
      const next = daemon.add({ state: 'ready', content: 'The new one' });
      replayed = next.id;
      daemon.retry = async (which) => {
        const [id = ''] = 'ids' in which ? which.ids : [];
        const reason = replayedReason(next.id);
        daemon.become(id, 'cancelled', { reason, finishedAt: new Date(daemon.now).toISOString() });
        return [{ id, ok: true, state: 'cancelled', reason, replayedAs: next.id }];
      };
    });
    const old = page.url();
    const retry = page.getByRole('main').getByRole('button', { name: 'Retry' });
    await retry.press('Enter');
    await page.getByRole('heading', { name: 'The new one' }).waitFor();
    await page.locator('.notices').getByText('this is the new thought').waitFor();
    assert.match(page.url(), new RegExp(`#/thoughts/${replayed}$`));
    assert.equal(await page.evaluate<string>('document.activeElement.tagName'), 'H1');

    await page.goBack();
    await settled(page);
    assert.equal(page.url(), old);
    const link = page.getByRole('main').getByRole('link', { name: replayed.slice(0, 10) });
    await link.waitFor();
    assert.equal(await retry.count(), 0);
    await link.press('Enter');
    await page.getByRole('heading', { name: 'The new one' }).waitFor();
    assert.deepEqual(errors, []);
  });
});
