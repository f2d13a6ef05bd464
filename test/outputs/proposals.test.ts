import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce, type Disk } from '../../src/base/disk.ts';
import { sha256 } from '../../src/base/ids.ts';
import { createLog } from '../../src/base/log.ts';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import type { Gap, PlannedOutput } from '../../src/contract/output.ts';
import { createProposals } from '../../src/outputs/proposals.ts';
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

const DAY = 86_400_000;
const quiet = { write() {}, on() {}, off() {} };
const log = createLog({ level: 'CRITICAL', pretty: false, secrets: () => [], out: quiet });

/** Answered thoughts in a real store, the worker that applies them, and the clock that proposals expire by. */
async function house(t: TestContext, { gaps = [] }: { gaps?: Gap[] } = {}) {
  const { store, root } = await temporaryStore(t);
  const folder = join(temporaryFolder(t), 'notes');
  mkdirSync(folder);
  const events: LiveEvent[] = [];
  let wake = Promise.withResolvers<void>();
  const live = (event: LiveEvent) => {
    events.push(event);
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const time = { now: 11_000, expire: '7d' };
  const clock = { ...systemClock, now: () => time.now };
  const disk: { gate: Promise<void> | null } = { gate: null };
  const diskOf = async (): Promise<Disk> => {
    await disk.gate;
    return atOnce;
  };
  const hash = await loadContentHash();
  const outputs = createOutputs({
    ...{ store, clock, log, live, gaps, diskOf, owner: 'me', hash },
    holds: createHolds(clock, live),
    outputRoots: () => [folder],
    sending: nothingSent(),
    onFinished: () => undefined,
  });
  const proposals = createProposals({
    ...{ store, clock, live, gaps, owner: 'me', hash, diskOf: () => atOnce },
    outputRoots: () => [folder],
    expire: () => time.expire,
    onApproved: outputs.approved,
  });
  const stop = new AbortController();
  const running = outputs.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
  });
  let revision = 0;

  return {
    folder,
    proposals,
    time,
    disk,
    events,
    async answer(...planned: (Partial<PlannedOutput> & { target: string })[]): Promise<string> {
      revision += 1;
      await observe(
        store,
        root,
        observation('a.md', `a${revision}`, revision > 1 ? { change: 'modified' } : {}),
      );
      await captureAll(store);
      const [thought] = await claimAll(store, 'me');
      assert.ok(thought);
      const each = { kind: 'write', mode: 'create', content: 'note', before: null, reason: '' } as const;
      await store.write('record', {
        ...{ id: thought.id, owner: 'me', attempt: thought.attempt, answer: 'yes', call: NO_CALL },
        ...{ reusedFrom: null, reason: '', now: time.now },
        outputs: planned.map((output, position) => ({ ...each, position, wanted: output.target, ...output })),
      });
      outputs.answered();
      return thought.id;
    },
    async reached(state: string, id: string): Promise<void> {
      const isThere = (event: LiveEvent) =>
        event.type === 'state' && event.thought === id && event.state === state;
      while (!events.some(isThere)) await wake.promise;
    },
    /** Approves it as it is shown now. */
    async approve(id: string, content?: string) {
      const { digest } = await proposals.show(id, 0);
      return proposals.approve(id, 0, {
        digest: digest ?? '',
        ...(content === undefined ? {} : { content }),
      });
    },
  };
}

