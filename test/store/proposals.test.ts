import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { sha256 } from '../../src/base/ids.ts';
import type { PlannedOutput } from '../../src/contract/output.ts';
import type { OutputState } from '../../src/contract/thought.ts';
import { type Approval, outdated } from '../../src/store/operations/proposals.ts';
import type { Store } from '../../src/store/store.ts';
import { unreferencedBlobs } from '../../src/store/unreferenced.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

const DAY = 86_400_000;
/** When the proposals were made. */
const THEN = 11_000;

function output(position: number, proposed: boolean): PlannedOutput {
  const target = `/notes/${position}.md`;
  return {
    ...{ position, kind: 'write', mode: 'create', wanted: target, target, content: `note ${position}` },
    ...{ before: null, reason: proposed ? 'because' : '' },
    ...(proposed ? { proposed: true } : {}),
  };
}

/** A thought whose outputs wait as said, and whose others are as said. */
async function proposedThought(t: TestContext, outputs: PlannedOutput[], settled: [number, OutputState][]) {
  const { store, root, file } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'aa'));
  await captureAll(store);
  const [thought] = await claimAll(store, 'first');
  assert.ok(thought);
  const hold = { id: thought.id, attempt: 1, owner: 'first' };
  const recorded = { answer: 'yes', outputs, call: NO_CALL, reusedFrom: null, reason: '', now: THEN };
  assert.equal(await store.write('record', { ...hold, ...recorded }), true);
  const state = await store.write('finish', {
    ...hold,
    outputs: settled.map(([position, each]) => ({
      ...{ position, state: each, reason: '', target: `/notes/${position}.md` },
    })),
    now: THEN,
  });
  return { store, root, file, id: thought.id, hold, state };
}

const approval = (id: string, position: number, more: Partial<Approval> = {}): Approval => ({
  ...{ id, attempt: 1, position, shown: sha256(`note ${position}`), mode: 'create', before: null },
  ...{ target: `/notes/${position}.md`, content: `note ${position}`, owner: 'second', now: 20_000 },
  ...more,
});

async function outputStates(store: Store, id: string): Promise<OutputState[]> {
  const view = await store.read('viewThought', { id });
  return view?.outputs.map(({ state }) => state) ?? [];
}

async function thoughtState(store: Store) {
  const [row] = await allThoughts(store);
  return { state: row?.state, reason: row?.reason };
}

/** How often it was journaled that a thought is done. */
function doneEvents(file: string, id: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const count = database.prepare(
      "SELECT count(*) AS n FROM events WHERE kind = 'thought.done' AND subject = ?",
    );
    return Number(count.get(`thought:${id}`)?.['n']);
  } finally {
    database.close();
  }
}

