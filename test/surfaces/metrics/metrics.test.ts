import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StatusView } from '../../../src/contract/status-view.ts';
import type { CallReport } from '../../../src/store/operations/record.ts';
import { METRICS, PREFIX } from '../../../src/surfaces/metrics/catalogue.ts';
import { createMetrics } from '../../../src/surfaces/metrics/metrics.ts';
import { createTally } from '../../../src/surfaces/metrics/tally.ts';
import { noPromtool, promtool } from '../../support/promtool.ts';
import { NO_CALL } from '../../support/store.ts';
import { MemoryDaemon } from '../memory-daemon.ts';

const AT = '2026-11-22T12:00:00.000Z';
const clock = { now: () => Date.parse(AT) };

/** Metrics of a daemon to which things happen. */
function measured() {
  const daemon = new MemoryDaemon();
  const tally = createTally();
  const metrics = createMetrics({ tally, clock });
  return {
    tally,
    text: async (more: Partial<StatusView> = {}) => metrics.text({ ...(await daemon.status()), ...more }),
  };
}

function valueIn(text: string, series: string): number | null {
  const line = text.split('\n').find((each) => each.startsWith(`${PREFIX}${series} `));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ')));
}

function ended(thought: string, rule: string, state: 'done' | 'dead' | 'cancelled') {
  return { type: 'state', at: AT, thought, rule, subject: '/inbox/x', state, reason: 'secret' } as const;
}

function call(more: Partial<CallReport> = {}): CallReport {
  return { ...NO_CALL, firstTokenMs: 300, totalMs: 2000, inputTokens: 100, outputTokens: 20, ...more };
}

/** Rules, providers and models with names that end a label, a line or an escape. */
const hostile = fc.oneof(
  fc.constantFrom('"', '\\', '\n', '"} 1\nx{a="', '\\n', 'a\r\nb', '{{}}', '\u2028', ''),
  fc.string(),
);

