import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { Percepts } from '../../../src/contract/happening.ts';
import type { Rule } from '../../../src/contract/rule.ts';
import { createLogsSense } from '../../../src/senses/logs/sense.ts';
import { LogFile } from './followed.ts';

const rule = (name: string, path: string, match: string | null = null): Rule => ({
  name,
  version: 'v',
  file: '',
  text: '',
  on: { log: { path, match, ignore: null, begins: null, gatherMs: 100, most: 50 } },
  mind: { models: ['builtin/extract'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
  outputs: [],
  prompt: '',
});

/** A sense with what was journaled of it. */
function sensing(t: TestContext, rules: Rule[], kept = new Map<string, string>()) {
  const stop = new AbortController();
  const sense = createLogsSense({ clock: systemClock, cursors: new Map(kept), lingerMs: 100, lookMs: 20 });
  sense.heed(rules);
  const batches = sense.perceive(stop.signal)[Symbol.asyncIterator]();
  let asked: ReturnType<typeof batches.next> | null = null;
  const end = async () => {
    stop.abort();
    await asked;
    await batches.return?.();
  };
  t.after(end);
  const next = async () => {
    asked = batches.next();
    const { value, done } = await asked;
    asked = null;
    if (done) throw new Error('the sense has ended');
    return value;
  };
  const journal = (batch: Percepts) => {
    for (const { name, value } of batch.cursors) {
      if (value === null) kept.delete(name);
      else kept.set(name, value);
    }
  };
  return {
    sense,
    kept,
    next,
    journal,
    end,
    /** Journals until something happened that is wanted. */
    async until(wanted: (batch: Percepts) => boolean): Promise<Percepts> {
      for (;;) {
        const { batch, accept } = await next();
        journal(batch);
        accept();
        if (wanted(batch)) return batch;
      }
    },
  };
}

const happened = (batch: Percepts) => batch.happenings.length > 0;
const met = (name: string) => (batch: Percepts) => batch.cursors.some((cursor) => cursor.name === name);

function logIn(t: TestContext): LogFile {
  const log = new LogFile();
  t.after(() => log.remove());
  log.write('old\n');
  return log;
}

describe('the logs sense', { timeout: 60_000 }, () => {
  it('tells each rule on a log what it wants of it, as its own', async (t) => {
    const log = logIn(t);
    const life = sensing(t, [rule('errors', log.path, 'ERROR'), rule('all', log.path)]);
    await life.until(() => life.kept.size === 2);
    log.write('ERROR one\nINFO two\n');
    const told: { rule?: string; text: string }[] = [];
    while (told.length < 2) {
      const { happenings } = await life.until(happened);
      told.push(...happenings.map(({ rule, text }) => ({ ...(rule ? { rule } : {}), text })));
    }
    assert.deepEqual(
      told.sort((a, b) => a.text.length - b.text.length),
      [
        { rule: 'errors', text: 'ERROR one' },
        { rule: 'all', text: 'ERROR one\nINFO two' },
      ],
    );
    assert.match(life.sense.health().detail, /^2 logs$/);
  });

  it('tells again what was not accepted, under the same key', async (t) => {
    const log = logIn(t);
    const first = sensing(t, [rule('all', log.path)]);
    await first.until(met(`log:all:${log.path}`));
    log.write('one\n');
    let lost = await first.next();
    while (!happened(lost.batch)) {
      first.journal(lost.batch);
      lost.accept();
      lost = await first.next();
    }
    await first.end();
    const again = await sensing(t, [rule('all', log.path)], first.kept).until(happened);
    assert.equal(again.happenings[0]?.dedup, lost.batch.happenings[0]?.dedup);
    assert.equal(again.happenings[0]?.text, 'one');
  });

  it('waits for what was handed over when a rule is edited meanwhile: nothing is left out or told twice', async (t) => {
    const log = logIn(t);
    const life = sensing(t, [rule('all', log.path)]);
    await life.until(met(`log:all:${log.path}`));
    log.write('one\n');
    let handed = await life.next();
    while (!happened(handed.batch)) {
      life.journal(handed.batch);
      handed.accept();
      handed = await life.next();
    }
    life.sense.heed([rule('all', log.path, '.')]);
    log.write('two\n');
    await new Promise(setImmediate);
    life.journal(handed.batch);
    handed.accept();
    const { happenings } = await life.until(happened);
    assert.deepEqual(
      happenings.map(({ text }) => text),
      ['two'],
    );
  });

  it('drops the cursor of a rule that is gone, now or since the last life, and meets its log anew', async (t) => {
    const log = logIn(t);
    const name = `log:all:${log.path}`;
    const life = sensing(t, [rule('all', log.path)]);
    await life.until(met(name));
    life.sense.heed([]);
    await life.until(() => !life.kept.has(name));
    log.write('nobody follows it now\n');
    life.sense.heed([rule('all', log.path)]);
    await life.until(met(name));
    log.write('new\n');
    assert.equal((await life.until(happened)).happenings[0]?.text, 'new');
    await life.end();
    const next = sensing(t, [], life.kept);
    await next.until(() => next.kept.size === 0);
    assert.match(next.sense.health().detail, /no rule is on a log/);
  });
});
