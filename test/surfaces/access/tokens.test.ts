import assert from 'node:assert/strict';
import { timingSafeEqual } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { CodedError } from '../../../src/base/errors.ts';
import { createSystemRandom } from '../../../src/base/random.ts';
import type { Store } from '../../../src/store/store.ts';
import { createTokens, type TokensOptions } from '../../../src/surfaces/access/tokens.ts';
import { temporaryStore } from '../../support/store.ts';
import { HandClock, quietLog, until } from './door.ts';

const HOUR = 3_600_000;

async function kept(t: TestContext, more: Partial<TokensOptions> = {}) {
  const { store, file } = await temporaryStore(t);
  const clock = new HandClock();
  const options: TokensOptions = {
    store,
    clock,
    random: createSystemRandom(),
    log: quietLog,
    onChange: () => {},
    ...more,
  };
  return { tokens: await createTokens(options), again: () => createTokens(options), store, file, clock };
}

const READ = { name: 'prom', act: false, expires: undefined };

describe('a token', () => {
  it('has 256 random bits in a form that can be known anywhere, and may only look unless more is asked for', async (t) => {
    const { tokens } = await kept(t);
    const one = await tokens.make(READ);
    const other = await tokens.make({ ...READ, name: 'script', act: true });
    assert.match(one.text, /^csn_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(one.text.slice(13), other.text.slice(13));
    assert.deepEqual(tokens.admit(one.text)?.scopes, ['read']);
    assert.deepEqual(tokens.admit(other.text)?.scopes, ['read', 'act']);
  });

  it('is let in after a restart, too, and its text is in no file', async (t) => {
    const { tokens, again, store, file } = await kept(t);
    const { text, view } = await tokens.make(READ);
    assert.equal((await again()).admit(text)?.id, view.id);
    await store.close();
    // Its random part may have a `_` in it, too.
    const secret = text.slice(`csn_${view.id}_`.length);
    for (const name of readdirSync(dirname(file))) {
      const bytes = readFileSync(join(dirname(file), name));
      assert.equal(bytes.includes(text) || bytes.includes(secret), false, name);
      assert.equal(bytes.includes(Buffer.from(secret, 'base64url')), false, name);
    }
  });

  it('is compared the same way whether it is wrong, unknown, malformed, over or revoked', async (t) => {
    const lengths: number[] = [];
    const isSame = (one: Buffer, other: Buffer) => {
      lengths.push(one.length, other.length);
      return timingSafeEqual(one, other);
    };
    const { tokens, clock } = await kept(t, { isSame });
    const { text } = await tokens.make({ ...READ, name: 'short', expires: 1000 });
    const { text: revoked } = await tokens.make(READ);
    await tokens.revoke({ which: 'prom' });
    clock.pass(1000);
    const wrong = text.slice(0, -3) + (text.endsWith('AAA') ? 'BBB' : 'AAA');
    const guesses = [
      text,
      wrong,
      revoked,
      `csn_00000000_${'x'.repeat(43)}`,
      '',
      'x'.repeat(100_000),
      `${text} `,
    ];
    for (const guess of guesses) assert.equal(tokens.admit(guess), null);
    assert.deepEqual(
      lengths,
      guesses.flatMap(() => [32, 32]),
    );
  });

  it('is let in by all of its text and nothing less', async (t) => {
    const { tokens } = await kept(t);
    const { text } = await tokens.make(READ);
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      assert.equal(tokens.admit(text.slice(0, at) + other + text.slice(at + 1)), null, `at ${at}`);
      assert.equal(tokens.admit(text.slice(0, at)), null);
    }
    assert.equal(tokens.admit(text)?.name, 'prom');
  });

  it('has a name of its own, also where two are made at once', async (t) => {
    const { tokens } = await kept(t);
    const both = await Promise.allSettled([tokens.make(READ), tokens.make(READ)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(tokens.make(READ), { code: 'token-name-taken' });
    assert.equal(tokens.list().length, 1);
  });

  it('is none where the disk did not take it', async (t) => {
    const { store } = await temporaryStore(t);
    const full: Store = {
      ...store,
      read: (name, input) => store.read(name, input),
      write: () => Promise.reject(new CodedError('store-unavailable', 'full')),
    };
    const { tokens } = await kept(t, { store: full });
    await assert.rejects(tokens.make(READ), { code: 'store-unavailable' });
    assert.deepEqual(tokens.list(), []);
  });

  it('is over at its time, to the millisecond, and what is being answered to it ends', async (t) => {
    const { tokens, clock } = await kept(t);
    const { text } = await tokens.make({ ...READ, expires: 90_000 });
    const access = tokens.admit(text);
    clock.pass(89_999);
    assert.equal(tokens.sweep(), 1);
    assert.equal(access?.signal.aborted, false);
    clock.pass(1);
    assert.equal(tokens.admit(text), null);
    assert.equal(tokens.sweep(), null);
    assert.equal(access?.signal.aborted, true);
    assert.deepEqual(tokens.count(), { tokens: 0, sessions: 0 });
    assert.deepEqual(
      tokens.list().map(({ expired }) => expired),
      [true],
    );
  });

  it('is written to be used once a minute at most', async (t) => {
    const { store } = await temporaryStore(t);
    const written: string[] = [];
    const counting: Store = {
      ...store,
      read: (name, input) => store.read(name, input),
      write: (name, input) => {
        written.push(name);
        return store.write(name, input);
      },
    };
    const { tokens, clock } = await kept(t, { store: counting });
    const { text } = await tokens.make(READ);
    for (let second = 0; second < 121; second += 1) {
      tokens.admit(text);
      clock.pass(1000);
    }
    assert.deepEqual(written, ['keepToken', 'useToken', 'useToken', 'useToken']);
    await until(
      async () => (await store.read('tokens', undefined))[0]?.usedAt === clock.now() - 1000,
      'used',
    );
  });
});

describe('revoking', () => {
  it('lets nobody in at once, ends what is being answered, and is for good', async (t) => {
    const { tokens, again } = await kept(t);
    const { text } = await tokens.make(READ);
    const access = tokens.admit(text);
    const revoked = tokens.revoke({ which: 'prom' });
    assert.equal(access?.signal.aborted, true);
    assert.equal(tokens.admit(text), null);
    assert.deepEqual(
      (await revoked).map(({ name }) => name),
      ['prom'],
    );
    assert.equal((await again()).admit(text), null);
  });

  it('takes a name, an id, the text of the token itself, or everything', async (t) => {
    const { tokens } = await kept(t);
    const [one, other, third] = await Promise.all(
      ['a', 'b', 'c'].map((name) => tokens.make({ ...READ, name })),
    );
    await tokens.makeSession();
    assert.equal((await tokens.revoke({ which: 'a' }))[0]?.id, one?.view.id);
    assert.equal((await tokens.revoke({ which: other?.view.id ?? '' }))[0]?.name, 'b');
    assert.equal((await tokens.revoke({ which: third?.text ?? '' }))[0]?.name, 'c');
    assert.deepEqual(
      (await tokens.revoke({ all: true })).map(({ name }) => name),
      ['dashboard'],
    );
    assert.deepEqual(tokens.list(), []);
  });

  it('says which there are, and never repeats a secret', async (t) => {
    const { tokens } = await kept(t);
    await tokens.make(READ);
    const text = `csn_00000000_${'x'.repeat(43)}`;
    await assert.rejects(tokens.revoke({ which: text }), (error: CodedError) => {
      assert.equal(error.code, 'token-unknown');
      assert.equal(error.allowed, 'prom');
      return !JSON.stringify({ ...error, message: error.message }).includes('xxxx');
    });
  });

  it('says so where the disk does not forget the token, lets nobody in with it, and can be done again', async (t) => {
    const { store } = await temporaryStore(t);
    let full = false;
    const failing: Store = {
      ...store,
      read: (name, input) => store.read(name, input),
      write: (name, input) =>
        full ? Promise.reject(new CodedError('store-unavailable', 'full')) : store.write(name, input),
    };
    const { tokens } = await kept(t, { store: failing });
    const { text } = await tokens.make(READ);
    full = true;
    await assert.rejects(tokens.revoke({ which: 'prom' }), { code: 'token-not-forgotten', retryable: true });
    assert.equal(tokens.admit(text), null);
    full = false;
    await tokens.revoke({ which: 'prom' });
    assert.deepEqual(await store.read('tokens', undefined), []);
  });

  it('is not undone by a backup that takes the place of the database', async (t) => {
    const { tokens, store, clock } = await kept(t);
    const { text } = await tokens.make(READ);
    clock.pass(1000);
    const restoredAt = clock.now();
    const base = { store, clock, random: createSystemRandom(), log: quietLog, onChange: () => {} };
    const after = await createTokens({ ...base, voidBefore: restoredAt });
    assert.equal(after.admit(text), null);
    assert.deepEqual(await store.read('tokens', undefined), []);
    const { text: newer } = await after.make(READ);
    assert.equal((await createTokens({ ...base, voidBefore: restoredAt })).admit(newer)?.name, 'prom');
  });
});

describe('a session', () => {
  it('ends twelve hours after its last use, not after its first', async (t) => {
    const { tokens, clock, again } = await kept(t);
    const { text } = await tokens.makeSession();
    clock.pass(11 * HOUR);
    assert.deepEqual(tokens.admit(text)?.scopes, ['read', 'act']);
    clock.pass(11 * HOUR);
    assert.ok(tokens.admit(text));
    await until(async () => (await again()).admit(text) !== null, 'a restart knows of its use');
    clock.pass(11 * HOUR);
    assert.ok(tokens.admit(text));
    clock.pass(12 * HOUR);
    assert.equal(tokens.admit(text), null);
    tokens.sweep();
    assert.deepEqual(tokens.list(), []);
  });

  it('does not end while a page of it is open', async (t) => {
    const { tokens, clock } = await kept(t);
    const { text, view } = await tokens.makeSession();
    const leave = tokens.enter(view.id);
    clock.pass(30 * HOUR);
    assert.equal(tokens.sweep(), null);
    leave();
    clock.pass(11 * HOUR);
    assert.ok(tokens.admit(text));
  });

  it('makes room where there are too many, the one that was used least lately first', async (t) => {
    const { tokens, clock } = await kept(t);
    const first = await tokens.makeSession();
    const second = await tokens.makeSession();
    clock.pass(1000);
    for (let more = 0; more < 30; more += 1) await tokens.makeSession();
    clock.pass(1000);
    tokens.admit(first.text);
    await tokens.makeSession();
    assert.equal(tokens.count().sessions, 32);
    assert.ok(tokens.admit(first.text));
    assert.equal(tokens.admit(second.text), null);
  });
});
