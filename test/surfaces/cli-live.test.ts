import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import { begin, ended, here, printed, run } from './command-line.ts';
import { MemoryDaemon } from './memory-daemon.ts';
import { running, temporaryFolder } from './running.ts';

const HOLD = {
  what: 'provider',
  name: 'lmstudio',
  reason: 'nothing listens at :1234',
  since: '',
  thoughts: 1,
} as const;
const held: LiveEvent = { type: 'hold', at: '2026-11-22T12:00:00.000Z', held: true, ...HOLD };

/** The thought that was just asked for, once the daemon has it and somebody streams it. */
async function asked(daemon: Awaited<ReturnType<typeof running>>['daemon']): Promise<string> {
  const read = daemon.thought.bind(daemon);
  const streamed = new Promise<void>((resolve) => {
    // The stream reads the thought once it is subscribed.
    daemon.thought = async (id) => {
      resolve();
      return await read(id);
    };
  });
  await streamed;
  const [id] = daemon.all.keys();
  assert.ok(id);
  return id;
}

describe('think', { concurrency: 4 }, () => {
  it('prints the tokens as they come and exits 0 when it is done', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['think', 'why?', '--home', home], { input: '' });
    const end = ended(child);
    const first = printed(child.stdout, 'It ');
    const id = await asked(daemon);
    assert.equal((await daemon.thought(id)).content, 'why?');
    daemon.send(id);
    daemon.say(id, 'hm', true);
    daemon.say(id, 'It ');
    await first; // on the screen before the answer is whole
    daemon.say(id, 'scatters \u001b[31m.');
    daemon.become(id, 'answered');
    daemon.become(id, 'done', { answer: 'It scatters \u001b[31m.' });
    const { code, out } = await end;
    assert.deepEqual([code, out], [0, 'It scatters \\x1b[31m.\n']);
  });

  it('prints the answer where no tokens came, and where they were of an attempt that failed', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['think', 'why?', '--home', home], { input: '' });
    const end = ended(child);
    const id = await asked(daemon);
    daemon.send(id);
    daemon.say(id, 'half');
    daemon.become(id, 'ready', { reason: 'cut' });
    daemon.send(id);
    daemon.become(id, 'done', { answer: { a: 1 } });
    const { code, out, err } = await end;
    assert.deepEqual([code, out], [0, 'half\n{\n  "a": 1\n}\n']);
    assert.match(err, /trying again/);
  });

  it('says why it is held and goes on waiting', async (t) => {
    const { home, daemon } = await running(t);
    daemon.holds = [HOLD];
    const child = begin(['think', 'why?', '--home', home], { input: '' });
    const end = ended(child);
    await printed(child.stderr, 'held: nothing listens at :1234');
    const [id = ''] = daemon.all.keys();
    daemon.become(id, 'done', { answer: 'at last' });
    const { code, out } = await end;
    assert.deepEqual([code, out], [0, 'at last\n']);
  });

  it('says once that it waits where other thoughts come first', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['think', 'why?', '--home', home], { input: '' });
    const end = ended(child);
    const waiting = printed(child.stderr, 'waiting: other thoughts come first');
    const id = await asked(daemon);
    await waiting;
    daemon.send(id);
    daemon.become(id, 'done', { answer: 'at last' });
    const { code, out, err } = await end;
    assert.deepEqual([code, out], [0, 'at last\n']);
    assert.equal(err.split('waiting').length, 2);
  });

  it('leaves the thought queued on Ctrl-C, and says so, exit 130', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['think', 'why?', '--home', home], { input: '' });
    const end = ended(child);
    const waiting = printed(child.stderr, 'held: ');
    const id = await asked(daemon);
    daemon.holds = [HOLD];
    daemon.tell(held);
    await waiting;
    child.kill('SIGINT');
    const { code, err } = await end;
    assert.equal(code, 130);
    assert.match(err, new RegExp(`stays queued.*consciousness show ${id.slice(0, 10)} --home`));
    assert.equal((await daemon.thought(id)).state, 'ready');
  });

  it('exits 1 with the reason when it is dead', async (t) => {
    const { home, daemon } = await running(t);
    const end = run(['think', 'why?', '--home', home]);
    const id = await asked(daemon);
    daemon.become(id, 'dead', { reason: 'the answer breaks the schema' });
    const { code, out, err } = await end;
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /dead: the answer breaks the schema/);
  });

  it('exits 69 and says that it stays queued when the daemon stops meanwhile', async (t) => {
    const { home, daemon, close } = await running(t);
    const end = run(['think', 'why?', '--home', home]);
    await asked(daemon);
    await close();
    const { code, err } = await end;
    assert.equal(code, 69);
    assert.match(err, /stays queued/);
  });

  it('reads standard input, and returns at once with --no-wait', async (t) => {
    const { home, daemon } = await running(t);
    const args = ['think', '-', '--no-wait', '--key', 'k', '--rule', 'file-the-inbox', '--home', home];
    const { code, out } = await run(args, { input: 'a diff\nof two lines\n' });
    const [thought] = daemon.all.values();
    assert.deepEqual([code, out], [0, `${thought?.id}\n`]);
    assert.equal(thought?.content, 'a diff\nof two lines\n');
    assert.equal(thought?.rule, 'file-the-inbox');
    await run(args, { input: 'a diff\nof two lines\n' });
    assert.equal(daemon.all.size, 1);
  });

  it('ends while it waits for input on Ctrl-C', async (t) => {
    const { home } = await running(t);
    const child = begin(['think', '-', '--home', home]);
    const end = ended(child);
    // It has subscribed to signals once it reads: what is written to it arrives.
    await new Promise((resolve) => child.stdin.write('x', resolve));
    await new Promise((resolve) => child.stdin.write('y'.repeat(200_000), resolve));
    child.kill('SIGINT');
    assert.deepEqual((await end).code, 130);
  });

  it('prints one document with --json', async (t) => {
    const { home, daemon } = await running(t);
    const end = run(['think', 'why?', '--json', '--home', home]);
    const id = await asked(daemon);
    daemon.send(id);
    daemon.say(id, 'It ');
    daemon.become(id, 'done', { answer: 'It is.' });
    assert.deepEqual(JSON.parse((await end).out), await daemon.thought(id));
  });
});

