import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { noLlama, startLlama } from '../mind/real-llama.ts';
import type { Home } from '../support/daemon.ts';
import { closeBrowser, noBrowser } from './browser.ts';
import { dashboard, drop, eventually, goTo, settled } from './dashboard.ts';

describe('the dashboard before a real llama-server', { skip: noBrowser || noLlama }, () => {
  after(closeBrowser);

  it('shows its words as they come, the answer and its speed, and what it is compared with', async (t) => {
    const llama = await startLlama('', '--parallel', '2');
    t.after(() => llama.end());
    const house = await dashboard(t, `${llama.url}/v1`, (home) =>
      home.rule(
        'tell',
        `---
on: { file: { paths: ["${home.inbox}/*.md"], settle: 50ms } }
mind: { models: [lmstudio/local-model], max_output_tokens: 400, temperature: 0.8 }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
{{ file.text }}
`,
      ),
    );
    const { page, errors } = await house.open('#/');
    // Each text that the page shows of the running thought, as long as it runs.
    await page.evaluate(`
      window.seen = new Set();
      new MutationObserver(() => window.seen.add(document.querySelector('main')?.innerText ?? '')).observe(
        document.body, { childList: true, subtree: true, characterData: true });
    `);
    drop(house.home, 'story.md', 'Once upon a time there was a little lighthouse. One day');
    await house.daemon.reached('done', 1);
    const [thought] = (await house.client.thoughts({ limit: 1 })).items;
    const { attempts, answer } = await house.client.thought(thought?.id ?? '');
    const told = String(answer);
    await eventually(
      () =>
        page.evaluate<boolean>(
          `[...window.seen].some((text) => /done/.test(text) && text.includes('story.md'))`,
        ),
      'it is shown as done',
    );
    // What was seen on the way: more and more of the answer.
    const begun = told.trim().slice(0, 12);
    const lengths = await page.evaluate<number[]>(`[...window.seen]
      .map((text) => text.indexOf(${JSON.stringify(begun)}) < 0 ? 0 : text.length)`);
    assert.ok(
      new Set(lengths.filter((length) => length > 0)).size >= 3,
      `${lengths.length} states were seen`,
    );
    await goTo(page, `#/thoughts/${thought?.id}`);
    await settled(page);
    const text = await page.getByRole('main').innerText();
    assert.ok(text.includes(told.trim().slice(0, 40)), 'the answer');
    assert.match(text, /tokens a second\s+\d/);
    assert.ok((attempts.at(-1)?.usage.outputTokens ?? 0) > 50);
    await page.getByRole('button', { name: 'Compare models' }).click();
    for (const box of await page.getByRole('group', { name: 'Models' }).getByRole('checkbox').all())
      await box.check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    const table = page.getByRole('table', { name: 'What each model made of it' });
    await eventually(async () => (await table.getByText('answered').count()) >= 2, 'both have answered');
    assert.deepEqual(errors, []);
    t.diagnostic(`${told.length} characters, seen in ${new Set(lengths).size} states`);
  });

  it('is gone through, page by page, and everything that can be done there is done', async (t) => {
    const llama = await startLlama('', '--parallel', '2');
    t.after(() => llama.end());
    const house = await dashboard(t, `${llama.url}/v1`, furnish, others(llama.url));
    const { client, home } = house;
    const { page, errors } = await house.open('#/');
    const button = (name: string | RegExp) => page.getByRole('main').getByRole('button', { name });
    const said = (words: string | RegExp) => page.locator('.notices').getByText(words).first().waitFor();
    const show = async (place: string) => {
      await goTo(page, place);
      await settled(page);
    };
    const of = async (rule: string) => (await client.thoughts({ rule, limit: 100 })).items;
    let seen: string[] = [];
    const became = (rule: string, state: string, count: number) =>
      eventually(
        async () => {
          seen = (await of(rule)).map((each) => `${each.state} ${each.reason}`);
          return seen.filter((each) => each.startsWith(state)).length === count;
        },
        () => `${count} of ${rule} ${state}: ${JSON.stringify(seen)}`,
      );
    for (const name of ['a.md', 'b.md', 'c.md']) drop(home, name, 'Once upon a time a gull sat on a post.');
    await became('propose', 'proposed', 3);
    await became('cut', 'dead', 3);
    await became('held', 'ready', 3);

    // Now
    await page.getByText('does not answer', { exact: false }).first().waitFor();
    await button('Pause everything').first().click();
    await button('Resume everything').first().click();
    await said('Thinking goes on');

    // Thoughts, and one of them
    await show('#/thoughts');
    await page.getByLabel('State').selectOption('dead');
    await page.getByRole('main').getByRole('link', { name: /a\.md/ }).first().click();
    await page.getByRole('heading', { name: 'a.md' }).waitFor();
    await button('Retry').click();
    await said(/thought about again/);
    await became('cut', 'dead', 3);
    await show(`#/thoughts/${(await of('held'))[0]?.id}`);
    await button('Cancel').click();
    await became('held', 'cancelled', 1);

    // Inbox
    await show('#/inbox');
    const waiting = async () => (await client.proposals(null)).map(({ target }) => target);
    const [first, second, third] = await waiting();
    const canDecide = () => page.locator('button:enabled', { hasText: 'Reject' }).waitFor();
    await canDecide();
    await page.keyboard.press('a');
    await eventually(() => existsSync(first ?? ''), 'the first is written');
    await page.keyboard.press('u');
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await eventually(() => !existsSync(first ?? ''), 'it is taken back');
    await page.keyboard.press('Escape');
    await canDecide();
    await page.keyboard.press('e');
    await page.getByLabel('What is written in its place').fill('Mine.\n');
    await page.keyboard.press('Control+Enter');
    await eventually(() => existsSync(second ?? ''), 'the second is written');
    assert.equal(readFileSync(second ?? '', 'utf8'), 'Mine.\n');
    await canDecide();
    await page.keyboard.press('r');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await eventually(async () => (await waiting()).length === 0, 'the third is rejected');
    assert.equal(existsSync(third ?? ''), false);

    // Rules: a text is checked, tried on what happened, and saved
    await show('#/rules/cut');
    const field = page.getByLabel('The text of cut');
    await field.fill((await field.inputValue()).replace('max_output_tokens: 2', 'max_output_tokens: 200'));
    await button('Dry run of what you wrote').click();
    await page.getByText('would', { exact: false }).first().waitFor();
    assert.deepEqual(
      home.noteNames().filter((name) => name.startsWith('cut-')),
      [],
    );
    await button('Save').click();
    await said(/Saved/);

    // Queue: what was given up is replayed by the rule as it is now
    await show('#/queue');
    await button('Replay all 3').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay all' }).click();
    await became('cut', 'done', 3);
    assert.equal(home.noteNames().filter((name) => name.startsWith('cut-')).length, 3);

    // Machine and Settings
    await show('#/machine');
    await page.getByText('tokens a second').first().waitFor();
    await show('#/settings');
    await page.getByLabel('Search settings').fill('slots');
    await page.getByText('config.yaml', { exact: false }).first().waitFor();
    assert.deepEqual(errors, []);
  });
});

