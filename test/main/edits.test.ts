import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { cli, createHome, type RunningDaemon, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { beginLife } from '../torture/life.ts';

const DAY =
  '---\n# mine\ntitle: "A day"   # kept\n---\r\n\r\n- @ask one?\r\n- [ ] buy milk\r\n\r\ncaf\u00e9 \u0085\r\n';

/** A home whose one rule edits the very notes that it watches. */
async function homeOfNotes(t: TestContext) {
  const server = await startModelServer((prompt) => ({
    tags: ['day', 'log'],
    summary: 'A day: short',
    answers: Array.from(prompt.matchAll(/^- @ask (\w+)\?/gm), ([question, word]) => ({
      question,
      text: `Of ${word}.`,
    })),
  }));
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.config(
    `lm_studio: { base_url: "${server.url}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${home.inbox}", "${home.notes}"]\n`,
  );
  home.rule(
    'notes',
    `---
on: { file: { paths: ["${home.inbox}/*.md"], settle: 50ms } }
mind: { answer: { tags: [string], summary: string, answers: [{ question: string, text: string }] } }
outputs:
  - frontmatter: "{{ event.path }}"
    set: { tags: "{{ answer.tags }}", summary: "{{ answer.summary }}" }
  - insert: "{{ event.path }}"
    each: answers
    beneath: "{{ item.question }}"
    body: "{{ item.text }}"
  - tasks: "${home.notes}/Tasks.md"
  - tag: "{{ event.path }}"
    tags: "day, read"
---
{{ file.text }}
`,
  );
  const file = join(home.inbox, 'day.md');
  const read = () => readFileSync(file, 'utf8');
  return { home, server, file, read };
}

/** Something else happens and is done, so what was to happen before it has happened. */
async function afterAnother(daemon: RunningDaemon, inbox: string, done: number): Promise<void> {
  writeFileSync(join(inbox, `other-${done}.md`), 'nothing to ask\n');
  await daemon.reached('done', done);
}

function answered(id: string, text: string): string {
  return text.replace('one?\r\n', `one?\r\n  <!-- consciousness ${id}#1.1 -->\r\n  Of one.\r\n`);
}

const FRONT =
  '---\n# mine\ntitle: "A day"   # kept\ntags: [day, log, read]\nsummary: "A day: short"\n---\r\n';

describe('a rule that edits the note which wakes it', () => {
  it('thinks once, and once again after the next edit of a person; a line is answered once', async (t) => {
    const { home, server, file, read } = await homeOfNotes(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(file, DAY);
    await daemon.reached('done', 1);
    const [first] = await thoughtsOf(home);
    const id = first?.id ?? '';
    const expected = answered(id, DAY).replace(/^---[\s\S]*?---\r\n/, FRONT);
    assert.equal(read(), expected, 'nothing but what was asked for is changed');
    assert.equal(home.note('Tasks.md'), '## [day.md](../inbox/day.md)\n\n- [ ] buy milk\n');
    await afterAnother(daemon, home.inbox, 2);
    assert.equal(server.prompts.length, 2, 'its own edits are no news');

    writeFileSync(file, `${expected}- @ask two?\r\n- [ ] call home\r\n`);
    await daemon.reached('done', 3);
    await afterAnother(daemon, home.inbox, 4);
    assert.equal(server.prompts.length, 4);
    const [second] = (await thoughtsOf(home)).filter(
      ({ context, id: other }) => context.path === file && other !== id,
    );
    assert.equal(
      read(),
      `${expected}- @ask two?\r\n  <!-- consciousness ${second?.id}#1.2 -->\r\n  Of two.\r\n- [ ] call home\r\n`,
    );
    assert.equal(home.note('Tasks.md'), '## [day.md](../inbox/day.md)\n\n- [ ] buy milk\n- [ ] call home\n');
    assert.ok((await thoughtsOf(home)).every(({ state }) => state === 'done'));
    await daemon.end();
  });

  it('is taken back edit by edit, from under what a person has written since', async (t) => {
    const { home, file, read } = await homeOfNotes(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(file, DAY);
    await daemon.reached('done', 1);
    const undone = await cli(home, 'undo', '--last', '--json');
    assert.equal(undone.code, 0, undone.stdout);
    assert.equal(read(), DAY);
    assert.deepEqual(home.noteNames(), []);

    writeFileSync(file, DAY.replace('milk', 'bread'));
    await daemon.reached('done', 2);
    writeFileSync(file, read().replace('caf\u00e9', 'tea'));
    await daemon.reached('done', 3);
    for (const { id } of (await thoughtsOf(home)).filter(({ state }) => state === 'done').slice(0, 2))
      assert.equal((await cli(home, 'undo', id)).code, 0);
    assert.equal(read(), DAY.replace('milk', 'bread').replace('caf\u00e9', 'tea'));
    await daemon.end();
  });

  it('leaves a rule that waits longer to think about the note as it is then', async (t) => {
    const { home, file } = await homeOfNotes(t);
    const on = `on: { file: { paths: ["${home.inbox}/*.md"], settle: 1s } }`;
    const outputs = `outputs:\n  - write: "${home.notes}/copy.md"\n    body: "{{ file.text }}"`;
    home.rule('later', `---\n${on}\n${outputs}\n---\n{{ file.text }}\n`);
    const daemon = await startDaemon(t, home);
    writeFileSync(file, DAY);
    await daemon.reached('done', 2);
    assert.match(home.note('copy.md'), /Of one\.[\s\S]*caf\u00e9/);
    await daemon.end();
  });

  it('shows its edits before it makes them', async (t) => {
    const { home, file, read } = await homeOfNotes(t);
    writeFileSync(file, DAY);
    const shown = await cli(home, 'try', 'notes', file);
    assert.equal(shown.code, 0, shown.stderr);
    for (const line of [
      'would edit',
      '+tags: [day, log]',
      '+summary: "A day: short"',
      '+  Of one.',
      '+- [ ] buy milk',
    ])
      assert.ok(shown.stdout.includes(line), `${line} in ${shown.stdout}`);
    assert.deepEqual([read(), home.noteNames()], [DAY, []]);
  });
});

describe('what a person saves while no daemon looks', () => {
  it('is thought about, also where an edit of ours is put into it first', async (t) => {
    const { home, file, read } = await homeOfNotes(t);
    const killed = beginLife(home.folder, { point: 'output:begun', hit: 1, signal: 'SIGKILL', swaps: [] });
    assert.equal(await killed.ready, true);
    writeFileSync(file, DAY);
    assert.equal(await killed.met, true);
    await killed.ended;
    writeFileSync(file, `${DAY}- @ask two?\r\n`);
    const daemon = await startDaemon(t, home);
    while ((await thoughtsOf(home)).filter(({ state }) => state === 'done').length < 2)
      await daemon.saw(() => true);
    await daemon.end();
    assert.equal(read().match(/Of one\./g)?.length, 1);
    assert.equal(read().match(/Of two\./g)?.length, 1);
  });
});

describe('a daemon that is killed while it edits', { concurrency: 3 }, () => {
  const kills = [
    ...[
      { point: 'answer:planned', hit: 1 },
      { point: 'temporary:synced', hit: 1 },
    ],
    ...[1, 2].flatMap((hit) => [
      { point: 'commit:ledger:after', hit },
      { point: 'rename:after', hit },
    ]),
    ...[
      { point: 'link:after', hit: 1 },
      { point: 'output:applied', hit: 3 },
      { point: 'commit:finish:before', hit: 1 },
    ],
  ];
  for (const { point, hit } of kills) {
    it(`at ${point}, time ${hit}, has each edit done once by the next one`, async (t) => {
      const { home, file, read } = await homeOfNotes(t);
      const killed = beginLife(home.folder, { point, hit, signal: 'SIGKILL', swaps: [] });
      assert.equal(await killed.ready, true);
      writeFileSync(file, DAY);
      assert.equal(await killed.met, true);
      await killed.ended;
      const daemon = await startDaemon(t, home);
      const rows = async () => (await thoughtsOf(home)).filter(({ context }) => context.path === file);
      while ((await rows())[0]?.state !== 'done') await daemon.saw(() => true);
      const all = await rows();
      await daemon.end();
      assert.equal(all.length, 1, 'it was thought about once');
      assert.equal(read(), answered(all[0]?.id ?? '', DAY).replace(/^---[\s\S]*?---\r\n/, FRONT));
      assert.equal(home.note('Tasks.md'), '## [day.md](../inbox/day.md)\n\n- [ ] buy milk\n');
      assert.deepEqual([readdirSync(home.inbox), home.noteNames()], [['day.md'], ['Tasks.md']]);
    });
  }
});
