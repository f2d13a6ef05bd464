import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyRule, createHome, startDaemon, thoughtsOf } from '../support/daemon.ts';
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

describe('a thought that takes the daemon down each time', () => {
  it('is given up after five times with that reason, and its neighbours are answered', async (t) => {
    let daemon = Promise.withResolvers<Awaited<ReturnType<typeof startDaemon>>>();
    const server = await startModelServer(async (prompt) => {
      if (!prompt.includes('bomb')) return sleep(300, 'said');
      // The one that asks may not be known yet: it begins to think before it says that it is ready.
      (await daemon.promise).process.kill('SIGKILL');
      return new Promise(() => undefined);
    });
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const names = ['a.md', 'b.md', 'bomb.md', 'c.md', 'd.md', 'e.md'];
    for (let life = 0; life < 12; life += 1) {
      daemon = Promise.withResolvers();
      const living = await startDaemon(t, home, { killed: true });
      daemon.resolve(living);
      if (life === 0) for (const name of names) writeFileSync(join(home.inbox, name), name);
      const processed = async () => (await thoughtsOf(home).catch(() => [])).filter((row) => row.processed);
      const over = () => living.process.signalCode !== null;
      // All six: a life may see the first files, and be done with them, before the last is written.
      while (!over() && (await processed()).length < names.length) await sleep(50);
      if (over()) continue;
      const [dead, ...others] = (await processed()).sort((one, other) => (one.state < other.state ? -1 : 1));
      assert.deepEqual([dead?.context.path, dead?.state], [join(home.inbox, 'bomb.md'), 'dead']);
      assert.match(dead?.reason ?? '', /gave up after 5 crashes/);
      assert.deepEqual(
        others.map(({ state }) => state),
        ['done', 'done', 'done', 'done', 'done'],
      );
      assert.deepEqual(
        home.noteNames(),
        names.filter((name) => name !== 'bomb.md'),
      );
      await living.end();
      return;
    }
    assert.fail('it was never given up');
  });
});