describe('an approved proposal', () => {
  it('is planned again with what was shown, and its thought is answered by who applies it', async (t) => {
    const { store, id, state } = await proposedThought(
      t,
      [output(0, true), output(1, false)],
      [[1, 'applied']],
    );
    assert.equal(state, 'proposed');
    const what = { mode: 'replace' as const, before: 'sha', target: '/notes/x.md', content: 'mine' };
    assert.equal(await store.write('approve', approval(id, 0, what)), true);
    assert.equal((await thoughtState(store)).state, 'answered');
    const [answered] = await store.write('answeredThoughts', { owner: 'second', limit: 9, but: [] });
    assert.deepEqual(answered?.outputs, [
      { position: 0, kind: 'write', wanted: '/notes/0.md', ledger: null, ...what },
    ]);
    const outputs = [{ position: 0, state: 'applied' as const, reason: '', target: '/notes/x.md' }];
    const hold = { id, attempt: 1, owner: 'second' };
    assert.equal(await store.write('finish', { ...hold, outputs, now: 21_000 }), 'done');
    assert.deepEqual(await thoughtState(store), { state: 'done', reason: '' });
  });

  it('can be decided on once, whoever comes second and whatever they want', async (t) => {
    const { store, id } = await proposedThought(t, [output(0, true)], []);
    const reject = { id, attempt: 1, position: 0, reason: 'no', now: 20_000 };
    const came = await Promise.all([
      store.write('approve', approval(id, 0)),
      store.write('approve', approval(id, 0, { content: 'other' })),
      store.write('reject', reject),
    ]);
    assert.deepEqual(came, [true, false, null]);
    assert.deepEqual(await outputStates(store, id), ['planned']);
  });

  it('is refused where its bytes are not those that were shown, or of another attempt', async (t) => {
    const { store, id } = await proposedThought(t, [output(0, true)], []);
    assert.equal(await store.write('approve', approval(id, 0, { shown: sha256('else') })), false);
    assert.equal(await store.write('approve', approval(id, 0, { attempt: 2 })), false);
    assert.deepEqual(await thoughtState(store), { state: 'proposed', reason: 'output 1: because' });
  });

  it('forgets what a try before left in the ledger: it was never put there', async (t) => {
    const { store, id, hold } = await proposedThought(t, [output(0, false)], [[0, 'proposed']]);
    assert.equal((await store.write('approve', approval(id, 0))) && hold.owner, 'first');
    const entry = { ino: 5, size: 1, mtime: 1, hash: 'h', sha256: 's' };
    const again = { id, attempt: 1, owner: 'second' };
    const ledger = { ...again, position: 0, target: '/notes/0.md', entry, replaced: Buffer.from('x') };
    assert.equal(await store.write('ledger', ledger), true);
    const outputs = [{ position: 0, state: 'proposed' as const, reason: 'edited', target: '/notes/0.md' }];
    assert.equal(await store.write('finish', { ...again, outputs, now: 22_000 }), 'proposed');
    assert.equal(await store.write('approve', approval(id, 0)), true);
    const [answered] = await store.write('answeredThoughts', { owner: 'second', limit: 9, but: [] });
    assert.equal(answered?.outputs[0]?.ledger, null);
  });

  it('while others are still being applied leaves the thought to them until it is applied, too', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    const [thought] = await claimAll(store, 'first');
    const hold = { id: thought?.id ?? '', attempt: 1, owner: 'first' };
    const outputs = [output(0, true), output(1, false)];
    const recorded = { answer: 'yes', outputs, call: NO_CALL, reusedFrom: null, reason: '', now: THEN };
    await store.write('record', { ...hold, ...recorded });
    assert.equal((await store.read('proposals', { thought: null, limit: 9 })).length, 1);
    assert.equal(await store.write('approve', approval(hold.id, 0, { owner: 'first' })), true);
    const applied = (position: number) => ({
      ...{ position, state: 'applied' as const, reason: '', target: `/notes/${position}.md` },
    });
    assert.equal(await store.write('finish', { ...hold, outputs: [applied(1)], now: THEN }), 'answered');
    assert.deepEqual(await outputStates(store, hold.id), ['planned', 'applied']);
    assert.equal(await store.write('finish', { ...hold, outputs: [applied(0)], now: THEN }), 'done');
  });
});

describe('a rejected proposal', () => {
  it('ends its thought only when nothing else of it waits', async (t) => {
    const { store, id, file } = await proposedThought(t, [output(0, true), output(1, true)], []);
    const reject = (position: number) =>
      store.write('reject', { id, attempt: 1, position, reason: 'rejected by a person', now: 20_000 });
    assert.equal(await reject(0), 'proposed');
    assert.equal(doneEvents(file, id), 0);
    assert.equal(await reject(1), 'done');
    assert.deepEqual(await outputStates(store, id), ['denied', 'denied']);
    assert.match((await thoughtState(store)).reason ?? '', /output 2 was denied: rejected by a person/);
    assert.equal(doneEvents(file, id), 1);
    assert.equal(await reject(1), null);
  });
});

describe('a proposal that nobody decides on', () => {
  it('is denied when its time is over, not before, and its thought is done', async (t) => {
    const { store, id, file } = await proposedThought(t, [output(0, true)], []);
    const expire = (now: number) =>
      store.write('expireProposals', { before: now - 7 * DAY, reason: 'nobody decided within 7d', now });
    assert.deepEqual(await expire(THEN + 7 * DAY), []);
    const [denied] = await expire(THEN + 7 * DAY + 1);
    assert.deepEqual([denied?.id, denied?.position, denied?.state], [id, 0, 'done']);
    assert.deepEqual(await expire(THEN + 8 * DAY), []);
    const view = await store.read('viewThought', { id });
    assert.deepEqual(
      [view?.outputs[0]?.state, view?.outputs[0]?.reason],
      ['denied', 'nobody decided within 7d'],
    );
    assert.equal(await store.write('approve', approval(id, 0)), false);
    assert.equal(doneEvents(file, id), 1);
  });

  it('keeps its bytes, however long it waits', async (t) => {
    const { store, id, file } = await proposedThought(t, [output(0, true)], []);
    const unreferenced = async () => {
      const epoch = await store.write('beginRetention', undefined);
      return unreferencedBlobs(file, { epoch, undoneBefore: Number.MAX_SAFE_INTEGER, limit: 99 });
    };
    assert.ok(!(await unreferenced()).includes(sha256('note 0')));
    await store.write('reject', { id, attempt: 1, position: 0, reason: 'no', now: 20_000 });
    assert.ok((await unreferenced()).includes(sha256('note 0')));
  });
});

