import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Config, configSchema } from '../../src/contract/config.ts';
import type { Manners } from '../../src/contract/manners.ts';
import type { StatusView } from '../../src/contract/status-view.ts';
import { createMannersWatch } from '../../src/main/manners.ts';
import type { Presence } from '../../src/queue/manners.ts';
import { cli, copyRule, createHome, startDaemon, thoughtsOf } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

/** Hours of the day, by UTC, that begin so many minutes from now and last one hour. */
function hoursIn(minutes: number): string {
  const at = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const from = Date.now() + minutes * 60_000;
  return `${at(from)}-${at(from + 3_600_000)}`;
}

describe('manners of a rule', { timeout: 120_000 }, () => {
  it('hold its thoughts with the reason and the time, and neither other rules nor what a person asks for', async (t) => {
    const server = await startModelServer(() => 'said');
    t.after(() => server.stop());
    const home = createHome(t, server.url, 'timezone: UTC\n');
    const hours = hoursIn(180);
    home.rule('polite', copyRule(home).replace('outputs:', `only: { hours: "${hours}" }\noutputs:`));
    home.rule('other', copyRule(home).replace('/{{ event.name }}', '/other-{{ event.name }}'));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'text');
    await daemon.reached('done', 1);
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === 'polite', 'the hold');
    assert.deepEqual(home.noteNames(), ['other-a.md']);

    const status: StatusView = JSON.parse((await cli(home, 'status', '--json')).stdout);
    const [hold] = status.holds;
    assert.deepEqual(
      [hold?.what, hold?.name, hold?.reason, hold?.thoughts, hold?.until?.slice(11, 16)],
      ['rule', 'polite', `only in the hours ${hours}`, 1, hours.slice(0, 5)],
    );
    const held = (await thoughtsOf(home)).find(({ rule }) => rule === 'polite');
    assert.equal(held?.reason, `only in the hours ${hours}`);
    assert.match((await cli(home, 'show', held?.id ?? '')).stdout, /only in the hours/);
    assert.match((await cli(home, 'explain', join(home.inbox, 'a.md'))).stdout, /held.*only in the hours/s);

    const run = await cli(home, 'run', 'polite', join(home.inbox, 'a.md'), '--again');
    assert.equal(run.code, 0, run.stderr);
    await daemon.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['a.md', 'other-a.md']);

    home.rule('polite', copyRule(home).replace('outputs:', 'only: { hours: "00:00-24:00" }\noutputs:'));
    await daemon.reached('done', 3);
    await daemon.end();
  });

  it('of everybody hold every rule, and not a question', async (t) => {
    const server = await startModelServer(() => 'said');
    t.after(() => server.stop());
    const home = createHome(t, server.url, `timezone: UTC\nonly: { hours: "${hoursIn(180)}" }\n`);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'text');
    await daemon.saw((event) => event.type === 'hold' && event.held && event.name === 'copy', 'the hold');
    const asked = await cli(home, 'think', 'What is it?');
    assert.equal(asked.code, 0, asked.stderr);
    assert.match(asked.stdout, /said/);
    assert.deepEqual(home.noteNames(), []);
    await daemon.end();
  });
});

const CONFIG: Config = {
  values: configSchema.parse({}),
  folders: { home: null, config: '', configFile: '', rules: '', state: '', logs: '', socket: '' },
  roots: [],
  outputRoots: [],
  database: '',
  secrets: [],
  webhookKeys: {},
};

describe('the watch over manners', () => {
  const rule = (name: string, only: Manners) => ({
    name,
    version: name,
    file: '',
    text: '',
    on: { request: {} },
    mind: {
      models: [],
      offline: 'hold' as const,
      schema: null,
      maxOutputTokens: null,
      cloud: 'never' as const,
    },
    outputs: [],
    prompt: '',
    only,
  });

  function watched(only: Manners, answers: (Presence | Error)[]) {
    const rules = [rule('quiet', only), rule('plain', {})];
    const looks = { count: 0, changed: Promise.withResolvers<void>() };
    const watch = createMannersWatch({
      clock: { now: () => 1_000_000, monotonic: () => 0, sleep: () => Promise.resolve() },
      log: { warning: () => undefined },
      configuration: { rules: () => rules, config: () => CONFIG },
      async presence() {
        const answer = answers[Math.min(looks.count, answers.length - 1)] ?? new Error('nothing');
        looks.count += 1;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      onChange() {
        looks.changed.resolve();
        looks.changed = Promise.withResolvers();
      },
    });
    const reasons = () => rules.map((each) => watch.notNow(each)?.reason ?? null);
    return { watch, reasons, looks };
  }

  it('holds until it knows, says when other rules may think, and looks anew when the rules change', async (t) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const onBattery = { onAc: false, idleMs: null };
    const { watch, reasons, looks } = watched({ onAc: true }, [onBattery, { onAc: true, idleMs: null }]);
    assert.deepEqual(reasons(), ['it is not known yet who is there', null]);
    const first = looks.changed.promise;
    void watch.run(stop.signal);
    await first;
    assert.deepEqual(reasons(), ['on battery: only on mains power', null]);
    const second = looks.changed.promise;
    watch.heed();
    await second;
    assert.deepEqual(reasons(), [null, null]);
  });

  it('holds what waits for nobody to be there where that cannot be looked at', async (t) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const { watch, reasons, looks } = watched({ idleMs: 60_000 }, [new Error('no')]);
    const looked = looks.changed.promise;
    void watch.run(stop.signal);
    await looked;
    assert.match(reasons()[0] ?? '', /cannot be told here/);
  });

  it('does not look where no rule asks for it', async (t) => {
    const stop = new AbortController();
    t.after(() => stop.abort());
    const { watch, looks } = watched({ hours: '00:00-24:00' }, []);
    const looked = looks.changed.promise;
    void watch.run(stop.signal);
    await looked;
    assert.equal(looks.count, 0);
  });
});