describe('the metrics', () => {
  it('count what ended by rule and by how, from the start of the process on', async () => {
    const { tally, text } = measured();
    assert.equal(valueIn(await text(), 'thoughts_ended_total{rule="inbox",state="done"}'), null);
    for (const id of ['a', 'b']) tally.event(ended(id, 'inbox', 'done'));
    tally.event(ended('c', 'inbox', 'dead'));
    tally.event({ ...ended('d', 'inbox', 'done'), state: 'running' });
    assert.equal(valueIn(await text(), 'thoughts_ended_total{rule="inbox",state="done"}'), 2);
    assert.equal(valueIn(await text(), 'thoughts_ended_total{rule="inbox",state="dead"}'), 1);
    assert.doesNotMatch(await text(), /ended_total\{[^}]*running/);
  });

  it('count what each sense perceived, and what became of outputs', async () => {
    const { tally, text } = measured();
    tally.event({ type: 'perceived', at: AT, seq: 1, path: '/inbox/x', change: 'added', rules: [] });
    for (const kind of ['process.started', 'log.lines', 'schedule.due', 'vitals.condition', 'disk.low'])
      tally.event({ type: 'happened', at: AT, seq: 2, subject: 's', kind, rules: [] });
    tally.event({
      type: 'output',
      at: AT,
      thought: 'a',
      kind: 'write',
      target: '/n/x',
      state: 'applied',
      reason: '',
    });
    const told = await text();
    for (const sense of ['files', 'processes', 'logs', 'schedule', 'vitals', 'daemon'])
      assert.equal(valueIn(told, `events_total{sense="${sense}"}`), 1, sense);
    assert.equal(valueIn(told, 'outputs_total{kind="write",state="applied"}'), 1);
  });

  it('tell tokens and times of attempts, and nothing of a call for what was reused', async () => {
    const { tally, text } = measured();
    const attempt = { provider: 'lmstudio', model: 'qwen' };
    tally.attempt({ ...attempt, outcome: 'answered', call: call() });
    tally.attempt({ ...attempt, outcome: 'failed', call: call({ firstTokenMs: null, totalMs: 700_000 }) });
    tally.attempt({ ...attempt, outcome: 'reused', call: call() });
    const told = await text();
    const of = 'provider="lmstudio",model="qwen"';
    for (const outcome of ['answered', 'failed', 'reused'])
      assert.equal(valueIn(told, `attempts_total{${of},outcome="${outcome}"}`), 1);
    assert.equal(valueIn(told, `tokens_total{${of},direction="input"}`), 200);
    assert.equal(valueIn(told, `tokens_total{${of},direction="output"}`), 40);
    assert.equal(
      valueIn(told, `first_token_seconds_bucket{le="0.25",${of}}`) ?? bucket(told, 'first_token', '0.25'),
      0,
    );
    assert.equal(bucket(told, 'first_token', '0.5'), 1);
    assert.equal(valueIn(told, `first_token_seconds_count{${of}}`), 1);
    assert.equal(valueIn(told, `attempt_duration_seconds_sum{${of}}`), 702);
    assert.equal(bucket(told, 'attempt_duration', '600'), 1);
    assert.equal(bucket(told, 'attempt_duration', '+Inf'), 2);
  });

  it('name providers and rules that hold, and of roots, outputs and disks only that they do', async () => {
    const { text } = measured();
    const hold = { reason: 'away /home/me', since: AT, thoughts: 3 };
    const told = await text({
      holds: [
        { ...hold, what: 'provider', name: 'lmstudio' },
        { ...hold, what: 'root', name: '/home/me/notes' },
        { ...hold, what: 'root', name: '/home/me/letters' },
      ],
    });
    assert.equal(valueIn(told, 'holds{what="provider",name="lmstudio"}'), 1);
    assert.equal(valueIn(told, 'holds{what="root",name=""}'), 2);
    assert.equal(valueIn(told, 'held_thoughts{what="root",name=""}'), 6);
    assert.equal(valueIn(told, 'holds{what="store",name=""}'), 0);
    assert.doesNotMatch(told, /home\/me/);
  });

  it('number roots in place of their paths', async () => {
    const { text } = measured();
    const told = await text();
    assert.equal(valueIn(told, 'watched_files{root="1"}'), 3);
    assert.equal(valueIn(told, 'root_state{root="1",state="watching"}'), 1);
    assert.equal(valueIn(told, 'root_state{root="1",state="offline"}'), 0);
    assert.doesNotMatch(told, /inbox/);
  });

  it('leave out the folder in which a server keeps a model', async () => {
    const { tally, text } = measured();
    for (const model of [
      '/home/me/models/qwen.gguf',
      'C:\\Users\\me\\qwen.gguf',
      '~/qwen.gguf',
      './qwen.gguf',
      'qwen/qwen3-8b',
    ])
      tally.attempt({ provider: 'llama', model, outcome: 'answered', call: call() });
    const told = await text();
    assert.equal(valueIn(told, 'attempts_total{provider="llama",model="qwen.gguf",outcome="answered"}'), 4);
    assert.equal(
      valueIn(told, 'attempts_total{provider="llama",model="qwen/qwen3-8b",outcome="answered"}'),
      1,
    );
    assert.doesNotMatch(told, /home|Users/);
  });

  it('stay few however many names there are: the rest is counted as other', async () => {
    const { tally, text } = measured();
    for (let n = 0; n < 500; n += 1) {
      tally.event(ended(`${n}`, `rule-${n}`, 'done'));
      tally.attempt({ provider: `p-${n}`, model: 'm', outcome: 'answered', call: call() });
    }
    const status = await new MemoryDaemon().status();
    const [provider] = status.providers;
    const [sense] = status.senses;
    assert.ok(provider && sense?.roots[0]);
    const roots = Array.from({ length: 200 }, () => ({
      ...sense.roots[0],
      path: '/x',
    })) as typeof sense.roots;
    const told = await text({
      providers: Array.from({ length: 500 }, (_, n) => ({ ...provider, name: `p-${n}` })),
      senses: [{ ...sense, roots }],
      holds: Array.from({ length: 500 }, (_, n) => {
        return { what: 'rule' as const, name: `rule-${n}`, reason: '', since: AT, thoughts: 1 };
      }),
    });
    assert.equal(valueIn(told, 'thoughts_ended_total{rule="other",state="done"}'), 450);
    assert.equal(valueIn(told, 'attempts_total{provider="other",model="other",outcome="answered"}'), 450);
    assert.equal(valueIn(told, 'holds{what="rule",name="other"}'), 450);
    assert.equal(valueIn(told, 'watched_files{root="other"}'), 450);
    assert.ok(told.split('\n').length < 4000, `${told.split('\n').length} lines`);
  });

  it('have one value a series and one line a value, whatever things are named', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(hostile, hostile), { maxLength: 8 }), async (names) => {
        const { tally, text } = measured();
        for (const [name, model] of names) {
          tally.event(ended('a', name, 'done'));
          tally.attempt({ provider: name, model, outcome: 'answered', call: call() });
        }
        const lines = (await text()).split('\n').filter((line) => line !== '');
        const series = lines
          .filter((line) => !line.startsWith('#'))
          .map((line) => line.slice(0, line.lastIndexOf(' ')));
        for (const line of series) assert.match(line, SERIES);
        assert.deepEqual([...new Set(series)], series);
      }),
      { numRuns: 200 },
    );
  });

  it('are what Prometheus reads, and what its linter is content with', { skip: noPromtool }, async () => {
    const { tally, text } = measured();
    for (const name of ['a "quoted"\nrule \\', 'plain']) {
      tally.event(ended('a', name, 'done'));
      tally.attempt({ provider: name, model: name, outcome: 'answered', call: call() });
    }
    assert.equal(await promtool(await text()), '');
    assert.notEqual(await promtool('# TYPE x counter\nx{a="}\n'), '', 'it would say so');
  });

  it('are all told in the docs, and the docs tell of no other', () => {
    const docs = readFileSync(new URL('../../../docs/observing.md', import.meta.url), 'utf8');
    const told = new Set(Array.from(docs.matchAll(/^\| `consciousness_(\w+)`/gm), ([, name]) => name));
    assert.deepEqual([...told].sort(), Object.keys(METRICS).sort());
  });

  it('cost a daemon nothing that nobody scrapes: the library is loaded with the first text', () => {
    const script = `
      import { createRequire } from 'node:module';
      import { exposition } from './src/surfaces/metrics/exposition.ts';
      import './src/main/observed.ts';
      const loaded = () =>
        Object.keys(createRequire(import.meta.url).cache).some((path) => /prom-client|opentelemetry/.test(path));
      const before = loaded();
      await exposition([], []);
      console.log(before, loaded());`;
    const root = new URL('../../../', import.meta.url);
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(said.trim(), 'false true');
  });
});

/** The one series of that histogram with that bound. */
function bucket(text: string, name: string, le: string): number | null {
  const line = text
    .split('\n')
    .find((each) => each.includes(`${name}_seconds_bucket{`) && each.includes(`le="${le}"`));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ')));
}

/** A name, and labels whose values end nothing before their end. */
const SERIES = /^[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})?$/;
