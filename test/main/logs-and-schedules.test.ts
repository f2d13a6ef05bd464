import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cli, createHome, type Home, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { seededRandom } from '../support/seeded-random.ts';

const WITHIN = 60_000;

/** Looks until a condition holds. */
async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + WITHIN;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(50);
  }
}

const copyLog = (home: Home, more = '') => `---
on:
  log: { path: "${home.folder}/app.log", gather: 100ms${more} }
mind: { models: [builtin/verbatim] }
outputs:
  - append: "${home.notes}/told.md"
    body: "{{ answer }}"
---
{{ event.text }}
`;

const told = (home: Home) =>
  existsSync(join(home.notes, 'told.md'))
    ? home
        .note('told.md')
        .split('\n')
        .filter((line) => line.startsWith('line '))
    : [];

const followed = (home: Home) => async () => {
  const { stdout } = await cli(home, 'status', '--json');
  const sense = JSON.parse(stdout).senses.find(({ name }: { name: string }) => name === 'logs');
  return /1 log/.test(sense?.detail ?? '');
};

describe('a rule on a log', () => {
  it('has every line in exactly one thought, whenever the daemon is killed and however the log is rotated', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    const random = seededRandom(7);
    const log = join(home.folder, 'app.log');
    home.rule('told', copyLog(home));
    writeFileSync(log, 'line from before\n');
    let written = 0;
    const write = (lines: number) => {
      for (let left = lines; left > 0; left -= 1) appendFileSync(log, `line ${written++}.\n`);
    };
    for (let life = 0; life < 4; life += 1) {
      const daemon = await startDaemon(t, home, { killed: true });
      if (life === 0) await until(followed(home), 'the log is followed');
      write(10);
      const enough = told(home).length + random.below(8);
      await until(() => told(home).length >= enough, `${enough} lines were told`);
      write(10);
      await sleep(random.below(300));
      await daemon.end('SIGKILL');
      write(5);
      for (let at = life + 1; at > 1; at -= 1)
        if (existsSync(`${log}.${at - 1}`)) renameSync(`${log}.${at - 1}`, `${log}.${at}`);
      if (life % 2 === 0) renameSync(log, `${log}.1`);
      else {
        copyFileSync(log, `${log}.1`);
        truncateSync(log, 0);
      }
      write(5);
    }
    const last = await startDaemon(t, home);
    await until(() => new Set(told(home)).size >= written, 'every line was told');
    await last.end();
    const expected = Array.from({ length: written }, (_, at) => `line ${at}.`);
    assert.deepEqual(told(home).sort(), expected.sort());
  });

  it('waits for a log that is not there yet, tells only what matches, and says what it does', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    home.rule('told', copyLog(home, String.raw`, match: "ERROR", begins: "^\\S"`));
    const daemon = await startDaemon(t, home);
    await until(followed(home), 'the log is waited for');
    const { stdout } = await cli(home, 'status', '--json');
    assert.match(stdout, /the file is not there yet/);
    appendFileSync(
      join(home.folder, 'app.log'),
      'all is well\nERROR it broke\n  at one\n  at two\nwell again\n',
    );
    await until(() => existsSync(join(home.notes, 'told.md')), 'a note was written');
    assert.match(home.note('told.md'), /-->\nERROR it broke\n {2}at one\n {2}at two\n?$/);
    const [thought] = await thoughtsOf(home);
    assert.equal(thought?.context.subject, `log:${home.folder}/app.log`);
    await daemon.end();
  });
});

describe('a rule on a schedule', () => {
  it('gathers what has changed since the time before, each change once, and asks no model where nothing has', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    home.rule(
      'digest',
      `---
on:
  schedule: { every: 1s, gather: { files: ["*.md"], rules: [notes] } }
mind: { models: [builtin/verbatim] }
outputs:
  - append: "${home.notes}/digest.md"
    body: "{{ answer }}"
---
{{ event.text }}
`,
    );
    home.rule(
      'notes',
      `---
on: { request: {} }
mind: { models: [builtin/verbatim] }
---
{{ event.text }}
`,
    );
    const daemon = await startDaemon(t, home);
    const cancelled = async () => (await thoughtsOf(home, '--state', 'cancelled', '--rule', 'digest'))[0];
    await until(async () => (await cancelled()) !== undefined, 'a time with nothing to gather');
    assert.match((await cancelled())?.reason ?? '', /^nothing has changed since /);
    writeFileSync(join(home.inbox, 'a.md'), 'the first of all notes');
    await cli(home, 'think', 'an idea that came by request', '--rule', 'notes');
    const digest = () => (home.noteNames().includes('digest.md') ? home.note('digest.md') : '');
    await until(() => /first of all/.test(digest()) && /an idea/.test(digest()), 'both were gathered');
    // The next change is gathered after the first one was, so that it would be there twice by then.
    writeFileSync(join(home.inbox, 'b.md'), 'the second of all notes');
    await until(() => /second of all/.test(digest()), 'the next was gathered');
    await daemon.end();
    assert.equal(digest().split('the first of all notes').length, 2);
    assert.equal(digest().split('an idea that came by request').length, 2);
    assert.match(digest(), new RegExp(`## ${home.inbox}/a.md, 20`));
    assert.match(digest(), /## Answer of the rule notes on request:/);
  });
});
