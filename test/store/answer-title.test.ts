import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { titleIn } from '../../src/store/queries/answer-title.ts';
import { captureAll, claimAll, NO_CALL, observation, observe, temporaryStore } from '../support/store.ts';

describe('the title of an answer', () => {
  it('is what it calls itself, else how its first text begins, and none where it has none', async (t) => {
    const { store, root } = await temporaryStore(t);
    const titleOf = async (answer: unknown, at: number) => {
      await observe(store, root, observation(`${at}.md`, String(at).padStart(16, '0')));
      await captureAll(store);
      const [claimed] = await claimAll(store, 'i-1', 1);
      assert.ok(claimed);
      const hold = { id: claimed.id, owner: 'i-1', attempt: claimed.attempt };
      const record = {
        ...hold,
        answer,
        outputs: [],
        call: NO_CALL,
        reusedFrom: null,
        reason: '',
        now: 20_000,
      };
      assert.ok(await store.write('record', record));
      return (await store.read('thoughtRow', { id: claimed.id }))?.title;
    };
    const cases: [unknown, string | undefined][] = [
      [{ summary: 'Later', title: 'A letter' }, 'A letter'],
      [{ tags: ['a'], title: '', summary: 'The tide is low.\nIt rises.' }, 'The tide is low.'],
      [{ title: 7, amount: 3 }, undefined],
      ['# Pier mast\n\nBolts.', 'Pier mast'],
      ['', undefined],
      [null, undefined],
      [['a', 'b'], undefined],
    ];
    for (const [at, [answer, title]] of cases.entries())
      assert.equal(await titleOf(answer, at), title, JSON.stringify(answer));
  });

  it('is a line that says something, without front matter, and not without an end', () => {
    assert.equal(titleIn('---\ntags: [a]\n---\n\n## Thursday\nx'), 'Thursday');
    assert.equal(titleIn('---\ntags: [a]'), 'tags: [a]');
    assert.equal(titleIn('- [ ] call them\n'), '[ ] call them');
    assert.equal(titleIn(' \n***\n'), null);
    assert.equal(titleIn('x'.repeat(500))?.length, 161);
  });
});
