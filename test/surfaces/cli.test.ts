import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { begin, ended, here, run } from './command-line.ts';
import { running, temporaryFolder } from './running.ts';

/** ESC, CSI as one byte, BEL, a bidi override, and an OSC that would set the title. */
const HOSTILE = 'evil\u001b[31m\u009b2J\u0007\u202e\u001b]0;pwned\u0007.md';
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('every command that asks the daemon', { concurrency: 4 }, () => {
  for (const args of [
    ['status'],
    ['thoughts'],
    ['show', 'abcdef'],
    ['think', 'why?'],
    ['tail'],
    ['explain', '/inbox/a.md'],
    ['retry', '--dead'],
    ['cancel', 'abcdef'],
    ['log-level', 'debug'],
  ]) {
    it(`${args[0]}: exits 69 and says how to start one where none runs`, async (t) => {
      const home = await temporaryFolder(t);
      const { code, out, err } = await run([...args, '--home', home]);
      assert.equal(code, 69);
      assert.equal(out, '');
      assert.match(err, /daemon-not-running/);
      assert.ok(err.includes(`consciousness start --home ${home}`));
    });
  }

  it('stop: exits 0 with a sentence where none runs', async (t) => {
    const home = await temporaryFolder(t);
    const { code, out } = await run(['stop', '--home', home]);
    assert.deepEqual([code, out], [0, 'No daemon is running.\n']);
  });
});

