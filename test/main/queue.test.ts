import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusView } from '../../src/contract/status-view.ts';
import { cli, copyRule, createHome, type Home, show, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { MISBEHAVIOURS } from '../support/misbehaviours.ts';
import { startModelServer } from '../support/model-server.ts';
import { startThinking } from '../support/thinking.ts';

async function model(t: TestContext, answer?: (prompt: string) => unknown) {
  const server = await startModelServer(answer);
  t.after(() => server.stop());
  return server;
}

async function statusOf(home: Home): Promise<StatusView> {
  return JSON.parse((await cli(home, 'status', '--json')).stdout);
}

function land(home: Home, ...names: string[]): void {
  for (const name of names) writeFileSync(join(home.inbox, name), `text of ${name}`);
}

describe('pause', () => {
  it('of everything holds what comes, visibly and through a restart, until resume', async (t) => {
    const server = await model(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const first = await startDaemon(t, home);
    assert.match((await cli(home, 'pause')).stdout, /Everything is paused/);
    land(home, 'a.md');
    await first.reached('ready', 1);
    const status = await statusOf(home);
    assert.deepEqual(
      status.holds.map(({ what, name, thoughts }) => [what, name, thoughts]),
      [['all', 'rules', 1]],
    );
    assert.match((await thoughtsOf(home))[0]?.reason ?? '', /paused/);
    assert.match((await cli(home, 'explain', join(home.inbox, 'a.md'))).stdout, /held.*paused/s);
    await first.end();

    const again = await startDaemon(t, home);
    land(home, 'b.md');
    await again.reached('ready', 1);
    assert.equal(server.prompts.length, 0);
    assert.match((await cli(home, 'resume')).stdout, /Resumed/);
    await again.reached('done', 2);
    assert.deepEqual((await statusOf(home)).holds, []);
    await again.end();
  });

  it('of one rule lets the others think, and lets its running calls finish', async (t) => {
    const words = Promise.withResolvers<string>();
    const server = await model(t, (prompt) => (prompt.includes('running') ? words.promise : 'said'));
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    home.rule('other', copyRule(home).replace('/{{ event.name }}', '/other-{{ event.name }}'));
    const daemon = await startDaemon(t, home);
    land(home, 'running.md');
    await daemon.saw((event) => event.type === 'sent' && event.rule === 'copy', 'its call');
    assert.equal((await cli(home, 'pause', 'copy')).code, 0);
    words.resolve('said');
    await daemon.reached('done', 2);
    land(home, 'later.md');
    await daemon.reached('done', 3);
    assert.deepEqual(home.noteNames(), ['other-later.md', 'other-running.md', 'running.md']);
    assert.match((await cli(home, 'resume')).stdout, /still paused: rule copy/);
    assert.equal((await cli(home, 'resume', 'copy')).code, 0);
    await daemon.reached('done', 4);
    const unknown = await cli(home, 'pause', 'nobody');
    assert.notEqual(unknown.code, 0);
    assert.match(unknown.stderr, /there is no rule nobody/);
    await daemon.end();
  });
});

describe('a rate', () => {
  it('lets so many think, and holds the others with the time when the next may', async (t) => {
    const server = await model(t);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { rate: 2/h }\noutputs:'));
    const daemon = await startDaemon(t, home);
    land(home, 'a.md', 'b.md', 'c.md');
    await daemon.reached('done', 2);
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === 'copy', 'the hold');
    const [hold] = (await statusOf(home)).holds;
    assert.deepEqual([hold?.what, hold?.thoughts], ['rule', 1]);
    const lifts = Date.parse(hold?.until ?? '') - Date.now();
    assert.ok(lifts > 3_500_000 && lifts <= 3_600_000, `lifts in ${lifts} ms`);
    assert.match((await thoughtsOf(home, '--state', 'ready'))[0]?.reason ?? '', /rate is used up/);
    await daemon.end();
  });

  it('that is none is refused with what is allowed', async (t) => {
    const home = createHome(t, 'http://127.0.0.1:9/v1');
    home.rule('copy', copyRule(home).replace('outputs:', 'mind: { rate: often }\noutputs:'));
    const { code, stdout, stderr } = await cli(home, 'rules', 'check');
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /mind\.rate.*not a rate[\s\S]*30\/h/);
  });
});