describe('tail', { concurrency: 4 }, () => {
  it('prints what matters, harmlessly, with names alone, until the daemon stops', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['tail', '--home', home], { input: '' });
    const end = ended(child);
    await printed(child.stderr, 'listening');
    const context = { sense: 'files', subject: 'file:/inbox/new/a.md', event: 1 } as const;
    const { id } = daemon.add({ rule: 'file-the-inbox', context });
    const at = '2026-11-22T12:00:00.000Z';
    daemon.tell({
      type: 'perceived',
      at,
      seq: 1,
      path: '/inbox/new/a.md',
      change: 'added',
      rules: ['file-the-inbox'],
    });
    daemon.tell({ type: 'perceived', at, seq: 2, path: '/inbox/b.md', change: 'added', rules: [] });
    daemon.send(id);
    daemon.say(id, 'unseen');
    for (const [kind, target] of [
      ['write', '/notes/a.md'],
      ['move', '/notes/b.md'],
      ['webhook', 'webhook:team'],
      ['command', 'command: make'],
    ] as const)
      daemon.tell({ type: 'output', at, thought: id, kind, target, state: 'applied', reason: '' });
    daemon.tell({ ...held, reason: 'lmstudio does not answer at http://x (refused): start it' });
    daemon.tell({ ...held, reason: 'lmstudio refuses the API key at http://x (401): set it' });
    daemon.tell({ ...held, held: false });
    daemon.tell({ type: 'root', at, path: '/inbox', state: 'offline', detail: 'it is gone' });
    daemon.tell({ type: 'reloaded', at, rules: 2, problems: ['a.md:3: on: missing\n  allowed: x'] });
    daemon.tell({ type: 'reloaded', at, rules: 2, problems: ['a.md:3: warning: odd'] });
    daemon.tell({ type: 'problem', at, message: 'bad \u001b[2Jnews\nand more' });
    daemon.become(id, 'dead', { reason: 'gave up' });
    daemon.endLive();
    const { code, out } = await end;
    assert.equal(code, 0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, '').replaceAll(id.slice(0, 10), 'ID'));
    assert.deepEqual(lines, [
      'added     new/a.md  file-the-inbox',
      'thinking  new/a.md with lmstudio/qwen3-8b  request ID',
      'wrote     a.md',
      'moved     b.md',
      'sent      webhook:team',
      'ran       command: make',
      'held      lmstudio is offline',
      'held      lmstudio refuses the API key',
      'released  lmstudio',
      'offline   /inbox: it is gone',
      'reloaded  2 rules; the last good versions stay in force: a.md:3: on: missing; allowed: x',
      'reloaded  2 rules; a.md:3: warning: odd',
      'problem   bad \\x1b[2Jnews; and more',
      'dead      new/a.md: gave up  file-the-inbox ID',
    ]);
  });

  it('shows every step with --verbose, and changes that no rule is about', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['tail', '--verbose', '--home', home], { input: '' });
    const end = ended(child);
    await printed(child.stderr, 'listening');
    const { id } = daemon.add();
    const at = '2026-11-22T12:00:00.000Z';
    daemon.tell({ type: 'perceived', at, seq: 2, path: '/inbox/b.md', change: 'added', rules: [] });
    daemon.become(id, 'running');
    daemon.become(id, 'answered');
    daemon.endLive();
    const { out } = await end;
    assert.match(out, /added +b\.md {2}no rule is about it\n.*running +request.*\n.*answered +request/);
  });

  it('prints a LiveEvent a line with --json, and exits 130 on Ctrl-C', async (t) => {
    const { home, daemon } = await running(t);
    const child = begin(['tail', '--json', '--home', home], { input: '' });
    const end = ended(child);
    const seen = printed(child.stdout, '\n');
    // Nothing is printed when it begins to listen, so it is told until it has heard.
    const telling = setInterval(() => daemon.tell(held), 20);
    await seen;
    clearInterval(telling);
    child.kill('SIGINT');
    const { code, out } = await end;
    assert.equal(code, 130);
    assert.deepEqual(JSON.parse(out.split('\n')[0] ?? ''), held);
  });
});

