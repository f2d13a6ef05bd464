import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScrubber } from '../../src/base/scrub.ts';
import { growsInProportion } from '../support/growth.ts';

const scrub = createScrubber(() => []);

describe('the scrubber', () => {
  for (const [what, text, left] of [
    ['a bearer token', 'Authorization: Bearer abcDEF.123-456_789', 'Authorization: Bearer [secret]'],
    ['basic credentials', 'authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic [secret]'],
    ['an OpenAI-shaped key', 'key sk-proj-abcdefghijklmnop was refused', 'key [secret] was refused'],
    ['an LM Studio token', 'sk-lm-abcdefgh:ijklmnopqrstuvwxyz12', '[secret]'],
    [
      'a key in JSON',
      '{"api_key":"abc","Authorization":"x y"}',
      '{"api_key":"[secret]","Authorization":"[secret]"}',
    ],
    [
      'a key in JSON in JSON',
      String.raw`{"body":"{\"password\": \"abc\"}"}`,
      String.raw`{"body":"{\"password\": \"[secret]\"}"}`,
    ],
    ['a key in a query', 'GET /v1?a=1&api_key=abc&b=2', 'GET /v1?a=1&api_key=[secret]&b=2'],
    ['a password in an address', 'postgres://me:pass@db/x', 'postgres://me:[secret]@db/x'],
    ['a GitHub token', 'ghp_0123456789abcdefghij0123456789abcdef', '[secret]'],
    [
      'a token of ours',
      `the token csn_0123abcd_${'aZ9-_'.repeat(8)}abc was shown`,
      'the token [secret] was shown',
    ],
    ['a JSON web token', 'eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4', '[secret]'],
  ] as const) {
    it(`hides ${what} that nobody told it about`, () => assert.equal(scrub(text), left));
  }

  it('leaves ordinary words, paths and ids alone', () => {
    for (const text of [
      'basic rules apply to risk-averse-and-long-task-names',
      'ask-me-anything-about-desk-management-software',
      'http://localhost:1234/v1/chat and C:\\Users',
      '{"model":"qwen3-8b","tokens":123,"id":"0123456789abcdef0123"}',
    ]) {
      assert.equal(scrub(text), text);
    }
  });

  it('hides a secret also as JSON and as addresses write it', () => {
    const hides = createScrubber(() => ['pa ss"w\\rd']);
    assert.equal(hides('pa ss"w\\rd'), '[secret]');
    assert.equal(hides(JSON.stringify('pa ss"w\\rd')), '"[secret]"');
    assert.equal(hides(`?x=${encodeURIComponent('pa ss"w\\rd')}`), '?x=[secret]');
  });

  it('hides the longer of two secrets whole where one contains the other', () => {
    const hides = createScrubber(() => ['canary', 'canary-and-more']);
    assert.equal(hides('canary-and-more, canary'), '[secret], [secret]');
  });

  it('takes secrets literally, not as patterns', () => {
    const hides = createScrubber(() => ['a.c*d$&']);
    assert.equal(hides('a.c*d$& abcd'), '[secret] abcd');
  });

  it('does not eat the text when a secret is next to nothing', () => {
    const hides = createScrubber(() => ['', 'a', 'abc']);
    assert.equal(hides('abc a banana'), 'abc a banana');
  });

  it('knows secrets that came later', () => {
    const secrets = ['first-one'];
    const hides = createScrubber(() => secrets);
    assert.equal(hides('first-one other-one'), '[secret] other-one');
    secrets[0] = 'other-one';
    assert.equal(hides('first-one other-one'), 'first-one [secret]');
  });

  it('takes time in proportion to the text, whatever the text', async () => {
    for (const piece of ['bearer ', '"api_key":"', 'a://', 'eyJaaaaaaaa.', 'sk-', '?key=']) {
      const growth = await growsInProportion((size) => scrub(piece.repeat(size / piece.length)), 12_000);
      assert.ok(growth.ok, `${piece}: 8 times as much takes ${growth.times} times as long`);
    }
  });
});
