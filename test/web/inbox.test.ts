import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import type { DecisionView, ProposalRow } from '../../src/contract/proposal.ts';
import { approve, whatOf } from '../../web/src/inbox/decide.ts';
import { keyOf, moved, selectedOf } from '../../web/src/inbox/selection.ts';

describe('the proposal that is looked at', () => {
  const rows = ['a', 'b', 'c'].map((thought) => rowOf(thought));

  it('stays the same one while others come and go', () => {
    assert.equal(selectedOf(rows, 'b.0', 0)?.thought, 'b');
    assert.equal(selectedOf(rows.slice(1), 'b.0', 1)?.thought, 'b');
  });

  it('is the one in its place once it is decided, and the last one at the end', () => {
    const left = rows.filter(({ thought }) => thought !== 'b');
    assert.equal(selectedOf(left, 'b.0', 1)?.thought, 'c');
    assert.equal(selectedOf(rows.slice(0, 2), 'c.0', 2)?.thought, 'b');
    assert.equal(selectedOf([], 'c.0', 2), null);
  });

  it('moves by one and stops at the ends', () => {
    const [first, , last] = rows;
    assert.equal(keyOf(moved(rows, first ?? null, 1) ?? rowOf('')), 'b.0');
    assert.equal(moved(rows, last ?? null, 1), last);
    assert.equal(moved(rows, first ?? null, -1), first);
    assert.equal(moved(rows, null, 1), first);
    assert.equal(moved([], null, 1), null);
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