/** A provider that is not there, and one of which nobody asks for the same twice. */
function others(url: string): string {
  const type = 'type: openai-compatible';
  return `providers:
  box: { ${type}, base_url: "http://127.0.0.1:9/v1", model: big }
  once: { ${type}, base_url: "${url}/v1", model: local-model, max_retries: 0 }
`;
}

/** Rules whose thoughts wait for a person, are given up, and are held. */
function furnish({ inbox, notes, rule }: Home): void {
  const on = `on: { file: { paths: ["${inbox}/*.md"], settle: 50ms } }`;
  const write = (name: string, more = '') =>
    `outputs:\n  - write: "${notes}/${name}-{{ event.name }}"\n    body: "{{ answer.title }}"\n${more}`;
  const mind = (models: string, tokens: number) =>
    `mind: { models: [${models}], max_output_tokens: ${tokens}, answer: { title: string } }`;
  const text = 'Give it a title: {{ file.text }}\n';
  const own = 'lmstudio/local-model';
  rule('propose', `---\n${on}\n${mind(own, 200)}\n${write('new', '    approve: true\n')}---\n${text}`);
  rule('cut', `---\n${on}\n${mind('once/local-model', 2)}\n${write('cut')}---\n${text}`);
  rule('held', `---\n${on}\n${mind('box/big', 200)}\n${write('held')}---\n${text}`);
}