describe('a proposal', () => {
  it('of a note that was edited, and is gone now, is shown and made as a new one', async (t) => {
    const { folder, answer, reached, proposals, approve } = await house(t);
    const target = join(folder, 'a.md');
    await reached('done', await answer({ target, content: 'first' }));
    writeFileSync(target, 'first, edited');
    const before = sha256('first');
    const id = await answer({ target, content: 'second', mode: 'replace', before });
    await reached('proposed', id);
    const shown = await proposals.show(id, 0);
    assert.deepEqual([shown.mode, shown.before, shown.after], ['replace', 'first, edited', 'second']);
    unlinkSync(target);
    await assert.rejects(proposals.approve(id, 0, { digest: shown.digest ?? '' }), {
      code: 'proposal-changed',
    });
    const anew = await proposals.show(id, 0);
    assert.deepEqual([anew.mode, anew.before], ['create', null]);
    await approve(id);
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'second');
  });

  it('about what may be this very note replaces it, as it is shown to', async (t) => {
    const gaps = [{ from: Date.now() - 60_000, to: Date.now() + 60_000 }];
    const { folder, answer, reached, proposals, approve } = await house(t, { gaps });
    const target = join(folder, 'a.md');
    writeFileSync(target, 'said differently');
    const id = await answer({ target, content: 'said', proposed: true, reason: 'it may be this very note' });
    await reached('proposed', id);
    const shown = await proposals.show(id, 0);
    assert.deepEqual([shown.target, shown.before, shown.after], [target, 'said differently', 'said']);
    await approve(id);
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'said');
  });

  it('that a person edits keeps the mark by which an appended block is known', async (t) => {
    const { folder, answer, reached, proposals, approve } = await house(t);
    const target = join(folder, 'log.md');
    writeFileSync(target, 'mine\n');
    const content = '<!-- consciousness abc#0 -->\n- said\n';
    const block = { kind: 'append', mode: 'append', content, proposed: true } as const;
    const id = await answer({ target, ...block });
    await reached('proposed', id);
    assert.equal((await proposals.show(id, 0)).after, `mine\n${content}`);
    await approve(id, '- said, and more');
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'mine\n<!-- consciousness abc#0 -->\n- said, and more\n');
  });

  it('of what is sent cannot be edited, and is bound to all that is sent', async (t) => {
    const { answer, reached, proposals, approve } = await house(t);
    const sent = { kind: 'notify', mode: 'send', target: 'desktop', proposed: true } as const;
    const [first, second] = [
      await answer({ ...sent, content: 'one' }),
      await answer({ ...sent, content: 'two' }),
    ];
    await reached('proposed', first);
    await reached('proposed', second);
    const shown = await proposals.show(first, 0);
    assert.deepEqual([shown.editable, shown.after, shown.content], [false, null, 'one']);
    assert.notEqual(shown.digest, (await proposals.show(second, 0)).digest);
    await assert.rejects(approve(first, 'three'), { code: 'proposal-not-editable' });
    assert.equal((await proposals.list(null)).length, 2);
  });

  it('of a move is bound to the file as it was shown, also where that is not the one the event told of', async (t) => {
    const { folder, answer, reached, proposals, approve } = await house(t);
    const [source, target] = [join(folder, 'scan.txt'), join(folder, 'filed.txt')];
    writeFileSync(source, 'changed since the event');
    const id = await answer({ kind: 'move', mode: 'move', source, target, content: 'a hash of before' });
    await reached('proposed', id);
    const shown = await proposals.show(id, 0);
    assert.deepEqual([shown.source, shown.target, shown.before, shown.after], [source, target, null, null]);
    writeFileSync(source, 'and changed once more');
    await assert.rejects(proposals.approve(id, 0, { digest: shown.digest ?? '' }), {
      code: 'proposal-changed',
    });
    await approve(id);
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'and changed once more');
  });

  it('cannot be approved while its folder is away, says so, and waits', async (t) => {
    const { folder, answer, reached, proposals, approve } = await house(t);
    const target = join(folder, 'a.md');
    const id = await answer({ target, proposed: true });
    await reached('proposed', id);
    const { digest } = await proposals.show(id, 0);
    renameSync(folder, `${folder}-away`);
    const shown = await proposals.show(id, 0);
    assert.equal(shown.digest, null);
    assert.match(shown.held, /is not there/);
    await assert.rejects(proposals.approve(id, 0, { digest: digest ?? '' }), { code: 'proposal-held' });
    renameSync(`${folder}-away`, folder);
    await approve(id);
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'note');
  });

  it('that is approved while another output of its thought is being applied is applied right after', async (t) => {
    const { folder, answer, reached, approve, disk } = await house(t);
    const gate = Promise.withResolvers<void>();
    disk.gate = gate.promise;
    const [target, other] = [join(folder, 'a.md'), join(folder, 'b.md')];
    const id = await answer({ target, proposed: true }, { target: other });
    await approve(id);
    gate.resolve();
    await reached('done', id);
    assert.deepEqual([readFileSync(target, 'utf8'), readFileSync(other, 'utf8')], ['note', 'note']);
  });

  it('that a person edits a second time before it is written waits again', async (t) => {
    const { folder, answer, reached, approve, disk, events } = await house(t);
    const target = join(folder, 'a.md');
    await reached('done', await answer({ target, content: 'first' }));
    writeFileSync(target, 'edited');
    const id = await answer({ target, content: 'second', mode: 'replace', before: sha256('first') });
    await reached('proposed', id);
    const gate = Promise.withResolvers<void>();
    disk.gate = gate.promise;
    await approve(id);
    writeFileSync(target, 'edited again');
    events.length = 0;
    gate.resolve();
    await reached('proposed', id);
    assert.equal(readFileSync(target, 'utf8'), 'edited again');
    await approve(id);
    await reached('done', id);
    assert.equal(readFileSync(target, 'utf8'), 'second');
  });

  it('is denied when the configured time is over, and told', async (t) => {
    const { folder, answer, reached, proposals, time, events } = await house(t);
    const id = await answer({ target: join(folder, 'a.md'), proposed: true });
    await reached('proposed', id);
    const [row] = await proposals.list(null);
    assert.equal(row?.expiresAt, new Date(11_000 + 7 * DAY).toISOString());
    time.expire = 'forever';
    time.now += 1000 * DAY;
    await proposals.expire();
    assert.equal((await proposals.list(null))[0]?.expiresAt, null);
    time.expire = '4w';
    await proposals.expire();
    await reached('done', id);
    const told = events.find((event) => event.type === 'output' && event.state === 'denied');
    assert.equal(told?.type === 'output' && told.reason, 'nobody decided within 4w');
    await assert.rejects(proposals.show(id, 0), { code: 'proposal-decided' });
    await assert.rejects(proposals.show(id, 7), { code: 'proposal-unknown' });
  });
});
