import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import type { MatchedObservation } from '../../src/contract/match.ts';
import { createRetainer, type RetentionPeriods } from '../../src/journal/retain.ts';
import { createKeeper } from '../../src/store/keeper.ts';
import type { RegisteredRoot } from '../../src/store/operations/roots.ts';
import type { Store } from '../../src/store/store.ts';
import { captureAll, claimAll, NO_CALL, observation, observe, temporaryStore } from '../support/store.ts';

const DAY = 24 * 60 * 60 * 1000;
const PERIODS: RetentionPeriods = {
  captured: 7 * DAY,
  thoughts: 7 * DAY,
  undo: 30 * DAY,
  journal: 90 * DAY,
  vitals: 7 * DAY,
};
const log = createLog({
  level: 'CRITICAL',
  pretty: false,
  secrets: () => [],
  out: { write() {}, on() {}, off() {} },
});

/** Thoughts a file to its end: captured, prompted, answered, written. */
async function thoughtOf(store: Store, root: RegisteredRoot, path: string, text: string) {
  const [seen] = await observe(store, root, observation(path, `hash of ${path}`));
  await captureAll(store, text);
  const [thought] = await claimAll(store, 'o');
  assert.ok(thought && seen);
  const hold = { id: thought.id, owner: 'o', attempt: thought.attempt };
  const sent = { provider: 'p', model: 'm', promptKey: path, mayReuse: false, now: 10_000 };
  await store.write('send', { ...hold, ...sent, prompt: `prompt about ${path}` });
  const output = {
    position: 0,
    kind: 'write' as const,
    mode: 'replace' as const,
    wanted: `/notes/${path}`,
    target: `/notes/${path}`,
    content: `note ${path}`,
    before: 'b',
    reason: '',
  };
  const call = { ...NO_CALL, raw: 'the raw answer' };
  const recorded = {
    answer: `answer ${path}`,
    outputs: [output],
    call,
    reusedFrom: null,
    reason: '',
    now: 11_000,
  };
  await store.write('record', { ...hold, ...recorded });
  const entry = { ino: 9, size: 4, mtime: 2.5, hash: 'cc', sha256: `sha ${path}` };
  const { position, target } = output;
  await store.write('ledger', {
    ...hold,
    position,
    target,
    entry,
    replaced: Buffer.from(`replaced ${path}`),
  });
  const outputs = [{ position, state: 'applied' as const, reason: '', target }];
  await store.write('finish', { ...hold, outputs, now: 12_000 });
  return thought.id;
}

/** Runs one pass at that age of everything above. */
async function passAt(store: Store, file: string, ageMs: number, periods = PERIODS) {
  const abort = new AbortController();
  const clock: Clock = { ...systemClock, now: () => 12_000 + ageMs };
  const opening = { loss: null, losses: [], checkDue: false, checkedAt: null };
  const keeper = createKeeper({ path: file, clock, log, opening, onDamaged: (error) => assert.fail(error) });
  let failed = false;
  const warning = () => {
    failed = true;
  };
  const watched = { ...log, warning };
  const retainer = createRetainer({ store, keeper, clock, log: watched, periods: () => periods, firstMs: 0 });
  const run = retainer.run(abort.signal).catch(() => undefined);
  while (retainer.facts().lastPass === null && !failed) await systemClock.sleep(10);
  abort.abort();
  await run;
  return retainer.facts();
}

function blobs(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`SELECT CAST(data AS TEXT) AS text FROM blobs ORDER BY text`).all();
  database.close();
  return rows.map((row) => String(row['text']));
}

const counted = (file: string, sql: string): number => {
  const database = new DatabaseSync(file, { readOnly: true });
  const n = Number(database.prepare(`SELECT count(*) AS n FROM ${sql}`).get()?.['n']);
  database.close();
  return n;
};

async function one(t: TestContext) {
  const { store, root, file } = await temporaryStore(t);
  return { store, root, file, id: await thoughtOf(store, root, 'a.md', 'what it says') };
}

