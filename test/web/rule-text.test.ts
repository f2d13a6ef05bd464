import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Base, draftOver } from '../../web/src/rules/drafts.ts';
import { placeAfter } from '../../web/src/rules/text.ts';

describe('a place in a text that was changed under somebody', () => {
  it('stays at the same words, or where the change is', () => {
    assert.equal(placeAfter('one two', 'one two three', 4), 4);
    assert.equal(placeAfter('one two', 'zero one two', 4), 9);
    assert.equal(placeAfter('one two three', 'one three', 6), 5, 'within what was taken out');
    assert.equal(placeAfter('aaa', 'aa', 3), 2);
  });

  it('is always one of the new text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (before, after, some) => {
        const at = placeAfter(before, after, some % (before.length + 1));
        assert.ok(at >= 0 && at <= after.length);
        assert.equal(placeAfter(before, before, at % (before.length + 1)), at % (before.length + 1));
      }),
    );
  });
});

describe('what is not saved of a rule', () => {
  const holding = (text: string, etag: string | null): Base => ({ name: 'ed', text, etag });
  const begun = { text: 'mine', base: holding('first', '"1"') };

  it('is nothing where the file holds the same, whoever wrote it', () => {
    assert.equal(draftOver(begun, holding('mine', '"2"'), null), null);
    assert.equal(draftOver(null, holding('theirs', '"2"'), null), null);
  });

  it('stays as it is begun where the file holds something else', () => {
    assert.equal(draftOver(begun, holding('theirs', '"2"'), 'mine'), begun);
    const empty = { text: '', base: holding('', null) };
    assert.equal(draftOver(empty, holding('', null), null), empty, 'an empty rule that is to be');
  });

  it('begins, where more was typed while it was saved, from what was saved', () => {
    const saved = holding('min', '"2"');
    assert.deepEqual(draftOver(begun, saved, 'min'), { text: 'mine', base: saved });
  });
});
