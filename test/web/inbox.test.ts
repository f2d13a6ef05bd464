import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import type { DecisionView, ProposalRow } from '../../src/contract/proposal.ts';
import { approve, whatOf } from '../../web/src/inbox/decide.ts';
import { createRejections, HELD_MS } from '../../web/src/inbox/rejections.ts';
import { keyIn, type Look, lookAt, moved, selectedOf } from '../../web/src/inbox/selection.ts';
import { createVirtualTime } from '../simulation/virtual-time.ts';
import { seededRandom } from '../support/seeded-random.ts';

describe('the proposal that is looked at', () => {
  const rows = ['a', 'b', 'c'].map((thought) => rowOf(thought));
  const keyOf = (look: Look) => look.of?.thought ?? null;

  it('is the first one, or the one that the address names', () => {
    assert.equal(keyOf(lookAt(rows, { of: null, place: 0 })), 'a');
    assert.equal(keyOf(lookAt(rows, { of: keyIn('c.0'), place: 0 })), 'c');
    assert.deepEqual(keyIn('3f2a-1.12'), { thought: '3f2a-1', position: 12 });
    for (const none of ['', 'c', 'c.', 'c.x', '../c.0']) assert.equal(keyIn(none), null, none);
  });

  it('stays the same one while others come and go', () => {
    const look = lookAt(rows, { of: rows[1] ?? null, place: 0 });
    assert.deepEqual(lookAt(rows.slice(1), look), { of: look.of, place: 0 });
    assert.equal(selectedOf(rows.slice(1), look)?.row, rows[1]);
  });

  it('stays the same one when it was decided elsewhere, and has no row then: nobody decides on another', () => {
    const look = lookAt(rows, { of: rows[1] ?? null, place: 0 });
    const left = rows.filter(({ thought }) => thought !== 'b');
    const now = lookAt(left, look);
    assert.equal(keyOf(now), 'b');
    assert.deepEqual(selectedOf(left, now), { of: rows[1], row: null });
    assert.equal(moved(left, now, 1)?.thought, 'c');
    assert.equal(moved(left, now, -1)?.thought, 'a');
    assert.equal(keyOf(lookAt([], look)), 'b');
  });

  it('is the one in its place once it was decided here, and the last one at the end', () => {
    const left = rows.filter(({ thought }) => thought !== 'b');
    assert.equal(keyOf(lookAt(left, { of: null, place: 1 })), 'c');
    assert.equal(keyOf(lookAt(rows.slice(0, 2), { of: null, place: 2 })), 'b');
    assert.deepEqual(lookAt([], { of: null, place: 2 }), { of: null, place: 0 });
  });

  it('moves by one and stops at the ends', () => {
    const at = (thought: number) => lookAt(rows, { of: rows[thought] ?? null, place: 0 });
    assert.equal(moved(rows, at(0), 1)?.thought, 'b');
    assert.equal(moved(rows, at(2), 1)?.thought, 'c');
    assert.equal(moved(rows, at(0), -1)?.thought, 'a');
    assert.equal(moved([], { of: null, place: 0 }, 1), null);
  });
});

describe('a rejection', () => {
  function rejecting() {
    const time = createVirtualTime(seededRandom(1));
    const told: string[] = [];
    const rejections = createRejections({
      clock: time.clock,
      async reject({ thought }) {
        told.push(thought);
      },
    });
    const pass = (ms: number) => time.pass(() => false, ms);
    return { pass, told, rejections, held: () => rejections.rows.value.map(({ thought }) => thought) };
  }
  const [a, b] = [rowOf('a'), rowOf('b')];

  it('is told a moment later, each one for itself', async () => {
    const { pass, told, rejections, held } = rejecting();
    rejections.hold(a);
    await pass(HELD_MS / 2);
    rejections.hold(b);
    assert.deepEqual([held(), told], [['a', 'b'], []]);
    await pass(HELD_MS / 2);
    assert.deepEqual([held(), told], [['b'], ['a']]);
    assert.equal(rejections.takeBack(a), false, 'it is for good');
    await pass(HELD_MS / 2);
    assert.deepEqual([held(), told], [[], ['a', 'b']]);
  });

  it('that was taken back in time is never told', async () => {
    const { pass, told, rejections, held } = rejecting();
    rejections.hold(a);
    rejections.hold(b);
    assert.equal(rejections.takeBack(b), true);
    assert.deepEqual(held(), ['a']);
    await pass(HELD_MS * 2);
    assert.deepEqual(told, ['a']);
  });

  it('is told at once when the page is left, and once', async () => {
    const { pass, told, rejections, held } = rejecting();
    rejections.hold(a);
    rejections.hold(b);
    rejections.now();
    await pass(HELD_MS * 2);
    assert.deepEqual([held(), told], [[], ['a', 'b']]);
  });
});

describe('a decision', () => {
  const digest = 'd'.repeat(64);
  const refusing = (code: string) => ({
    async approve(): Promise<DecisionView> {
      throw new CodedError(code, 'no');
    },
  });

  it('is of exactly what was shown: its digest goes along, and what a person wrote in its place', async () => {
    const asked: unknown[] = [];
    const client = {
      async approve(...what: unknown[]): Promise<DecisionView> {
        asked.push(what);
        return { thought: 'a', position: 0, state: 'planned' };
      },
    };
    assert.deepEqual(await approve(client, rowOf('a'), { digest, content: 'mine' }), { kind: 'approved' });
    assert.deepEqual(asked, [['a', 0, { digest, content: 'mine' }]]);
  });

  it('of what is another one by now decides nothing, and says so', async () => {
    const outcome = await approve(refusing('proposal-changed'), rowOf('a'), { digest });
    assert.deepEqual(outcome, { kind: 'changed' });
  });

  it('that somebody else has made is told', async () => {
    const outcome = await approve(refusing('proposal-decided'), rowOf('a'), { digest });
    assert.deepEqual(outcome, { kind: 'gone', reason: 'no' });
  });

  it('that could not be made is a problem, and the proposal waits on', async () => {
    for (const code of ['daemon-away', 'proposal-held', 'disk-full'])
      await assert.rejects(approve(refusing(code), rowOf('a'), { digest }), { code });
  });

  it('is told in a few words', () => {
    const row = { kind: 'move', source: '/in/scan.pdf', target: '/out/Filed/2026/scan.pdf' };
    assert.equal(whatOf(row, ['/in', '/out']), 'move scan.pdf to Filed/2026/');
    assert.equal(whatOf({ ...row, target: '/out/bill.pdf' }, ['/out']), 'move scan.pdf to bill.pdf');
    assert.equal(whatOf({ kind: 'write', source: null, target: '/out/n/a.md' }, ['/out']), 'write n/a.md');
    assert.equal(whatOf({ kind: 'webhook', source: null, target: 'chat' }, ['/out']), 'webhook chat');
  });
});

function rowOf(thought: string): ProposalRow {
  return {
    ...{
      thought,
      position: 0,
      rule: 'inbox',
      subject: '/in/a.pdf',
      kind: 'move',
      mode: 'move',
      target: '/out/a.pdf',
    },
    ...{ source: '/in/a.pdf', reason: '', bytes: 0, proposedAt: '2026-11-26T12:00:00Z', expiresAt: null },
  };
}
