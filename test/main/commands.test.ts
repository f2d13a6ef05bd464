import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import type { RuleView } from '../../src/contract/api.ts';
import { lockState } from '../../src/store/lock.ts';
import { BIN, cli, copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { temporaryFolder } from '../support/store.ts';

async function homeWithServer(t: TestContext) {
  const server = await startModelServer();
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  return { home, server };
}

describe('rules', () => {
  it('lists what each rule has matched and what became of its last thought', async (t) => {
    const { home, server } = await homeWithServer(t);
    home.rule('copy', copyRule(home));
    home.rule('idle', copyRule(home).replace('*.md', '*.none'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'one');
    await daemon.reached('done', 1);
    server.answer = () => '';
    writeFileSync(join(home.inbox, 'b.md'), '\0\0');
    await daemon.saw((event) => event.type === 'state' && event.state === 'dead', 'a dead thought');
    const { stdout } = await cli(home, 'rules', '--json');
    const [copy, idle]: RuleView[] = JSON.parse(stdout);
    assert.deepEqual([copy?.thoughts.done, copy?.thoughts.dead, copy?.last?.state], [1, 1, 'dead']);
    assert.deepEqual([idle?.last, idle?.held], [null, null]);
    await cli(home, 'pause', 'idle');
    const shown = (await cli(home, 'rules')).stdout;
    assert.match(shown, /copy +in force +2 +1 +0 +1 .* dead +b\.md/);
    assert.match(shown, /idle +paused +0/);
    assert.match(shown, /copy's last gave up: .*\n/);
    await daemon.end();
    const none = await cli(home, 'rules');
    assert.equal(none.code, 69);
    assert.match(none.stderr, /next: .*consciousness start/);
    const doctor = JSON.parse((await cli(home, 'doctor', '--json')).stdout);
    const about = (check: string) => doctor.findings.find((each: { check: string }) => each.check === check);
    assert.match(about('dead').mend, /retry --dead/);
    assert.equal(about('quick check').status, 'ok');
    assert.equal(about('clock').status, 'ok');
  });
});

describe('a rule', () => {
  it('is told with the title of its last answer, and as refused where its file is broken', async (t) => {
    const { home, server } = await homeWithServer(t);
    server.answer = () => ({ title: 'A letter' });
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { answer: { title: string } }\noutputs:'));
    home.rule('wrong', 'no front matter');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'one');
    await daemon.reached('done', 1);
    const views = async () =>
      new Map(
        JSON.parse((await cli(home, 'rules', '--json')).stdout).map((view: RuleView) => [view.name, view]),
      ) as Map<string, RuleView>;
    const before = await views();
    assert.deepEqual([...before.keys()], ['copy', 'wrong']);
    assert.deepEqual(
      [before.get('copy')?.state, before.get('copy')?.lastResult?.title],
      ['in-force', 'A letter'],
    );
    assert.deepEqual([before.get('wrong')?.state, before.get('wrong')?.version], ['refused', '']);
    const shown = (await cli(home, 'rules')).stdout;
    assert.match(shown, /copy +in force .* done +A letter/);
    assert.match(shown, /wrong: .*wrong\.md:1.*no front matter/);
    home.rule('copy', 'broken now');
    await daemon.saw((event) => event.type === 'reloaded' && event.problems.length === 2, 'the reload');
    const copy = (await views()).get('copy');
    assert.equal(copy?.state, 'refused');
    assert.match(copy?.problem ?? '', /last good version is in force/);
    assert.equal(await daemon.end(), 0);
  });
});

describe('logs', () => {
  const line = (event: string, level = 'INFO', time = new Date().toISOString()) =>
    `${JSON.stringify({ time, level, event })}\n`;

  it('shows the last lines through rotation, by level and time, and passes over what a crash has torn', async (t) => {
    const { home } = await homeWithServer(t);
    const none = await cli(home, 'logs');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /nothing was logged yet.*\n.*\n.*next: .*start/);
    mkdirSync(join(home.folder, 'logs'));
    const log = join(home.folder, 'logs', 'consciousness.log');
    writeFileSync(`${log}.1`, line('long ago', 'ERROR', '2020-01-01T00:00:00.000Z') + line('older'));
    writeFileSync(log, `${line('torn').slice(0, 20)}\n${line('newer \u001b[31m', 'WARNING')}`);
    const names = async (...args: string[]) =>
      (await cli(home, 'logs', '--json', ...args)).stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((each) => JSON.parse(each).event);
    assert.deepEqual(await names(), ['long ago', 'older', 'newer \u001b[31m']);
    assert.deepEqual(await names('-n', '1'), ['newer \u001b[31m']);
    assert.deepEqual(await names('--since', '1h'), ['older', 'newer \u001b[31m']);
    assert.deepEqual(await names('--level', 'error'), ['long ago']);
    assert.match((await cli(home, 'logs')).stdout, /WARNING +newer \\(u001b|x1b)\[31m\n/);
    for (const args of [
      ['-n', 'many'],
      ['--level', 'loud'],
    ]) {
      const refused = await cli(home, 'logs', ...args);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /allowed: /);
    }
  });

  it('follows what is logged, also when the file is rotated', async (t) => {
    const { home } = await homeWithServer(t);
    mkdirSync(join(home.folder, 'logs'));
    const log = join(home.folder, 'logs', 'consciousness.log');
    writeFileSync(log, line('before'));
    const child = spawn(process.execPath, [BIN, 'logs', '-f', '--home', home.folder], {
      env: { ...process.env, NODE_V8_COVERAGE: '' },
    });
    t.after(() => child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    assert.match(await next(), /before/);
    appendFileSync(log, line('first'));
    assert.match(await next(), /first/);
    appendFileSync(log, line('last of the old one'));
    renameSync(log, `${log}.1`);
    writeFileSync(log, line('first of the new one'));
    const two = [await next(), await next()].join('\n');
    assert.match(two, /last of the old one\n.*first of the new one/);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [130, null]);
  });
});

describe('providers', () => {
  it('shows health, models, loaded context and, asked to, the speed of a real answer', async (t) => {
    const { home, server } = await homeWithServer(t);
    server.native = {
      models: [
        {
          type: 'llm',
          key: 'test-model',
          loaded_instances: [{ id: 'test-model', config: { context_length: 8192 } }],
        },
      ],
    };
    const { code, stdout } = await cli(home, 'providers', '--probe', '--json');
    assert.equal(code, 0);
    const [view] = JSON.parse(stdout);
    assert.deepEqual(
      [view.name, view.state, view.loaded, view.context],
      ['lmstudio', 'online', 'test-model', 8192],
    );
    assert.equal(view.probe.failure, null);
    assert.ok(view.probe.totalMs >= 0);
    await server.stop();
    const away = await cli(home, 'providers');
    assert.equal(away.code, 1);
    assert.match(away.stdout, /lmstudio +offline[\s\S]*lmstudio: lmstudio does not answer at/);
  });
});

describe('completions', () => {
  it('let bash complete commands, their second words, and their options', async (t) => {
    const { home } = await homeWithServer(t);
    const script = join(home.folder, 'completions.bash');
    writeFileSync(script, (await cli(home, 'completions', 'bash')).stdout);
    const complete = (...words: string[]) =>
      execFileSync(
        'bash',
        [
          '-c',
          `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _consciousness; echo "\${COMPREPLY[*]}"`,
          'bash',
          script,
          'consciousness',
          ...words,
        ],
        { encoding: 'utf8' },
      ).trim();
    assert.equal(complete('compl'), 'completions');
    assert.equal(complete('config', 's'), 'show schema');
    assert.equal(complete('logs', '--le'), '--level');
    assert.equal(complete('config', 'show', '--so'), '--sources');
    assert.equal(complete('thoughts', '--plai'), '--plain');
  });

  for (const [shell, check] of [
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const) {
    it(`are a script that ${shell} accepts`, async (t) => {
      const { home } = await homeWithServer(t);
      const { stdout, code } = await cli(home, 'completions', shell);
      assert.equal(code, 0);
      assert.match(stdout, /uninstall/);
      const script = join(home.folder, `completions.${shell}`);
      writeFileSync(script, stdout);
      try {
        execFileSync(shell, [...check, script], { stdio: 'pipe' });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
          return t.skip(`no ${shell}`);
        throw error;
      }
    });
  }

  it('say for which shells there are some', async (t) => {
    const { home } = await homeWithServer(t);
    const { code, stderr } = await cli(home, 'completions', 'powershell');
    assert.equal(code, 2);
    assert.match(stderr, /found: +powershell\n +allowed: bash, zsh, fish/);
  });
});

describe('uninstall', () => {
  it('lists what is where and removes nothing; with --purge, everything but what is yours', async (t) => {
    const { home } = await homeWithServer(t);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    const running = await cli(home, 'uninstall', '--purge', '--yes');
    assert.equal(running.code, 75);
    assert.match(running.stderr, /next: .*stop/);
    await daemon.end();
    writeFileSync(join(home.notes, 'mine.md'), 'mine');
    const outside = join(home.inbox, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'precious.txt'), 'precious');
    symlinkSync(outside, join(home.folder, 'state', 'link'));

    const listed = await cli(home, 'uninstall');
    assert.equal(listed.code, 0);
    assert.match(listed.stdout, /state .*\n[\s\S]*yours, stays .*inbox[\s\S]*npm uninstall -g/);
    const asks = await cli(home, 'uninstall', '--purge');
    assert.equal(asks.code, 2);
    assert.ok(existsSync(join(home.folder, 'state', 'consciousness.db')));

    const purged = await cli(home, 'uninstall', '--purge', '--yes', '--json');
    assert.equal(purged.code, 0, purged.stderr);
    assert.equal(JSON.parse(purged.stdout).purged, true);
    assert.deepEqual(readdirSync(home.folder).sort(), ['inbox', 'notes']);
    assert.equal(readFileSync(join(outside, 'precious.txt'), 'utf8'), 'precious');
  });

  it('takes no file for its own that lies in a folder of the same name', async (t) => {
    const { home } = await homeWithServer(t);
    for (const [folder, name] of [
      ['state', 'of-mine.json'],
      ['logs', 'web-server.log'],
      ['rules', 'house-rules.txt'],
    ] as const) {
      mkdirSync(join(home.folder, folder), { recursive: true });
      writeFileSync(join(home.folder, folder, name), 'mine');
    }
    const target = join(home.inbox, 'dotfiles');
    mkdirSync(target);
    writeFileSync(join(target, '.env'), '');
    symlinkSync(join(target, '.env'), join(home.folder, '.env'));
    home.rule('copy', copyRule(home));
    writeFileSync(join(home.folder, 'logs', 'consciousness.log.1'), '');
    const { code, stdout, stderr } = await cli(home, 'uninstall', '--purge', '--yes');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /stays +state[\s\S]*no daemon has lived in it/);
    assert.match(stdout, /logs .*it holds 1 more/);
    assert.deepEqual(readdirSync(home.folder).sort(), ['inbox', 'logs', 'notes', 'rules', 'state']);
    assert.deepEqual(readdirSync(join(home.folder, 'state')), ['of-mine.json']);
    assert.deepEqual(readdirSync(join(home.folder, 'logs')), ['web-server.log']);
    assert.deepEqual(readdirSync(join(home.folder, 'rules')), ['house-rules.txt']);
    assert.ok(existsSync(join(target, '.env')), 'what a link leads to');
  });

  it('leaves a database that db_path has put elsewhere, and says so', async (t) => {
    const { home } = await homeWithServer(t);
    const elsewhere = join(temporaryFolder(t), 'thoughts.db');
    home.config(`db_path: ${elsewhere}\n`);
    writeFileSync(elsewhere, 'all that was thought');
    const { code, stdout } = await cli(home, 'uninstall', '--purge', '--yes', '--json');
    assert.equal(code, 0);
    const { places } = JSON.parse(stdout);
    const database = places.find((each: { what: string }) => each.what === 'database');
    assert.deepEqual([database.path, database.stays !== null], [elsewhere, true]);
    assert.ok(existsSync(elsewhere));
  });

  it('refuses while a daemon has the lock, also where it does not listen yet', async (t) => {
    const { home } = await homeWithServer(t);
    const state = join(home.folder, 'state');
    const lock = lockState(state);
    try {
      const { code, stderr } = await cli(home, 'uninstall', '--purge', '--yes');
      assert.equal(code, 75);
      assert.match(stderr, /daemon-already-running/);
      assert.ok(existsSync(join(home.folder, 'config.yaml')));
    } finally {
      lock.release();
    }
  });

  it('removes nothing where the configuration cannot tell what is yours', async (t) => {
    const { home } = await homeWithServer(t);
    mkdirSync(join(home.folder, 'state', 'notes'), { recursive: true });
    home.config(`output_roots: ["${home.folder}/state/notes"]\n`);
    const { code, stderr } = await cli(home, 'uninstall', '--purge', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /what is yours is not known[\s\S]*next: .*config check/);
    assert.ok(existsSync(join(home.folder, 'state', 'notes')));
  });
});

describe('doctor --report', () => {
  it('writes what helps, without secrets, texts and the home folder', async (t) => {
    const { home } = await homeWithServer(t);
    home.rule('copy', copyRule(home));
    writeFileSync(join(home.folder, '.env'), 'CONSCIOUSNESS_LM_STUDIO__API_KEY=very-secret-key-1234\n');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'private words');
    await daemon.reached('done', 1);
    await daemon.end();
    const child = spawn(process.execPath, [BIN, 'doctor', '--report', '--home', home.folder], {
      cwd: home.folder,
      env: { ...process.env, HOME: home.folder },
    });
    await once(child, 'close');
    const name = readdirSync(home.folder).find((each) => each.startsWith('consciousness-report-')) ?? '';
    const report = readFileSync(join(home.folder, name), 'utf8');
    assert.match(
      report,
      /## Findings[\s\S]*## Configuration[\s\S]*## Status[\s\S]*## Last 200 lines of the log/,
    );
    assert.match(report, /"watch_paths"[\s\S]*~\/inbox/);
    assert.doesNotMatch(report, /very-secret-key|private words/);
    assert.ok(!report.includes(home.folder));
  });
});
