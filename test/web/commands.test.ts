import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { BIN } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { closeBrowser, newPage, noBrowser } from './browser.ts';
import { dashboard, enter, goTo, settled } from './dashboard.ts';

/** A shell in which this checkout is installed, at a folder that has nothing to do with the daemon. */
async function typed(line: string): Promise<string> {
  const script = `consciousness() { "${process.execPath}" "${BIN}" "$@"; }\n${line}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: '/' });
  return stdout;
}

const commands = (page: Page) => page.locator('.command code').allInnerTexts();

describe('the commands that the page names', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('reach this daemon as they stand, and tell no path to who was not let in', async (t) => {
    const server = await startModelServer();
    t.after(() => server.stop());
    const house = await dashboard(t, server.url);
    const { folder } = house.home;
    const { page } = await newPage(t);

    await page.goto((await house.client.invite()).url.replace(/code=.*/, 'code=unknown'));
    await page.getByRole('alert').waitFor();
    assert.deepEqual(await commands(page), ['consciousness open']);
    const gate = await page.locator('main').innerText();
    assert.match(gate, /with the --home that the daemon was started with, if it has one/);
    assert.doesNotMatch(gate, new RegExp(folder));

    await enter(page, (await house.client.invite()).url, '#/settings');
    await page.getByText(`consciousness doctor --home ${folder}`).waitFor();
    for (const line of await commands(page))
      if (!line.includes('doctor')) assert.match(await typed(line), new RegExp(folder), line);

    await goTo(page, '#/');
    await settled(page);
    const first = await commands(page);
    assert.ok(first.length > 0 && first.every((line) => line.endsWith(`--home ${folder}`)), String(first));
    await house.client.pause(null);
    const { holds } = await house.client.status();
    const resume = /consciousness resume.*/.exec(holds[0]?.reason ?? '')?.[0] ?? '';
    assert.match(await typed(resume), /Resumed/);

    await house.daemon.end('SIGKILL');
    await page.getByText(`consciousness start --home ${folder}`).waitFor();
  });
});
