import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { noLlama, startLlama } from '../mind/real-llama.ts';
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
});
