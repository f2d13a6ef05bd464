import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli, createHome, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

/** A home where one rule tags what comes into the inbox and files it, and others want to know of whatever happens. */
async function homeThatTagsAndFiles(t: TestContext, isWatched: boolean) {
  const server = await startModelServer(() => 'letters');
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  const filed = join(home.inbox, 'filed');
  const away = isWatched ? filed : join(home.folder, 'filed');
  mkdirSync(away);
  home.config(
    `lm_studio: { base_url: "${server.url}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${home.inbox}", "${away}"]\n`,
  );
  const rule = (paths: string, more: string, outputs: string) =>
    `---\non:\n  file: { paths: ["${paths}"]${more} }\n${outputs}---\nSay it: {{ file.text }}\n`;
  home.rule(
    'filer',
    rule(
      `${home.inbox}/*.md`,
      ', settle: 50ms',
      `outputs:\n  - tag: "{{ event.path }}"\n    tags: "{{ answer }}"\n  - move: "${away}/{{ answer }}/"\n`,
    ),
  );
  home.rule('gone', rule(`${home.inbox}/*.md`, ', changes: [deleted]', ''));
  if (isWatched) home.rule('filed', rule(`${filed}/**/*.md`, ', changes: [added, modified, deleted]', ''));
  return { home, away };
}

for (const isWatched of [true, false]) {
  describe(`a file that a rule tags and then moves ${isWatched ? 'within' : 'out of'} a watched folder`, () => {
    it('wakes no rule by that, nor by being taken back, whichever way', async (t) => {
      const { home, away } = await homeThatTagsAndFiles(t, isWatched);
      const daemon = await startDaemon(t, home);
      const rules = async () => (await thoughtsOf(home)).map(({ rule, state }) => `${rule} ${state}`);
      writeFileSync(join(home.inbox, 'a.md'), 'a letter');
      await daemon.reached('done', 1);
      const tagged = '---\ntags: [letters]\n---\na letter';
      assert.equal(readFileSync(join(away, 'letters', 'a.md'), 'utf8'), tagged);
      // A new file is perceived after what became of the first one.
      writeFileSync(join(home.inbox, 'b.md'), 'another letter');
      await daemon.reached('done', 2);
      assert.deepEqual(await rules(), ['filer done', 'filer done']);
      const first = (await thoughtsOf(home)).at(-1)?.id ?? '';
      const undone = await cli(home, 'undo', first);
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      assert.equal(readFileSync(join(home.inbox, 'a.md'), 'utf8'), 'a letter');
      writeFileSync(join(home.inbox, 'c.md'), 'a third letter');
      await daemon.reached('done', 3);
      assert.deepEqual(await rules(), ['filer done', 'filer done', 'filer done']);
      assert.deepEqual(readdirSync(join(away, 'letters')), ['b.md', 'c.md']);
      assert.equal(await daemon.end(), 0);
    });
  });
}
