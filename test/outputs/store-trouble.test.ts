import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { CodedError } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import { createOutputs } from '../../src/outputs/worker.ts';
import { createHolds } from '../../src/queue/holds.ts';
import { patientStore } from '../../src/store/patient.ts';
import type { Store } from '../../src/store/store.ts';
import { nothingSent } from '../support/sending.ts';
import { temporaryFolder } from '../support/store.ts';

const quiet = () => undefined;
const LOG: Log = {
  ...{ debug: quiet, info: quiet, warning: quiet, error: quiet, critical: quiet, setLevel: quiet },
  ...{ reopen: quiet, flush: quiet, close: quiet, child: () => LOG },
};

/** One answered thought, in a store whose writes end as `answer` says; which writes were asked for. */
async function applying(t: TestContext, answer: (name: string, times: number) => Promise<unknown>) {
  const folder = temporaryFolder(t);
  const target = join(folder, 'n.md');
  const asked: string[] = [];
  const thought = (id: string) => ({
    ...{ id, attempt: 1, owner: 'o', rule: 'r', subject: 's' },
    outputs: [
      {
        ...{ position: 0, kind: 'write', mode: 'create', wanted: target, target, before: null, content: 'x' },
        ...{ ledger: null, reason: '' },
      },
    ],
  });
  const raw = {
    async write(name: string) {
      // Nothing was asked to be taken back.
      if (name === 'undoJobs') return [];
      asked.push(name);
      const times = asked.filter((each) => each === name).length;
      if (name === 'answeredThoughts' && times === 1) return [thought('a')];
      return answer(name, times);
    },
  };
  const group = new AbortController();
  const outputs = createOutputs({
    // Only what the outputs write is asked for here.
    store: patientStore(raw as unknown as Store, {
      clock: systemClock,
      signal: group.signal,
      onTrouble: quiet,
    }),
    ...{ clock: systemClock, log: LOG, owner: 'o', gaps: [] },
    holds: createHolds(systemClock, quiet),
    hash: await loadContentHash(),
    diskOf: () => atOnce,
    outputRoots: () => [folder],
    sending: nothingSent(),
    ...{ live: quiet, onFinished: quiet },
  });
  const stop = new AbortController();
  return { outputs, asked, group, stop, target };
}

describe('an output whose store is in trouble', () => {
  it('is not settled where the daemon ends while the ledger waits for room', async (t) => {
    const waits = Promise.withResolvers<void>();
    const { outputs, asked, group, stop, target } = await applying(t, async (name) => {
      if (name !== 'ledger') return 'dead';
      waits.resolve();
      throw new CodedError('store-unavailable', 'the disk is full', { retryable: true });
    });
    const run = outputs.run(stop.signal);
    await waits.promise;
    stop.abort();
    group.abort(new DOMException('the group was stopped', 'AbortError'));
    await assert.rejects(run, { name: 'AbortError' });
    assert.deepEqual(asked, ['answeredThoughts', 'ledger']);
    assert.equal(existsSync(target), false);
  });

  it('is not settled by a damaged database, which is told to whoever runs the outputs', async (t) => {
    const { outputs, asked, stop } = await applying(t, async (name) => {
      if (name === 'answeredThoughts') return [];
      throw new CodedError('database-damaged', 'pages do not fit');
    });
    await assert.rejects(outputs.run(stop.signal), { code: 'database-damaged' });
    assert.deepEqual(
      asked.filter((name) => name !== 'answeredThoughts'),
      ['ledger'],
    );
  });

  it('refused together with the next look leaves no rejection that nobody handles', async (t) => {
    const both = Promise.withResolvers<void>();
    const refuse = async () => {
      await both.promise;
      throw new CodedError('database-damaged', 'pages do not fit');
    };
    const { outputs, asked, stop } = await applying(t, async (name) => {
      if (name === 'answeredThoughts' || name === 'finish') {
        if (asked.includes('finish') && asked.filter((each) => each === 'answeredThoughts').length > 1)
          both.resolve();
        return refuse();
      }
      return true;
    });
    const run = outputs.run(stop.signal);
    while (!asked.includes('finish')) await new Promise(setImmediate);
    outputs.answered();
    await assert.rejects(run, { code: 'database-damaged' });
    // An unhandled rejection would fail this test a turn later.
    await new Promise(setImmediate);
  });
});