describe('start', { concurrency: 4 }, () => {
  it('prints what is watched, the rules, the models, where notes go and how to stop; then what happens', async (t) => {
    const home = await temporaryFolder(t);
    const child = begin(['start', '--home', home], { input: '' });
    const end = ended(child);
    await printed(child.stdout, 'added');
    child.kill('SIGINT');
    const { code, out, err } = await end;
    assert.equal(code, 0);
    assert.match(out, /watching +\/inbox +watching +3 files/);
    assert.match(out, /rule +file-the-inbox +lmstudio\/local-model, builtin\/extract +\/inbox\/\*/);
    assert.match(out, /model +lmstudio +online +qwen3-8b/);
    assert.match(out, /notes in +\/notes/);
    assert.ok(out.includes(`Ctrl-C, or consciousness stop --home ${home}`));
    assert.match(out, /added +a\\x1b\.md {2}file-the-inbox/);
    assert.doesNotMatch(out, /never shown/);
    assert.match(err, /stopping/);
  });

  it('shows three problems, each on a line, how many more there are, and how to watch something', async () => {
    const { out } = await here(['start', '--home', '/nowhere'], {
      program: {
        async runDaemon({ onReady }) {
          const status = await new MemoryDaemon().status();
          const problems = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.md: wrong\n  allowed: right`);
          onReady({ ...status, senses: [], problems });
          return { code: 0, reason: 'stopped' };
        },
      },
    });
    assert.match(out, /problem +a\.md: wrong; allowed: right\n/);
    assert.match(out, /c\.md: .*\n +… 2 more: consciousness rules check --home \/nowhere\n/);
    assert.doesNotMatch(out, /d\.md/);
    assert.match(out, /watching +nothing +add to .*config\.yaml .*watch_paths: \[~\/Inbox\]/);
  });

  it('ends at once on the second Ctrl-C, exit 130', async () => {
    const child = begin(['start', '--set', 'log_level=STUCK', '--home', '/nowhere'], { input: '' });
    const end = ended(child);
    const stopping = printed(child.stderr, 'stopping');
    await printed(child.stdout, 'added');
    child.kill('SIGINT');
    await stopping;
    child.kill('SIGINT');
    assert.equal((await end).code, 130);
  });

  it('drains when nobody reads its output any more', async () => {
    const child = begin(['start', '--set', 'log_level=CHATTY', '--home', '/nowhere'], { input: '' });
    const end = ended(child);
    await printed(child.stdout, 'added');
    child.stdout.destroy();
    const { code, err } = await end;
    assert.equal(code, 0);
    assert.match(err, /stopped/);
  });

  it('drains on SIGTERM', async () => {
    const terminated = begin(['start', '--home', '/nowhere'], { input: '' });
    const end = ended(terminated);
    await printed(terminated.stdout, 'added');
    terminated.kill('SIGTERM');
    assert.equal((await end).code, 0);
  });

  it('exits with the code of the daemon and its reason', async () => {
    const { code, err } = await run(['start', '--set', 'log_level=WRONG', 'x.y=1', '--home', '/nowhere']);
    assert.equal(code, 78);
    assert.match(err, /^not started: log_level: WRONG is no level\n {2}\(home \/nowhere\)\n$/);
  });

  it('refuses a --set that is no key=value', async () => {
    const { code, err } = await run(['start', '--set', 'log_level', '--home', '/nowhere']);
    assert.equal(code, 2);
    assert.match(err, /set-invalid/);
  });

  it('prints JSON lines with --json', async () => {
    const child = begin(['start', '--json', '--home', '/nowhere'], { input: '' });
    const end = ended(child);
    await printed(child.stdout, 'perceived');
    child.kill('SIGINT');
    const [status = '', event = ''] = (await end).out.trimEnd().split('\n');
    assert.equal(JSON.parse(status).instance, 'memory');
    assert.equal(JSON.parse(event).type, 'perceived');
  });
});