describe('an answer', () => {
  it('whose note cannot be written is kept: the output failed, and the model is not asked again', async (t) => {
    const server = await model(t, () => 'the answer');
    const home = createHome(t, server.url);
    const long = 'n'.repeat(300);
    home.rule('copy', copyRule(home).replace('{{ event.name }}', `${long}{{ event.name }}`));
    const daemon = await startDaemon(t, home);
    land(home, 'a.md');
    await daemon.reached('dead', 1);
    const [row] = await thoughtsOf(home);
    const view = await show(home, row?.id ?? '');
    assert.deepEqual([view.answer, view.outputs[0]?.state], ['the answer', 'failed']);
    assert.match(view.reason, /output 1 failed/);
    assert.equal(server.prompts.length, 1);
    await daemon.end();
  });
});

describe('a daemon whose model server storms and flaps', () => {
  it('loses nothing, doubles nothing, spends no attempt on it, and says why it waits', async (t) => {
    const server = await model(t, (prompt) => sleep(20, /text of (\S+)/.exec(prompt)?.[1]));
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const FILES = 60;
    let sick = true;
    server.misbehave = (_prompt, response) => {
      if (sick) MISBEHAVIOURS.status500(response);
      return sick;
    };
    const daemon = await startDaemon(t, home);
    for (let n = 0; n < FILES; n += 1) land(home, `${n}.md`);
    await daemon.saw((event) => event.type === 'hold' && /its calls fail/.test(event.reason), 'the breaker');
    await sleep(2000);
    assert.ok(server.prompts.length < 12, `${server.prompts.length} calls of a broken server`);
    assert.equal((await statusOf(home)).providers.find((each) => each.name === 'lmstudio')?.state, 'broken');
    for (let turn = 0; turn < 6; turn += 1) {
      sick = !sick;
      await sleep(700);
    }
    for (let turn = 0; turn < 3; turn += 1) {
      await server.stop();
      await sleep(500);
      await server.start();
      await sleep(700);
    }
    sick = false;
    const back = Date.now();
    await daemon.reached('done', FILES);
    assert.ok(Date.now() - back < 6000, `${Date.now() - back} ms after its return`);
    assert.equal(home.noteNames().length, FILES);
    for (let n = 0; n < FILES; n += 1) assert.equal(home.note(`${n}.md`), `${n}.md`);
    assert.deepEqual(await thoughtsOf(home, '--state', 'dead'), []);
    await daemon.end();
  });
});

describe('stopping', () => {
  it('hands back what does not end in time, without an attempt spent', async (t) => {
    const server = await model(t, () => sleep(20_000, 'too late', { ref: false }));
    const mind = await startThinking(t, server.url, { drainMs: 300, firstTokenMs: 20_000 });
    await mind.ask('long', 'next');
    await mind.until(
      async () => (await mind.view('long')).state === 'running',
      2000,
      () => 'not begun',
    );
    await mind.end();
    const view = await mind.view('long');
    assert.deepEqual([view.state, view.failures, view.attempts[0]?.outcome], ['ready', 0, 'abandoned']);
    assert.equal((await mind.view('next')).state, 'ready', 'nothing more is claimed');
  });

  it('at a second signal ends at once; what ran is thought again by the next daemon, and written once', async (t) => {
    const words = Promise.withResolvers<string>();
    const server = await model(t, () => words.promise);
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home, { killed: true });
    land(home, 'a.md');
    await daemon.saw((event) => event.type === 'sent', 'the call');
    const first = daemon.end('SIGTERM');
    while (!/stopping/.test(daemon.stderr())) await sleep(10);
    const asked = Date.now();
    daemon.process.kill('SIGTERM');
    assert.notEqual(await first, 0);
    assert.ok(Date.now() - asked < 10_000, `${Date.now() - asked} ms: it drained, which takes up to 20 s`);
    words.resolve('said');
    const again = await startDaemon(t, home);
    await again.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['a.md']);
    await again.end();
  });
});
