import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlannedOutput } from '../../src/contract/output.ts';
import { CRASH_LIMIT } from '../../src/contract/thought.ts';
import type { Store } from '../../src/store/store.ts';
import {
  allThoughts,
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryStore,
} from '../support/store.ts';

const OUTPUT: PlannedOutput = {
  position: 0,
  kind: 'write',
  mode: 'create',
  wanted: '/notes/a.md',
  target: '/notes/a.md',
  content: 'note',
  before: null,
  reason: '',
};
const ENTRY = { ino: 99, size: 4, mtime: 2.5, hash: 'cc', sha256: 'sha' };

function recordAs(
  store: Store,
  owner: string,
  id: string,
  attempt: number,
  outputs: PlannedOutput[] = [OUTPUT],
) {
  return store.write('record', {
    id,
    owner,
    attempt,
    answer: 'yes',
    outputs,
    call: NO_CALL,
    reusedFrom: null,
    reason: '',
    now: 11_000,
  });
}

async function oneClaimed(t: Parameters<typeof temporaryStore>[0]) {
  const { store, root } = await temporaryStore(t);
  await observe(store, root, observation('a.md', 'aa'));
  await captureAll(store);
  const [thought] = await claimAll(store, 'first');
  assert.ok(thought);
  return { store, root, thought };
}

describe('the fence', () => {
  it('claims a thought for one owner only', async (t) => {
    const { store } = await oneClaimed(t);
    assert.deepEqual(await claimAll(store, 'second'), []);
  });

  it('gives a thought whose lease has expired to the next owner, and discards what the first one brings', async (t) => {
    const { store, thought } = await oneClaimed(t);
    await store.write('sweep', { owner: 'second', everyone: false, now: 10_000 + 30_001 });
    const [again] = await claimAll(store, 'second', 1, 50_000);
    assert.equal(again?.attempt, thought.attempt + 1);
    assert.equal(await recordAs(store, 'first', thought.id, thought.attempt), false);
    const sent = {
      id: thought.id,
      owner: 'first',
      attempt: thought.attempt,
      provider: 'p',
      model: 'm',
      prompt: '',
      promptKey: '',
      mayReuse: true,
      now: 1,
    };
    assert.equal(await store.write('send', sent), null);
    assert.equal(await recordAs(store, 'second', thought.id, again?.attempt ?? 0), true);
  });

  it('refuses an old attempt of the same owner', async (t) => {
    const { store, thought } = await oneClaimed(t);
    await store.write('giveBack', {
      id: thought.id,
      owner: 'first',
      attempt: 1,
      outcome: 'held',
      reason: 'x',
      availableAt: 0,
      maxRetries: 3,
      call: NO_CALL,
      now: 1,
    });
    await claimAll(store, 'first');
    assert.equal(await recordAs(store, 'first', thought.id, 1), false);
    assert.equal(await recordAs(store, 'first', thought.id, 2), true);
  });

  it('lets nobody but the holder write the ledger or finish', async (t) => {
    const { store, thought } = await oneClaimed(t);
    await recordAs(store, 'first', thought.id, 1);
    await store.write('sweep', { owner: 'second', everyone: true, now: 12_000 });
    const ledger = {
      id: thought.id,
      attempt: 1,
      position: 0,
      target: '/notes/a.md',
      entry: ENTRY,
      replaced: null,
    };
    const outputs = [{ position: 0, state: 'applied' as const, reason: '', target: '/notes/a.md' }];
    assert.equal(await store.write('ledger', { ...ledger, owner: 'first' }), false);
    assert.equal(
      await store.write('finish', { id: thought.id, attempt: 1, owner: 'first', outputs, now: 1 }),
      null,
    );
    assert.equal(await store.write('ledger', { ...ledger, owner: 'second' }), true);
    assert.equal(
      await store.write('finish', { id: thought.id, attempt: 1, owner: 'second', outputs, now: 1 }),
      'done',
    );
  });

  it('tells a heartbeat which thoughts are lost', async (t) => {
    const { store, thought } = await oneClaimed(t);
    const beat = (owner: string) =>
      store.write('heartbeat', { owner, held: [{ id: thought.id, attempt: 1 }], leaseUntil: 99_000 });
    assert.deepEqual(await beat('first'), []);
    assert.deepEqual(await beat('second'), [thought.id]);
    await store.write('sweep', { owner: 'second', everyone: false, now: 50_000 });
    assert.deepEqual(await beat('first'), [], 'the extended lease still holds');
  });

  it('spends no retry on a crash, and gives up after five of them', async (t) => {
    const { store, thought } = await oneClaimed(t);
    for (let crash = 1; crash < CRASH_LIMIT; crash += 1) {
      await store.write('sweep', { owner: `o${crash}`, everyone: true, now: 20_000 });
      const [again] = await claimAll(store, `o${crash}`, 1, 20_000);
      assert.equal(again?.failures, 0);
    }
    assert.deepEqual(await store.write('sweep', { owner: 'last', everyone: true, now: 20_000 }), {
      crashed: 1,
      dead: 1,
      resumed: 0,
    });
    const view = await store.read('viewThought', { id: thought.id });
    assert.equal(view?.state, 'dead');
    assert.match(view?.reason ?? '', /5 crashes/);
    assert.ok(view?.attempts.every((attempt) => attempt.outcome === 'crashed'));
  });
});