describe('a thought with proposals', () => {
  it('whose other output fails is dead, and waits for nobody', async (t) => {
    const outputs = [output(0, true), output(1, false)];
    const { store, id, state } = await proposedThought(t, outputs, [[1, 'failed']]);
    assert.equal(state, 'dead');
    assert.deepEqual(await outputStates(store, id), ['denied', 'failed']);
    assert.deepEqual(await store.read('proposals', { thought: null, limit: 9 }), []);
  });

  it('cannot be cancelled or retried, and says what to do instead', async (t) => {
    const { store, id } = await proposedThought(t, [output(0, true)], []);
    const [cancelled] = await store.write('cancel', { ids: [id], now: 1 });
    assert.match(cancelled?.reason ?? '', /waits for your decision/);
    const [retried] = await store.write('retry', { ids: [id], now: 1 });
    assert.match(retried?.reason ?? '', /it is proposed/);
    assert.deepEqual(await outputStates(store, id), ['proposed']);
  });

  it('stays proposed where what it has applied is taken back', async (t) => {
    const { store, id } = await proposedThought(t, [output(0, true), output(1, false)], [[1, 'applied']]);
    const { asked, others } = await store.write('askUndo', { id, since: null, now: 20_000 });
    assert.deepEqual([asked, others.map(({ state }) => state)], [1, ['proposed']]);
    await store.write('settleUndo', { id, attempt: 1, position: 1, undone: true, reason: '', now: 20_000 });
    assert.equal((await thoughtState(store)).state, 'proposed');
    await store.write('approve', approval(id, 0));
    const outputs = [{ position: 0, state: 'applied' as const, reason: '', target: '/notes/0.md' }];
    const hold = { id, attempt: 1, owner: 'second' };
    assert.equal(await store.write('finish', { ...hold, outputs, now: 21_000 }), 'done');
    assert.deepEqual(await outputStates(store, id), ['applied', 'undone']);
  });

  it('of an older revision is denied once a newer one was thought about; what is only added waits on', async (t) => {
    const added: PlannedOutput = { ...output(1, true), kind: 'append', mode: 'append' };
    const { store, root, file, id } = await proposedThought(t, [output(0, true), added], []);
    await observe(store, root, observation('a.md', 'bb', { change: 'modified' }));
    await captureAll(store);
    const [newer] = await claimAll(store, 'second');
    assert.ok(newer);
    const hold = { id: newer.id, attempt: 1, owner: 'second' };
    const outputs = [output(0, true), added];
    const recorded = { answer: 'no', outputs, call: NO_CALL, reusedFrom: null, reason: '', now: THEN + 1 };
    assert.equal(await store.write('record', { ...hold, ...recorded }), true);
    assert.deepEqual(await outputStates(store, id), ['denied', 'proposed']);
    assert.deepEqual(await outputStates(store, newer.id), ['proposed', 'proposed']);
    const older = (await allThoughts(store)).find((each) => each.id === id);
    assert.equal(older?.state, 'proposed', 'its block still waits');
    assert.equal(
      await store.write('reject', { id, attempt: 1, position: 1, reason: 'no', now: THEN + 2 }),
      'done',
    );
    assert.equal(doneEvents(file, id), 1);
  });

  it('is counted with how long its oldest has waited', async (t) => {
    const { store } = await proposedThought(t, [output(0, true), output(1, true)], []);
    const { proposals } = await store.read('queueFacts', undefined);
    assert.deepEqual(proposals, { waiting: 2, oldestAt: THEN });
  });
});

describe('what a newer answer denies', () => {
  it('is found among what waits, however much the rule has done before', async (t) => {
    const { file, store } = await temporaryStore(t);
    await store.close();
    const database = new DatabaseSync(file);
    t.after(() => database.close());
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${outdated.sql}`)
      .all('id', 1)
      .map(({ detail }) => String(detail));
    assert.deepEqual(plan.slice(0, 2), [
      'SEARCH n USING PRIMARY KEY (thought=? AND attempt=?)',
      'SEARCH o USING INDEX outputs_waiting (rule=? AND subject=?)',
    ]);
  });
});
