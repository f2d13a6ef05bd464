import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hashOf, placeOf } from '../../web/src/route.ts';

describe('a place of the dashboard', () => {
  it('is the same after it was an address, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    const key = fc.string({ minLength: 1 }).filter((each) => each !== '__proto__');
    fc.assert(
      fc.property(text, text, fc.dictionary(key, text), (page, of, query) => {
        assert.deepEqual(placeOf(hashOf({ page, of, query })), { page, of, query: { ...query } });
      }),
    );
  });

  it('is within this page, whatever data says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (data) => {
        if (!data.isWellFormed()) return;
        const url = new URL(hashOf({ page: data, of: data, query: { q: data } }), 'http://127.0.0.1:4747/');
        assert.equal(`${url.origin}${url.pathname}${url.search}`, 'http://127.0.0.1:4747/');
      }),
    );
    assert.match(hashOf({ of: 'javascript:alert(1)' }), /^#\//);
  });

  it('is the first page where the address says nothing', () => {
    for (const hash of ['', '#', '#/']) assert.deepEqual(placeOf(hash), { page: '', of: '', query: {} });
    assert.deepEqual(placeOf('#/thoughts/%E0%A4%A'), { page: 'thoughts', of: '%E0%A4%A', query: {} });
  });
});