describe('attempts', () => {
  it('are not spent by holds, and end in dead once the retries are used up', async (t) => {
    const { store, thought } = await oneClaimed(t);
    const back = (outcome: 'held' | 'failed', attempt: number) =>
      store.write('giveBack', {
        id: thought.id,
        owner: 'first',
        attempt,
        outcome,
        reason: 'why',
        availableAt: 0,
        maxRetries: 1,
        call: NO_CALL,
        now: 1,
      });
    for (const [index, outcome] of (['held', 'held', 'failed', 'held'] as const).entries()) {
      assert.equal(await back(outcome, index + 1), 'ready');
      await claimAll(store, 'first');
    }
    assert.equal(await back('failed', 5), 'dead');
  });

  it('are not claimed again before their backoff is over, and the claim says when that is', async (t) => {
    const { store, thought } = await oneClaimed(t);
    await store.write('giveBack', {
      id: thought.id,
      owner: 'first',
      attempt: 1,
      outcome: 'failed',
      reason: 'why',
      availableAt: 15_000,
      maxRetries: 3,
      call: NO_CALL,
      now: 1,
    });
    const early = await store.write('claim', {
      owner: 'first',
      lanes: [{ versions: ['v1'], slots: 1 }],
      leaseMs: 1,
      now: 14_999,
    });
    assert.deepEqual(early, { claimed: [], waiting: ['v1'], limited: [], nextAt: 15_000 });
    assert.equal((await claimAll(store, 'first', 1, 15_000)).length, 1);
  });
});

describe('claiming', () => {
  it('lets only one thought of a rule and subject be between running and done', async (t) => {
    const { store, root, thought } = await oneClaimed(t);
    await observe(store, root, observation('a.md', 'bb'));
    await captureAll(store);
    assert.deepEqual(await claimAll(store, 'first'), []);
    await recordAs(store, 'first', thought.id, 1, []);
    assert.deepEqual(await claimAll(store, 'first'), []);
    await store.write('finish', { id: thought.id, attempt: 1, owner: 'first', outputs: [], now: 1 });
    assert.equal((await claimAll(store, 'first')).length, 1);
  });

  it('takes a request before a reaction, and the oldest first', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'), observation('b.md', 'bb'));
    await captureAll(store);
    await store.write('acceptRequest', { key: 'k', text: 'now', rule: 'notes', version: 'v1', now: 5000 });
    const order = [];
    for (let n = 0; n < 3; n += 1)
      order.push(...(await claimAll(store, 'me', 1)).map((each) => each.subject));
    assert.deepEqual(order, ['request:k', 'file:/inbox/a.md', 'file:/inbox/b.md']);
  });
});

