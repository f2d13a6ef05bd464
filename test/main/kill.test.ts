import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createHome, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

const FILES = 100;

describe('kill -9 in the middle of 100 files', () => {
  it('loses nothing and doubles nothing', async (t) => {
    const server = await startModelServer((prompt) => `noted ${/number (\d+)/.exec(prompt)?.[1]}`);
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule(
      'copy',
      `---
on: { file: { paths: ["${home.inbox}/*.md"], settle: 10ms } }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
  - append: "${home.notes}/log.md"
    body: "- {{ answer }}"
---
{{ file.text }}
`,
    );
    // Killed again and again, each time a little further on, while files keep landing.
    let written = 0;
    for (const done of [1, 5, 10, 20]) {
      const daemon = await startDaemon(t, home, { killed: true });
      const until = Math.min(FILES, written + 25);
      for (; written < until; written += 1)
        writeFileSync(join(home.inbox, `${written}.md`), `number ${written}`);
      await daemon.reached('done', done);
      assert.equal(await daemon.end('SIGKILL'), null);
    }
    const last = await startDaemon(t, home);
    let rows = await thoughtsOf(home);
    while (!rows.every((row) => row.processed) || rows.filter((row) => row.state === 'done').length < FILES) {
      const seen = last.events.length;
      rows = await thoughtsOf(home);
      if (rows.every((row) => row.processed)) continue;
      await last.saw(
        (event) => event.type === 'state' && last.events.indexOf(event) >= seen,
        'all of it was done',
      );
    }
    await last.end();

    rows = rows.filter((row) => row.state === 'done');
    assert.equal(new Set(rows.map((row) => row.context.path)).size, FILES);
    assert.equal(rows.length, FILES, 'one thought for each file');
    assert.deepEqual(
      home.noteNames(),
      [...Array.from({ length: FILES }, (_, n) => `${n}.md`), 'log.md'].sort(),
      'no note is missing, none is there twice, no temporary file is left',
    );
    for (let n = 0; n < FILES; n += 1) assert.equal(home.note(`${n}.md`), `noted ${n}`);
    const lines = readFileSync(join(home.notes, 'log.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    assert.deepEqual(lines.sort(), Array.from({ length: FILES }, (_, n) => `- noted ${n}`).sort());
  });
});
