import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { cli, copyRule, createHome, type Home, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { beginLife } from '../torture/life.ts';

/** A home whose notes lie in the inbox itself, and wake a rule of their own when somebody else touches them. */
async function homeWithNotes(t: TestContext) {
  const server = await startModelServer((prompt) => `said ${/word-\d+/.exec(prompt)?.[0]}`);
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  const notes = join(home.inbox, 'notes');
  mkdirSync(notes);
  home.config(
    `lm_studio: { base_url: "${server.url}", model: test-model, slots: 4 }\n` +
      `file_watcher: { watch_paths: ["${home.inbox}"], debounce_seconds: 0.1 }\noutput_roots: ["${notes}", "${home.notes}"]\n`,
  );
  const rule = (path: string, changes: string, outputs: string) =>
    `---\non:\n  file: { paths: ["${home.inbox}/${path}"], settle: 50ms, changes: [${changes}] }\n${outputs}---\nSay it again: {{ file.text }}\n`;
  home.rule(
    'both',
    rule(
      '*.md',
      'added, modified',
      `outputs:\n  - write: "${notes}/{{ event.name }}"\n    body: "{{ answer }}"\n  - append: "${home.notes}/log.md"\n    body: "- {{ answer }}"\n`,
    ),
  );
  home.rule('jealous', rule('notes/*.md', 'added, modified, deleted', ''));
  return { home, notes };
}

describe('undo', () => {
  it('takes back what was done last, then what was done before, and wakes nobody by it', async (t) => {
    const { home, notes } = await homeWithNotes(t);
    const daemon = await startDaemon(t, home);
    const file = join(home.inbox, 'a.md');
    writeFileSync(file, 'word-1');
    await daemon.reached('done', 1);
    writeFileSync(file, 'word-2');
    await daemon.reached('done', 2);
    const read = () => cli(home, 'undo', '--last', '--json');
    const first = await read();
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(
      JSON.parse(first.stdout).map((each: { kind: string; undone: boolean }) => [each.kind, each.undone]),
      [
        ['append', true],
        ['write', true],
      ],
    );
    assert.equal(home.note('../inbox/notes/a.md'), 'said word-1');
    assert.match(home.note('log.md'), /said word-1/);
    assert.doesNotMatch(home.note('log.md'), /said word-2/);
    assert.equal((await read()).code, 0);
    assert.deepEqual(home.noteNames(), []);
    const third = await cli(home, 'undo', '--last');
    assert.equal(third.code, 1);
    assert.match(third.stderr, /nothing to take back/);
    // A new file is perceived after the scan that saw the notes go.
    writeFileSync(join(home.inbox, 'b.md'), 'word-3');
    await daemon.reached('done', 3);
    const rows = await thoughtsOf(home);
    assert.deepEqual(
      rows.filter(({ rule }) => rule === 'jealous'),
      [],
    );
    assert.ok(rows.every(({ state }) => state === 'done'));
    writeFileSync(join(notes, 'b.md'), 'a person writes');
    await daemon.saw((event) => event.type === 'state' && event.rule === 'jealous', 'the other rule');
    await daemon.end();
  });

  it('leaves it known what each output has made of its file, also after it was taken back', async (t) => {
    const { home } = await homeWithNotes(t);
    const daemon = await startDaemon(t, home);
    const file = join(home.inbox, 'a.md');
    writeFileSync(file, 'word-1');
    await daemon.reached('done', 1);
    writeFileSync(file, 'word-2');
    await daemon.reached('done', 2);
    const [second, first] = await thoughtsOf(home);
    const changes = async (id = '') =>
      (await show(home, id)).outputs.map(({ mode, before, after, note }) => [mode, before, after, note]);
    const block = (id = '') => `<!-- consciousness ${id}#1 -->\n- said word-`;
    assert.deepEqual(await changes(first?.id), [
      ['create', null, 'said word-1', ''],
      ['append', null, `${block(first?.id)}1\n`, ''],
    ]);
    const unkept = 'only what was appended is kept, not the rest of the file';
    const done = [
      ['replace', 'said word-1', 'said word-2', ''],
      ['append', null, null, unkept],
    ];
    assert.deepEqual(await changes(second?.id), done);
    assert.equal((await cli(home, 'undo', '--last')).code, 0);
    assert.deepEqual(await changes(second?.id), done);
    const undoneAt = async (id = '') =>
      (await show(home, id)).outputs.map((output) => output.undoneAt !== null);
    assert.deepEqual(await undoneAt(second?.id), [true, true]);
    assert.deepEqual(await undoneAt(first?.id), [false, false]);
    await daemon.end();
  });

  it('leaves what a person has changed, says which and why, and takes back the rest', async (t) => {
    const { home, notes } = await homeWithNotes(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('done', 1);
    appendFileSync(join(notes, 'a.md'), ', edited');
    const [row] = await thoughtsOf(home, '--rule', 'both');
    const result = await cli(home, 'undo', (row?.id ?? '').slice(0, 6));
    assert.equal(result.code, 1);
    assert.match(result.stdout, /stays\s+write\s+.*a\.md was changed since it was written/s);
    assert.match(result.stdout, /undone\s+append/);
    assert.deepEqual(home.noteNames(), []);
    const { outputs } = await show(home, row?.id ?? '');
    assert.deepEqual(
      outputs.map(({ state }) => state),
      ['applied', 'undone'],
    );
    await daemon.end();
  });

  it('that was asked for while its folder was away is done when it is back, also by the next daemon', async (t) => {
    const { home } = await homeWithNotes(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('done', 1);
    const away = `${home.notes}-away`;
    renameSync(home.notes, away);
    const result = await cli(home, 'undo', '--last', '--json');
    assert.equal(result.code, 1);
    assert.match(result.stdout, /held, and done later/);
    await daemon.end();
    renameSync(away, home.notes);
    const again = await startDaemon(t, home);
    await again.saw((event) => event.type === 'output' && event.state === 'undone', 'the block taken out');
    assert.deepEqual(home.noteNames(), []);
    await again.end();
  });
});

describe('undo of a rule', () => {
  it('says what it would take back, asks, and takes that back since then, the last first', async (t) => {
    const { home, notes } = await homeWithNotes(t);
    const daemon = await startDaemon(t, home);
    for (const [index, name] of ['a.md', 'b.md', 'c.md'].entries()) {
      writeFileSync(join(home.inbox, name), `word-${index}`);
      await daemon.reached('done', index + 1);
    }
    const dry = await cli(home, 'undo', '--rule', 'both', '--dry-run', '--json');
    assert.equal(dry.code, 0, dry.stderr);
    const undoable: { kind: string; target: string; at: string }[] = JSON.parse(dry.stdout);
    assert.deepEqual(
      undoable.map(({ kind, target }) => [kind, target.slice(target.lastIndexOf('/') + 1)]),
      ['c.md', 'b.md', 'a.md'].flatMap((name) => [
        ['append', 'log.md'],
        ['write', name],
      ]),
    );
    const unasked = await cli(home, 'undo', '--rule', 'both', '--since', '1h');
    assert.equal(unasked.code, 2);
    assert.match(unasked.stdout, /append .*log\.md/);
    assert.match(unasked.stderr, /no terminal[\s\S]*undo --rule both --since 1h --yes/);
    assert.deepEqual(readdirSync(notes), ['a.md', 'b.md', 'c.md']);
    appendFileSync(join(notes, 'b.md'), ', edited');
    const since = undoable.find(({ target }) => target.endsWith('b.md'))?.at ?? '';
    const undone = await cli(home, 'undo', '--rule', 'both', '--since', since, '--yes');
    assert.equal(undone.code, 1);
    assert.match(undone.stdout, /b\.md was changed since it was written/);
    assert.match(undone.stdout, /3 outputs of 4 taken back \(2 thoughts\)/);
    assert.deepEqual(readdirSync(notes), ['a.md', 'b.md']);
    assert.match(home.note('log.md'), /^<!-- [^\n]*\n- said word-0\n$/);
    assert.equal((await cli(home, 'undo', '--rule', 'nobody', '--yes')).code, 1);
    assert.equal((await cli(home, 'undo', '--since', '2h', '--last')).code, 2);
    await daemon.end();
  });
});

describe('a daemon that is killed while it takes something back', { concurrency: 3 }, () => {
  const points = [
    ...[
      'commit:askUndo:before',
      'commit:askUndo:after',
      'undo:begun',
      'temporary:opened',
      'temporary:synced',
    ],
    ...['commit:restored:before', 'commit:restored:after', 'undo:known', 'rename:before', 'rename:after'],
    ...['folder-sync:after', 'commit:settleUndo:before', 'commit:settleUndo:after'],
  ];
  for (const point of points) {
    it(`at ${point} has it done by the next one, once, if it was asked for`, async (t) => {
      const { home, notes } = await homeWithNotes(t);
      const daemon = await startDaemon(t, home);
      for (const word of ['word-1', 'word-2']) {
        writeFileSync(join(home.inbox, 'a.md'), word);
        await daemon.reached('done', word === 'word-1' ? 1 : 2);
      }
      await daemon.end();
      const killed = beginLife(home.folder, { point, hit: 1, signal: 'SIGKILL', swaps: [] });
      await killed.ready;
      assert.equal((await cli(home, 'undo', '--last')).code, 69, 'it died meanwhile');
      assert.equal(await killed.met, true);
      const again = await startDaemon(t, home);
      // Asking for it is what is durable: a kill before that is no undo.
      const isAsked = point !== 'commit:askUndo:before';
      if (isAsked) {
        const [row] = await thoughtsOf(home, '--rule', 'both');
        const states = async () => (await show(home, row?.id ?? '')).outputs.map(({ state }) => state).join();
        while ((await states()) !== 'undone,undone') await again.saw(() => true);
      }
      const word = isAsked ? 'word-1' : 'word-2';
      assert.equal(home.note('../inbox/notes/a.md'), `said ${word}`);
      assert.equal(home.note('log.md').includes('said word-2'), !isAsked);
      assert.deepEqual(
        [readdirSync(notes), home.noteNames()],
        [['a.md'], ['log.md']],
        'nothing is left over',
      );
      await again.end();
      assert.deepEqual(await rulesThatThought(home), ['both', 'both']);
    });
  }
});

/** Of everything that was thought, the rule. */
async function rulesThatThought(home: Home): Promise<string[]> {
  const database = new DatabaseSync(join(home.folder, 'state', 'consciousness.db'), { readOnly: true });
  try {
    return database
      .prepare('SELECT rule FROM thoughts')
      .all()
      .map(({ rule }) => String(rule));
  } finally {
    database.close();
  }
}

describe('run', () => {
  it('thinks about files that were there before the rule, once', async (t) => {
    const server = await startModelServer(() => 'said');
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    for (const name of ['old.md', 'older.md', 'other.txt']) writeFileSync(join(home.inbox, name), name);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    assert.deepEqual(await thoughtsOf(home), []);
    const named = await cli(home, 'run', 'copy', join(home.inbox, 'old.md'));
    assert.equal(named.code, 0, named.stderr);
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['old.md']);
    const all = JSON.parse((await cli(home, 'run', 'copy', '--existing', '--json')).stdout);
    assert.deepEqual([all.queued, all.notQueued], [1, 1]);
    await daemon.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['old.md', 'older.md']);
    const twice = await cli(home, 'run', 'copy', join(home.inbox, 'old.md'));
    assert.equal(twice.code, 1);
    assert.match(twice.stdout, /has it already: it is done/);
    const anew = await cli(home, 'run', 'copy', '--again', join(home.inbox, 'old.md'));
    assert.equal(anew.code, 0);
    await daemon.reached('done', 3);
    assert.deepEqual(home.noteNames(), ['old.md', 'older.md'], 'its note is replaced, not doubled');
    assert.equal(server.prompts.length, 3);
    await daemon.end();
  });

  it('says of every file why not, and what there is instead', async (t) => {
    const server = await startModelServer(() => 'said');
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    mkdirSync(join(home.inbox, 'node_modules'));
    for (const name of ['a.txt', 'node_modules/b.md']) writeFileSync(join(home.inbox, name), name);
    const daemon = await startDaemon(t, home);
    const file = (name: string) => join(home.inbox, name);
    const result = await cli(
      home,
      ...[
        'run',
        'copy',
        file('a.txt'),
        file('node_modules/b.md'),
        file('gone.md'),
        '/etc/hostname',
        '--json',
      ],
    );
    assert.equal(result.code, 1);
    const reasons = JSON.parse(result.stdout).results.map(({ reason }: { reason: string }) => reason);
    assert.match(reasons[0], /the paths of copy do not match it: .*\*\.md/);
    assert.match(reasons[1], /it is ignored by .*node_modules/);
    assert.match(reasons[2], /it was not seen yet/);
    assert.match(reasons[3], /it is in no watched folder/);
    const unknown = await cli(home, 'run', 'copyy', file('a.txt'));
    assert.deepEqual([unknown.code, /allowed: copy/.test(unknown.stderr)], [1, true]);
    assert.equal((await cli(home, 'run', 'copy')).code, 2);
    await daemon.end();
  });
});