describe('answers', () => {
  it('are reused for the identical prompt about the same subject, but not when a person asks again', async (t) => {
    const { store, root, thought } = await oneClaimed(t);
    const send = (id: string, attempt: number, promptKey: string, mayReuse = true) =>
      store.write('send', {
        id,
        owner: 'first',
        attempt,
        provider: 'p',
        model: 'm',
        prompt: `sent ${promptKey}`,
        promptKey,
        mayReuse,
        now: 1,
      });
    assert.equal((await send(thought.id, 1, 'same'))?.reuse, null);
    await recordAs(store, 'first', thought.id, 1, []);
    await store.write('finish', { id: thought.id, attempt: 1, owner: 'first', outputs: [], now: 1 });
    await observe(store, root, observation('a.md', 'bb'));
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    const [second] = await claimAll(store, 'first');
    assert.ok(second);
    assert.equal((await send(second.id, 1, 'other'))?.reuse, null);
    assert.equal((await send(second.id, 1, 'same', false))?.reuse, null);
    assert.deepEqual((await send(second.id, 1, 'same'))?.reuse, {
      thought: thought.id,
      answer: 'yes',
      call: null,
    });
  });

  it('of a dry run are taken only for the prompt that they were given to, and not when a person asks again', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa', { change: 'existing', matches: [] }));
    const call = { ...NO_CALL, model: 'm', outputTokens: 7 };
    const queued = await store.write('queueFile', {
      root: { id: root.id, path: '/inbox' },
      ...{ rule: 'notes', version: 'v1', settleMs: 0, path: 'a.md', again: null, now: 1 },
      given: { promptKey: 'shown', answer: { title: 'as shown' }, call },
    });
    assert.equal(queued.kind, 'queued');
    await captureAll(store);
    const [claimed] = await claimAll(store, 'first');
    assert.ok(claimed);
    const send = (promptKey: string, mayReuse: boolean) =>
      store.write('send', {
        ...{ id: claimed.id, owner: 'first', attempt: 1, provider: 'p', model: 'm', now: 1 },
        ...{ prompt: 'sent', promptKey, mayReuse },
      });
    assert.equal((await send('another prompt', true))?.reuse, null);
    assert.equal((await send('shown', false))?.reuse, null);
    assert.deepEqual((await send('shown', true))?.reuse, {
      thought: null,
      answer: { title: 'as shown' },
      call,
    });
  });

  it('make the daemon know its own write again, and only while it looks exactly like it', async (t) => {
    const { store, root, thought } = await oneClaimed(t);
    await recordAs(store, 'first', thought.id, 1, [
      { ...OUTPUT, wanted: '/inbox/note.md', target: '/inbox/note.md' },
    ]);
    await store.write('ledger', {
      id: thought.id,
      attempt: 1,
      owner: 'first',
      position: 0,
      target: '/inbox/note.md',
      entry: ENTRY,
      replaced: null,
    });
    const own = { dev: 1, ino: 99, birth: 1, size: 4, mtime: 2.5, ctime: 3 };
    assert.deepEqual(await observe(store, root, observation('note.md', 'cc', { stat: own })), []);
    const edited = await observe(
      store,
      root,
      observation('note.md', 'dd', { stat: { ...own, mtime: 9 }, change: 'modified' }),
    );
    assert.equal(edited.length, 1);
    const copy = await observe(store, root, observation('copy.md', 'cc', { stat: { ...own, ino: 100 } }));
    assert.equal(copy.length, 1, 'a copy of our note is somebody else’s file');
  });

  it('leave a thought proposed or dead as its outputs ended, and say which', async (t) => {
    for (const [state, expected] of [
      ['proposed', 'proposed'],
      ['failed', 'dead'],
    ] as const) {
      const { store, thought } = await oneClaimed(t);
      await recordAs(store, 'first', thought.id, 1);
      const outputs = [{ position: 0, state, reason: 'because', target: '/notes/a.md' }];
      assert.equal(
        await store.write('finish', { id: thought.id, attempt: 1, owner: 'first', outputs, now: 1 }),
        expected,
      );
      const [row] = await allThoughts(store);
      assert.match(row?.reason ?? '', /output 1.*because/);
    }
  });
});

describe('a clock that was set back', () => {
  const DAY = 86_400_000;

  it('lets thoughts that were ready go at once', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    assert.deepEqual(await claimAll(store, 'first', 10, 10_000 - 5_000), []);
    await store.write('clockSetBack', { byMs: 5_000, now: 5_000 });
    assert.equal((await claimAll(store, 'first', 10, 5_000)).length, 1);
  });

  for (const wait of [0, 60_000])
    it(`while no daemon ran lets a wait of ${wait} ms be as long as it was meant to be`, async (t) => {
      const { store, thought } = await oneClaimed(t);
      await store.write('giveBack', {
        id: thought.id,
        owner: 'first',
        attempt: thought.attempt,
        outcome: 'failed',
        reason: '',
        availableAt: DAY + wait,
        behind: false,
        maxRetries: 3,
        call: NO_CALL,
        now: DAY,
      });
      await store.write('sweep', { owner: 'second', everyone: true, now: 20_000 });
      if (wait > 0) assert.deepEqual(await claimAll(store, 'second', 1, 20_000 + wait - 1), []);
      assert.equal((await claimAll(store, 'second', 1, 20_000 + wait)).length, 1);
    });

  it('is not suspected where a thought waits in truth', async (t) => {
    const { store, thought } = await oneClaimed(t);
    await store.write('giveBack', {
      id: thought.id,
      owner: 'first',
      attempt: thought.attempt,
      outcome: 'failed',
      reason: '',
      availableAt: 70_000,
      behind: false,
      maxRetries: 3,
      call: NO_CALL,
      now: 10_000,
    });
    await store.write('sweep', { owner: 'second', everyone: true, now: 20_000 });
    assert.deepEqual(await claimAll(store, 'second', 1, 69_999), []);
  });
});