describe('the command line', { concurrency: 4 }, () => {
  it('names the nearest command for an unknown one, exit 2', async () => {
    const { code, out, err } = await here(['stauts']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /unknown command 'stauts'\n\(Did you mean status\?\)/);
  });

  it('names the nearest subcommand and the nearest option, exit 2', async () => {
    const sub = await here(['config', 'chek']);
    assert.equal(sub.code, 2);
    assert.match(sub.err, /Did you mean check\?/);
    const option = await here(['thoughts', '--unprocesed']);
    assert.equal(option.code, 2);
    assert.match(option.err, /Did you mean --unprocessed\?/);
  });

  it('exits 2 for a missing argument, one too many, and no command at all', async () => {
    assert.equal((await here(['show'])).code, 2);
    assert.equal((await here(['status', 'extra'])).code, 2);
    const nothing = await here([]);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /Usage: consciousness/);
  });

  it('says in --help what a command does, with an example, its exit codes and its JSON', async () => {
    const { code, out } = await here(['thoughts', '--help']);
    assert.equal(code, 0);
    assert.match(out, /Usage: consciousness thoughts \[options\]/);
    assert.match(out, /\$ consciousness thoughts --state dead --since 2d/);
    assert.match(out, /Exit codes:\n +0 {2}listed/);
    assert.match(out, /69 {2}no daemon is running/);
    assert.match(out, /ThoughtRow\[\]/);
    assert.equal((await here(['help', 'thoughts'])).out, out);
  });

  it('lists every command in --help', async () => {
    const { out } = await here(['--help']);
    for (const name of [
      'start',
      'stop',
      'status',
      'thoughts',
      'show',
      'think',
      'tail',
      'explain',
      'retry',
      'cancel',
      'doctor',
    ]) {
      assert.match(out, new RegExp(`^ {2}${name}\\b.*[a-z]`, 'm'));
    }
  });

  it('prints the version', async () => {
    const { code, out } = await here(['--version']);
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  it('takes --home before and after the command, and quotes it for a shell', async (t) => {
    const { home } = await running(t);
    assert.equal((await here(['--home', home, 'status'])).code, 0);
    assert.equal((await here(['status', '--home', home])).code, 0);
    const { err } = await here(['status', '--home', `${home}/o'ther one`]);
    assert.ok(err.includes(`consciousness start --home '${home}/o'\\''ther one'`));
  });

  it('escapes what was typed when it repeats it', async () => {
    const { err } = await here(['stat\u001b[31mus\u009b']);
    assert.doesNotMatch(err, HARMFUL);
    assert.match(err, /stat\\x1b\[31mus\\x9b/);
  });
});

describe('status', () => {
  it('prints senses, queue, holds and providers, plain when piped', async (t) => {
    const { home, daemon } = await running(t);
    daemon.add({ state: 'dead' });
    daemon.holds = [
      {
        what: 'provider',
        name: 'lmstudio',
        reason: 'nothing listens at :1234',
        since: new Date().toISOString(),
        thoughts: 3,
      },
    ];
    const { code, out } = await run(['status', '--home', home], { env: { FORCE_COLOR: '1' } });
    assert.equal(code, 0);
    assert.match(out, /Consciousness 0\.1\.0 is awake/);
    assert.match(out, /1 thought: 1 dead/);
    assert.match(out, /\/inbox +watching +3 files/);
    assert.match(out, /provider lmstudio {2}3 thoughts, begun just now/);
    assert.match(out, /nothing listens at :1234/);
    assert.match(out, /lmstudio +online +0\/1 busy +qwen3-8b loaded/);
    assert.doesNotMatch(out, HARMFUL);
  });

  it('and doctor too shows what is polled, with the command that raises the limit', async (t) => {
    const { home, daemon } = await running(t);
    const status = await daemon.status();
    const command = 'sudo sysctl fs.inotify.max_user_watches=524288';
    const detail = `3 folders are polled, as the system allows no more watches; to raise the limit: ${command}`;
    const senses = status.senses.map((sense) => ({
      ...sense,
      roots: sense.roots.map((root) => ({ ...root, state: 'polling' as const, detail })),
    }));
    daemon.status = async () => ({ ...status, senses });
    assert.match((await here(['status', '--home', home])).out, /sudo sysctl/);
    const { out } = await here(['doctor', '--json', '--home', home]);
    const findings: { check: string; mend: string | null }[] = JSON.parse(out).findings ?? JSON.parse(out);
    assert.equal(findings.find(({ check }) => check === 'watching')?.mend, command);
  });

  it('shows a problem of several lines as one, says where the dead are, and wraps reasons', async (t) => {
    const { home, daemon } = await running(t);
    daemon.add({ state: 'dead' });
    const status = await daemon.status();
    const reason = `it failed ${'again and '.repeat(12)}at last`;
    daemon.status = async () => ({
      ...status,
      queue: { ...status.queue, dead: 1 },
      problems: ['a.md:3: on: missing\n  allowed: x\n  did you mean y?'],
      providers: status.providers.map((provider) => ({ ...provider, state: 'offline', reason })),
    });
    const { out } = await here(['status', '--no-color', '--home', home], { tty: true });
    assert.match(out, /problem a\.md:3: on: missing; allowed: x; did you mean y\?/);
    assert.match(out, /see: consciousness thoughts --state dead/);
    assert.ok(out.replace(/\n +/g, ' ').includes(reason));
    const wide = out.split('\n').filter((line) => line.length > 80 && !line.includes(home));
    assert.deepEqual(wide, []);
  });

  it('prints the StatusView with --json', async (t) => {
    const { home, daemon } = await running(t);
    const { out } = await run(['status', '--json', '--home', home]);
    assert.deepEqual(JSON.parse(out), await daemon.status());
  });
});

describe('thoughts', { concurrency: 4 }, () => {
  it('lists them in aligned columns with the reason', async (t) => {
    const { home, daemon } = await running(t);
    const dead = daemon.add({ state: 'dead', reason: 'the answer breaks the schema' });
    daemon.add({ state: 'done', rule: 'file-the-inbox' });
    const { code, out } = await run(['thoughts', '--home', home]);
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.equal(new Set(lines.map((line) => line.search(/STATE|dead|done/))).size, 1);
    assert.ok(lines[1]?.startsWith(dead.id.slice(0, 10)));
    assert.match(lines[1] ?? '', /the answer breaks the schema$/);
  });

  it('says that no rule has the name that was asked for', async (t) => {
    const { home } = await running(t);
    const { code, out } = await here(['thoughts', '--rule', 'nope', '--home', home]);
    assert.equal(code, 0);
    assert.match(out, /no rule is named nope; there are: request, file-the-inbox/);
    const known = await here(['thoughts', '--rule', 'file-the-inbox', '--home', home]);
    assert.equal(known.out, 'No such thoughts.\n');
  });

  it('keeps the name of a file at a narrow terminal', async (t) => {
    const { home, daemon } = await running(t);
    const path = `/inbox/${'long-folder/'.repeat(8)}inbox/gpl3.txt`;
    daemon.add({ context: { sense: 'files', subject: `file:${path}`, event: 1, path } });
    const { out } = await here(['thoughts', '--home', home], { tty: true });
    assert.match(out, /…\/.*inbox\/gpl3\.txt/);
  });

  it('prints ThoughtRows with --json and filters as asked', async (t) => {
    const { home, daemon } = await running(t);
    daemon.now = Date.now() - 3 * 3_600_000;
    daemon.add();
    daemon.now = Date.now();
    const recent = daemon.add({ rule: 'file-the-inbox' });
    daemon.add({ state: 'done', rule: 'file-the-inbox' });
    const { out } = await run([
      ...['thoughts', '--since', '2h', '--unprocessed', '--rule', 'file-the-inbox', '--state', 'ready'],
      ...['--limit', '5', '--json', '--home', home],
    ]);
    const rows = JSON.parse(out);
    assert.deepEqual(
      rows.map((row: { id: string }) => row.id),
      [recent.id],
    );
    assert.deepEqual(Object.keys(rows[0]), [
      'id',
      'timestamp',
      'content',
      'context',
      'processed',
      'state',
      'rule',
      'reason',
    ]);
  });

  it('refuses wrong values with what is allowed, exit 2', async (t) => {
    const home = await temporaryFolder(t);
    for (const [option, value, allowed] of [
      ['--state', 'asleep', /waiting, ready/],
      ['--limit', '0', /1 to 1000/],
      ['--since', 'yesterday', /2h, 3d/],
    ] as const) {
      const { code, err } = await here(['thoughts', option, value, '--home', home]);
      assert.equal(code, 2);
      assert.match(err, allowed);
      assert.ok(err.includes(value));
    }
  });

  it('shows hostile names and texts harmlessly, also as JSON', async (t) => {
    const { home, daemon } = await running(t);
    daemon.add({ content: HOSTILE, reason: HOSTILE });
    const plain = await run(['thoughts', '--home', home]);
    assert.doesNotMatch(plain.out, HARMFUL);
    assert.match(plain.out, /evil\\x1b\[31m\\x9b2J\\x07\\u\{202e\}/);
    const json = await run(['thoughts', '--json', '--home', home]);
    assert.doesNotMatch(json.out, HARMFUL);
    assert.equal(JSON.parse(json.out)[0].content, HOSTILE);
  });

  it('ends quietly when nobody reads on', async (t) => {
    const { home, daemon } = await running(t);
    for (let number = 0; number < 1000; number += 1) daemon.add({ content: 'x'.repeat(300) });
    const child = begin(['thoughts', '--limit', '1000', '--home', home]);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, err } = await ended(child);
    assert.deepEqual([code, err], [0, '']);
  });
});

describe('show', () => {
  it('prints event, text, prompt, attempts, answer and outputs, and says how much it cut', async (t) => {
    const { home, daemon } = await running(t);
    const thought = daemon.add({
      state: 'done',
      context: {
        sense: 'files',
        subject: 'file:/inbox/a.md',
        event: 7,
        path: '/inbox/a.md',
        change: 'added',
      },
      captured: {
        text: `${'word '.repeat(400)}\n${HOSTILE}`,
        characters: 2030,
        truncated: false,
        kind: 'text/markdown',
        pictures: 0,
        unread: '',
      },
      prompt: 'You file documents.',
      parts: 0,
      attempts: [
        {
          number: 1,
          startedAt: new Date().toISOString(),
          sentAt: new Date().toISOString(),
          firstTokenMs: 340,
          totalMs: 2100,
          provider: 'lmstudio',
          model: 'qwen3-8b',
          usage: { inputTokens: 900, outputTokens: 80 },
          outcome: 'answered',
          error: null,
          raw: null,
          left: null,
        },
      ],
      answer: { title: 'Bill', note: HOSTILE },
      outputs: [
        {
          position: 0,
          kind: 'write',
          mode: 'replace',
          target: '/notes/bill.md',
          source: null,
          state: 'applied',
          reason: '',
          bytes: 812,
          sha256: '',
          appliedAt: new Date().toISOString(),
          undoneAt: null,
          content: null,
          before: 'Bill\nopen\n',
          after: `Bill\n${HOSTILE}\n`,
          note: '',
        },
      ],
    });
    const { code, out } = await run(['show', thought.id.slice(0, 8), '--home', home]);
    assert.equal(code, 0);
    assert.doesNotMatch(out, HARMFUL);
    assert.match(out, /about +\/inbox\/a\.md/);
    assert.match(out, /… \d+ more characters/);
    assert.match(out, /You file documents\./);
    assert.match(out, /1 +answered +lmstudio\/qwen3-8b +.* +340 ms +2\.1 s +900\/80/);
    assert.match(out, /"title": "Bill"/);
    assert.match(out, /applied write \/notes\/bill\.md 812 B/);
    assert.match(out, /^ +-open$/m);
    assert.match(out, /^ +\+.*evil/m);
    const whole = await run(['show', thought.id, '--characters', '9999', '--home', home]);
    assert.match(whole.out, /evil\\x1b/);
    assert.doesNotMatch(whole.out, HARMFUL);
    const json = await run(['show', thought.id, '--json', '--home', home]);
    assert.deepEqual(JSON.parse(json.out), thought);
  });

  it('exits 1 for an unknown thought', async (t) => {
    const { home } = await running(t);
    const { code, err } = await run(['show', 'ffffffff', '--home', home]);
    assert.equal(code, 1);
    assert.match(err, /thought-unknown/);
  });
});

describe('retry, cancel, log-level and stop', { concurrency: 4 }, () => {
  it('change what was asked and exit 1 where one thing could not be', async (t) => {
    const { home, daemon } = await running(t);
    const dead = daemon.add({ state: 'dead' });
    const done = daemon.add({ state: 'done' });
    const retried = await run(['retry', dead.id, done.id, '--home', home]);
    assert.equal(retried.code, 1);
    assert.match(retried.out, new RegExp(`ok +${dead.id.slice(0, 10)} +ready`));
    assert.match(retried.out, new RegExp(`no +${done.id.slice(0, 10)} +done +it is done`));
    const cancelled = await run(['cancel', dead.id, '--json', '--home', home]);
    assert.equal(cancelled.code, 0);
    assert.deepEqual(JSON.parse(cancelled.out), [{ id: dead.id, ok: true, state: 'cancelled', reason: '' }]);
    assert.equal((await run(['retry', '--dead', '--home', home])).out, 'No thought is dead.\n');
  });

  it('give an id that cannot be one a result of its own', async (t) => {
    const { home, daemon } = await running(t);
    const dead = daemon.add({ state: 'dead' });
    const { code, out } = await here(['retry', 'xx', dead.id, '99', '--home', home]);
    assert.equal(code, 1);
    assert.match(out, /^no +xx +- +`xx` is not a thought id.*\nok .*\nno +99 +- +`99` is not/);
    assert.equal((await daemon.thought(dead.id)).state, 'ready');
  });

  it('speak of what was typed, not of the request that was made of it', async (t) => {
    const { home } = await running(t);
    for (const [args, said] of [
      [['show', 'xx'], /^error: `xx` is not a thought id/],
      [['log-level', 'loud'], /^error: `loud` is not a log level; allowed: DEBUG, INFO/],
      [['think', ' '], /^error: nothing to think about: the text is empty/],
    ] as const) {
      const { code, err } = await here([...args, '--home', home]);
      assert.equal(code, 2);
      assert.match(err, said);
    }
  });

  it('retry needs ids or --dead, and not both', async (t) => {
    const home = await temporaryFolder(t);
    assert.equal((await here(['retry', '--home', home])).code, 2);
    assert.equal((await here(['retry', 'abcdef', '--dead', '--home', home])).code, 2);
  });

  it('log-level changes it and refuses an unknown one, exit 2', async (t) => {
    const { home, daemon } = await running(t);
    assert.equal((await run(['log-level', 'Debug', '--home', home])).code, 0);
    assert.equal(daemon.logLevel, 'DEBUG');
    assert.equal((await run(['log-level', 'loud', '--home', home])).code, 2);
  });

  it('stop waits until the socket is closed', async (t) => {
    const { home, daemon, close } = await running(t);
    let closed = false;
    daemon.onStop = () => {
      // Two looks of the command later, so that a command which does not wait is found out.
      setTimeout(() => {
        closed = true;
        void close();
      }, 120);
    };
    const { code, out } = await run(['stop', '--home', home]);
    assert.equal(closed, true);
    assert.deepEqual([code, out], [0, 'The daemon has stopped.\n']);
  });
});

describe('explain', { concurrency: 4 }, () => {
  it('asks for the real path of the folder, also when the file is gone', async (t) => {
    const { home, daemon } = await running(t);
    await mkdir(`${home}/real`);
    await symlink(`${home}/real`, `${home}/link`);
    const { code } = await run(['explain', 'link/gone.md', '--home', home], { cwd: home });
    assert.equal(code, 0);
    const real = await realpath(home);
    assert.equal(daemon.explained[0], `${real}/real/gone.md`);
    // Outside every root, so the path as typed is tried as well: a root may be a link itself.
    assert.equal(daemon.explained[1], `${home}/link/gone.md`);
  });

  it('understands names as we print them, and names with backslashes that are there', async (t) => {
    const { home, daemon } = await running(t);
    await run(['explain', '/inbox/a\\xff.md', '--home', home]);
    assert.equal(daemon.explained.at(-1), '/inbox/a\\xff.md');
    await writeFile(`${home}/b\\x41.md`, '');
    await run(['explain', `${home}/b\\x41.md`, '--home', home]);
    assert.match(daemon.explained.at(-1) ?? '', /b\\\\x41\.md$/);
    await run(['explain', '/inbox/tab\there', '--home', home]);
    assert.equal(daemon.explained.at(-1), '/inbox/tab\\x09here');
  });

  it('prints every answer, and the Explanation with --json', async (t) => {
    const { home } = await running(t);
    const { out } = await run(['explain', '/inbox/a.md', '--home', home]);
    assert.match(out, /It was never seen\./);
    assert.match(out, /root +\/inbox/);
    assert.match(out, /yes file-the-inbox: matches \/inbox\/\*/);
    const json = await run(['explain', '/inbox/a.md', '--json', '--home', home]);
    assert.equal(JSON.parse(json.out).root, '/inbox');
  });
});