describe('retention', () => {
  it('leaves everything alone that is not old enough', async (t) => {
    const { store, file, id } = await one(t);
    assert.deepEqual((await passAt(store, file, 6 * DAY)).removed, 0);
    assert.deepEqual((await store.read('viewThought', { id }))?.removed, []);
  });

  it('takes texts and working data after a week, and keeps the answer, the outputs and the facts', async (t) => {
    const { store, file, id } = await one(t);
    const facts = await passAt(store, file, 8 * DAY);
    assert.equal(facts.waiting, 0);
    const view = await store.read('viewThought', { id });
    assert.deepEqual(view?.removed, ['captured', 'prompt']);
    assert.deepEqual([view?.captured, view?.prompt, view?.attempts[0]?.raw], [null, null, null]);
    assert.equal(view?.answer, 'answer a.md');
    assert.equal(view?.outputs[0]?.content, 'note a.md');
    assert.equal(view?.attempts[0]?.model, 'm');
    assert.deepEqual(blobs(file), ['note a.md', 'replaced a.md']);
  });

  it('takes the bytes that were written and replaced after a month, and the ledger still knows the file', async (t) => {
    const { store, root, file, id } = await one(t);
    await passAt(store, file, 31 * DAY);
    assert.deepEqual(blobs(file), []);
    assert.deepEqual((await store.read('viewThought', { id }))?.removed, ['captured', 'prompt', 'outputs']);
    // The same rule about the same file is told what it wrote before, and an old answer is still found.
    await observe(store, root, observation('a.md', 'other', { change: 'modified' }));
    await captureAll(store, 'new text');
    const [next] = await claimAll(store, 'o');
    assert.ok(next);
    const sent = await store.write('send', {
      id: next.id,
      owner: 'o',
      attempt: next.attempt,
      provider: 'p',
      model: 'm',
      prompt: 'x',
      promptKey: 'a.md',
      mayReuse: true,
      now: 1,
    });
    assert.equal(sent?.former[0]?.sha256, 'sha a.md');
    assert.equal(sent?.reuse?.thought, id);
  });

  it('never takes what a living thought needs, though an old one had the same text', async (t) => {
    const { store, root, file } = await one(t);
    await observe(store, root, observation('b.md', 'bb'));
    await captureAll(store, 'what it says');
    await passAt(store, file, 400 * DAY);
    const [claimed] = await claimAll(store, 'o');
    assert.equal(claimed?.captured, 'what it says');
  });

  it('leaves a text alone that is stored again between the look and the removal', async (t) => {
    const { store, root, file } = await one(t);
    const racing: Store = {
      ...store,
      async write(name, input) {
        if (name === 'dropBlobs') {
          await observe(store, root, observation('late.md', 'late'));
          await captureAll(store, 'what it says');
        }
        return store.write(name, input);
      },
    };
    await passAt(racing, file, 8 * DAY);
    const [claimed] = await claimAll(store, 'o');
    assert.equal(claimed?.captured, 'what it says');
  });

  it('takes old events that no thought is about, but not the newest word about what thoughts are about', async (t) => {
    const { store, root, file } = await one(t);
    const unmatched = (path: string, more: Partial<MatchedObservation> = {}) =>
      observe(store, root, observation(path, `${Math.random()}`, { matches: [], ...more }));
    await unmatched('nobody-cares.md');
    await unmatched('a.md', { change: 'modified' });
    await unmatched('a.md', { change: 'modified' });
    const before = counted(file, 'events');
    await passAt(store, file, 91 * DAY);
    // Of `a.md` the thought's own event and the newest stay; gone are the one between, the lonely one, `thought.done`.
    assert.equal(counted(file, 'events'), before - 3);
    assert.equal(counted(file, `events WHERE subject = 'file:/inbox/a.md'`), 2);
    assert.equal(
      (await store.read('explainFile', { path: '/inbox/a.md', root: '/inbox' })).thoughts.length,
      1,
    );
  });

  it('takes thoughts that ended without an answer with the journal, and keeps those that wait', async (t) => {
    const { store, root, file } = await one(t);
    await observe(store, root, observation('given-up.md', 'g'));
    const { jobs } = await store.write('captureDue', { now: 10_000, limit: 10, but: [] });
    await store.write('captured', {
      id: jobs[0]?.id ?? '',
      now: 10_000,
      kind: 'unreadable',
      reason: 'broken',
    });
    await observe(store, root, observation('waits.md', 'w'));
    assert.equal(counted(file, 'thoughts'), 3);
    await passAt(store, file, 91 * DAY);
    assert.equal(counted(file, 'thoughts'), 2);
    assert.equal(counted(file, `thoughts WHERE state = 'waiting'`), 1);
  });

  it('keeps for ever what is to be kept for ever', async (t) => {
    const { store, file } = await one(t);
    const ever = { captured: null, thoughts: null, undo: null, journal: null, vitals: null };
    assert.equal((await passAt(store, file, 9999 * DAY, ever)).removed, 0);
    assert.equal(blobs(file).length, 4);
  });

  it('is whole again after it was cut short anywhere', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    for (let n = 0; n < 5; n += 1) await thoughtOf(store, root, `${n}.md`, `text ${n}`);
    for (let cut = 1; cut < 6; cut += 1) {
      let left = cut;
      const cutShort: Store = {
        ...store,
        write: (name, input) => (left-- > 0 ? store.write(name, input) : Promise.reject(new Error('killed'))),
      };
      await passAt(cutShort, file, 8 * DAY);
    }
    await passAt(store, file, 8 * DAY);
    assert.equal(blobs(file).length, 10, 'what was written and replaced, and nothing else');
    assert.equal(counted(file, 'thoughts WHERE answer IS NOT NULL'), 5);
  });

  it('lets claims through while it removes', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    for (let n = 0; n < 120; n += 1) await thoughtOf(store, root, `${n}.md`, `text ${n} `.repeat(500));
    let passing = true;
    let answered = 0;
    const asking = (async () => {
      for (; passing; answered += 1) await claimAll(store, 'o');
    })();
    await passAt(store, file, 8 * DAY);
    passing = false;
    await asking;
    assert.ok(answered >= 100, `${answered} claims were answered meanwhile`);
  });

  it('refuses to ask again what was asked by a request whose text is gone', async (t) => {
    const { store, file } = await one(t);
    const request = { key: 'k', text: 'why?', rule: 'notes', version: 'v1', now: 12_000 };
    const id = await store.write('acceptRequest', request);
    await store.write('cancel', { ids: [id], now: 12_000 });
    await passAt(store, file, 8 * DAY);
    const [result] = await store.write('retry', { ids: [id], now: 1 });
    assert.match(result?.reason ?? '', /removed by retention/);
  });
});
