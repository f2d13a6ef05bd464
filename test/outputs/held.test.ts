import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { createLog } from '../../src/base/log.ts';
import { createOutputs } from '../../src/outputs/worker.ts';
import { createHolds } from '../../src/queue/holds.ts';
import { nothingSent } from '../support/sending.ts';
import {
  captureAll,
  claimAll,
  NO_CALL,
  observation,
  observe,
  temporaryFolder,
  temporaryStore,
} from '../support/store.ts';

const quiet = { write() {}, on() {}, off() {} };
const log = createLog({ level: 'CRITICAL', pretty: false, secrets: () => [], out: quiet });

describe('an output that waits for its root', () => {
  it('is applied soon after that is there, also where the clock was set back a day meanwhile', async (t) => {
    const { store, root } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    await captureAll(store);
    const [thought] = await claimAll(store, 'me');
    assert.ok(thought);
    const folder = join(temporaryFolder(t), 'notes');
    const target = join(folder, 'a.md');
    const output = { position: 0, kind: 'write', mode: 'create', content: 'yes', reason: '' } as const;
    await store.write('record', {
      id: thought.id,
      owner: 'me',
      attempt: thought.attempt,
      answer: 'yes',
      outputs: [{ ...output, wanted: target, target, before: null }],
      call: NO_CALL,
      reusedFrom: null,
      reason: '',
      now: 11_000,
    });
    let setBack = 0;
    const clock = { ...systemClock, now: () => Date.now() - setBack };
    const held = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<void>();
    const outputs = createOutputs({
      store,
      clock,
      log,
      holds: createHolds(clock, () => held.resolve()),
      owner: 'me',
      hash: await loadContentHash(),
      diskOf: () => atOnce,
      outputRoots: () => [folder],
      sending: nothingSent(),
      gaps: [],
      live: () => undefined,
      onFinished: () => finished.resolve(),
    });
    const stop = new AbortController();
    const running = outputs.run(stop.signal);
    await held.promise;
    await new Promise(setImmediate); // the thought has come back to wait
    setBack = 86_400_000;
    mkdirSync(folder);
    await Promise.race([finished.promise, systemClock.sleep(8000, stop.signal).catch(() => undefined)]);
    stop.abort();
    await running;
    assert.equal(readFileSync(target, 'utf8'), 'yes');
  });
});
