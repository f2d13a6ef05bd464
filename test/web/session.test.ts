import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import type { Transport } from '../../src/surfaces/client.ts';
import { codeIn, createSession } from '../../web/src/session.ts';

const asking = (answer: () => Promise<unknown>): Pick<Transport, 'ask'> => ({
  ask: async <Answer>() => (await answer()) as Answer,
});

describe("the dashboard's session", () => {
  it('exchanges the code of a link for a token that is in its memory', async () => {
    const session = createSession();
    assert.deepEqual([session.state.value.kind, session.token()], ['none', null]);
    await session.enter(
      'abc',
      asking(async () => ({ token: 'csn_1', scopes: ['read'], expiresAt: '' })),
    );
    assert.deepEqual([session.state.value.kind, session.token()], ['open', 'csn_1']);
    session.end('csn_0');
    assert.equal(session.token(), 'csn_1', 'of one before');
    session.end('csn_1');
    assert.deepEqual([session.state.value.kind, session.token()], ['ended', null]);
  });

  it('says why a code is refused', async () => {
    const session = createSession();
    const refused = new CodedError('code-refused', 'the code is not one that is good now');
    await session.enter(
      'abc',
      asking(() => Promise.reject(refused)),
    );
    assert.deepEqual(session.state.value, { kind: 'refused', error: refused });
    assert.equal(session.token(), null);
  });

  it('knows a code in an address, and takes nothing else for one', () => {
    assert.equal(codeIn('#code=Zm9v-_1'), 'Zm9v-_1');
    for (const hash of ['', '#/', '#code=', '#/code=abc', '#code=a<b', `#code=${'a'.repeat(201)}`])
      assert.equal(codeIn(hash), null, hash);
  });
});
