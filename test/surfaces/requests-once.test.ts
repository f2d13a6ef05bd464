import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { REPLIES_KEPT_MS } from '../../src/journal/retain.ts';
import { createOnce } from '../../src/main/once.ts';
import { openStore } from '../../src/store/open.ts';
import type { Reply } from '../../src/surfaces/requests.ts';
import { temporaryStore } from '../support/store.ts';

const REPLY: Reply = { status: 200, headers: {}, body: '{"n":1}' };
const KEY = { key: '1234abcd→k', route: 'pause', digest: 'd' };

async function once(t: TestContext) {
  const { store, file } = await temporaryStore(t);
  let done = 0;
  const work = async () => {
    done += 1;
    return { ...REPLY, body: `{"n":${done}}` };
  };
  return { store, file, work, count: () => done, ask: createOnce(store, systemClock) };
}

describe('a request with an Idempotency-Key', () => {
  it('is done once and answered alike, also by the next daemon', async (t) => {
    const { store, file, work, count, ask } = await once(t);
    assert.deepEqual(await ask(KEY, work), REPLY);
    assert.deepEqual(await ask(KEY, work), REPLY);
    await store.close();
    const again = await openStore(file, () => undefined);
    t.after(() => again.close());
    assert.deepEqual(await createOnce(again, systemClock)(KEY, work), REPLY);
    assert.equal(count(), 1);
  });

  it('is refused where the key stands for another request', async (t) => {
    const { work, count, ask } = await once(t);
    await ask(KEY, work);
    await assert.rejects(ask({ ...KEY, route: 'resume' }, work), { code: 'key-reused', value: 'k' });
    await assert.rejects(ask({ ...KEY, digest: 'other' }, work), { code: 'key-reused' });
    assert.equal(count(), 1);
  });

  it('is refused while the first one is under way', async (t) => {
    const { work, ask } = await once(t);
    const wait = Promise.withResolvers<void>();
    const first = ask(KEY, async () => {
      await wait.promise;
      return work();
    });
    await assert.rejects(ask(KEY, work), { code: 'key-in-use', retryable: true });
    wait.resolve();
    assert.deepEqual(await first, REPLY);
  });

  it('that failed may be asked again', async (t) => {
    const { work, ask } = await once(t);
    const failing = async (): Promise<Reply> => {
      throw new Error('no');
    };
    await assert.rejects(ask(KEY, failing), /no/);
    assert.deepEqual(await ask(KEY, work), REPLY);
  });

  it('is forgotten after a day', async (t) => {
    const { store, work, count } = await once(t);
    let now = 1_000_000;
    const clock = { ...systemClock, now: () => now };
    await createOnce(store, clock)(KEY, work);
    now += REPLIES_KEPT_MS + 1;
    await createOnce(store, clock)(KEY, work);
    assert.equal(count(), 2);
    assert.equal(await store.write('dropReplies', { before: now + 1 }), 1);
  });
});
