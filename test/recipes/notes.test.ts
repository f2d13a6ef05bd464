import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { assertCost, assertSettled, came, type Installed, install, isThere, until } from './recipe.ts';
import { WORDS } from './words.ts';

const NOTE = '2026-03-12.md';
const RULES = ['notes-tidy', 'notes-ask', 'notes-tasks'];

async function installNotes(t: TestContext): Promise<Installed> {
  const recipe = await install(t, 'notes');
  for (const rule of RULES) recipe.change(rule, 'settle: 60s', 'settle: 300ms');
  return recipe;
}

const read = ({ watched }: Installed) => readFileSync(join(watched, NOTE), 'utf8');
const write = ({ watched }: Installed, text: string) => writeFileSync(join(watched, NOTE), text);

/** A note without what the recipe may put into it: its keys of front matter, and marked blocks of one line. */
function withoutOurs(note: string): string {
  return note
    .replace(/^(?:summary|tags):.*\n(?:[ \t]+.*\n|- .*\n)*/gm, '')
    .replace(/^<!-- consciousness .* -->\n.*\n/gm, '');
}

const answersIn = (note: string) => [...note.matchAll(/^(@ask .*)\n<!-- consciousness .* -->\n(.*)$/gm)];

describe('the recipe notes', () => {
  it('tidies a daily note, answers each question once and collects tasks, whatever its author writes in between', async (t) => {
    const recipe = await installNotes(t);
    const { server, notes } = recipe;
    const daemon = await recipe.start();
    const original = readFileSync(recipe.sample(NOTE), 'utf8');
    recipe.drop(NOTE);
    for (const rule of RULES) await came(daemon, rule);
    const tidied = read(recipe);
    assert.equal(withoutOurs(tidied), original, 'nothing else of it is touched');
    assert.match(tidied, /^---\nweather: wind from the west, 6\nsummary: .*The northern anemometer/);
    for (const tag of ['anemometer', 'tide-gauge', 'calibration'])
      assert.match(tidied.split('\n---\n')[0] ?? '', new RegExp(`^tags:[\\s\\S]*${tag}`, 'm'));
    assert.deepEqual(
      answersIn(tidied).map(([, line, answer]) => [line, answer?.slice(0, 10)]),
      [
        ['@ask How many knots are 12 m/s?', '12 m/s are'],
        ['@ask What should I check first when a modem says "no carrier"?', 'The line: '],
      ],
    );
    assert.match(
      recipe.note('Tasks.md'),
      /^## \[2026-03-12\.md\]\(\S+\)\n\n- \[ \] Order a bearing .*\n- \[ \] Ask the telephone company .*\n$/,
    );
    assertCost('notes', 'notes-tidy', recipe);
    assertCost('notes', 'notes-ask', recipe);
    assertCost('notes', 'notes-tasks', recipe);

    // Its author goes on: a task is done, another one and a question are new. The model answers all questions again.
    const list = join(notes, 'Tasks.md');
    writeFileSync(list, recipe.note('Tasks.md').replace('- [ ] Order', '- [x] Order'));
    const edited = `${tidied}\nThe supplier has called.\n\n- [ ] Fetch the bearing on Monday\n\n@ask Is a worn bearing audible?\n`;
    const before = server.answer;
    server.answer = (prompt, body) => {
      const said = before(prompt, body);
      if (said !== WORDS['notes-ask']) return said;
      const lines = [...edited.matchAll(/^@ask .*$/gm)].map(([line]) => ({
        line,
        answer: 'Yes, it grinds.',
      }));
      return { answers: lines };
    };
    write(recipe, edited);
    for (const rule of RULES) await came(daemon, rule, 'done', 2);
    const again = read(recipe);
    assert.equal(withoutOurs(again), withoutOurs(edited));
    assert.deepEqual(
      answersIn(again).map(([, , answer]) => answer?.slice(0, 10)),
      ['12 m/s are', 'The line: ', 'Yes, it gr'],
    );
    const tasks = recipe.note('Tasks.md').match(/^- \[.\] .*$/gm);
    assert.deepEqual(tasks, [
      '- [x] Order a bearing for the northern anemometer',
      '- [ ] Ask the telephone company about the modem at the pier',
      '- [ ] Fetch the bearing on Monday',
    ]);

    // Without a question that is open, nobody is asked.
    const asked = recipe.asked('notes-ask').length;
    write(recipe, `${again}\nGood night.\n`);
    await came(daemon, 'notes-ask', 'cancelled');
    await came(daemon, 'notes-tidy', 'done', 3);
    assert.equal(recipe.asked('notes-ask').length, asked);
    await assertSettled(recipe, daemon);
  });

  it('asks no model about a note without questions, and takes no other file for a daily note', async (t) => {
    const recipe = await installNotes(t);
    const daemon = await recipe.start();
    writeFileSync(join(recipe.watched, 'shopping.md'), '- [ ] Bread\n');
    await came(daemon, 'notes-ask', 'cancelled');
    await daemon.end();
    assert.equal(recipe.server.prompts.length, 0);
    assert.deepEqual(recipe.noteNames(), []);
  });

  it('writes a digest in the evening of what the day has brought', async (t) => {
    const recipe = await installNotes(t);
    recipe.change('notes-digest', 'cron: "30 18 * * *"', 'every: 2s');
    const daemon = await recipe.start();
    recipe.drop(NOTE);
    for (const rule of RULES) await came(daemon, rule);
    await came(daemon, 'notes-digest');
    await until(() => recipe.noteNames().some((name) => name.startsWith('Digests/')), 'a digest');
    const name = `Digests/digest-${new Date().toLocaleDateString('sv')}.md`;
    assert.ok(isThere(recipe, name), recipe.noteNames().join());
    assert.match(
      recipe.note(name),
      /^# \d{4}-\d\d-\d\d\n\nThe day was about .*\n\n## Done\n\n- Anemometer .*\n- .*\n\n## Open\n\n- Order .*\n- .*\n$/,
    );
    await came(daemon, 'notes-digest', 'cancelled');
    const isWhole = recipe
      .asked('notes-digest')
      .some(({ prompt }) => /notes-tidy[\s\S]*12 m\/s are about/.test(prompt));
    // A digest may be due while the rules are still at it.
    if (isWhole) assertCost('notes', 'notes-digest', recipe);
    await assertSettled(recipe, daemon);
  });
});
