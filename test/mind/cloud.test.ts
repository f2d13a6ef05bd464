import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ProviderFailure } from '../../src/contract/provider.ts';
import { type CloudGate, type Cost, type LeavingCall, leave, tokensOf } from '../../src/mind/cloud.ts';
import { NO_BLAME, type Said } from '../../src/mind/fault.ts';
import { createTokenCounter } from '../../src/mind/tokens.ts';
import { openStore } from '../../src/store/open.ts';
import { allThoughts, NO_CALL, temporaryStore } from '../support/store.ts';

const DAY_MS = 86_400_000;
/** Eleven in the evening in UTC, the next day in Berlin. */
const NOW = Date.UTC(2026, 3, 12, 23);

/** A call that any budget has room for. */
const SMALL = { input: 10, output: 10 };

/** A gate over a real store, with a clock that the test sets and thoughts to spend for. */
async function gateWith(t: TestContext, caps: Partial<Cost['caps']> = {}, more: Partial<CloudGate> = {}) {
  const { store, file } = await temporaryStore(t);
  for (const key of ['one', 'two'])
    await store.write('acceptRequest', { key, text: key, rule: 'notes', version: 'v1', now: 1 });
  const [one = '', two = ''] = (await allThoughts(store)).map(({ id }) => id);
  const held: { provider: string; until: number; reason: string }[] = [];
  let at = NOW;
  const none = { tokensPerDay: null, tokensPerThought: null, moneyPerDay: null, moneyPerThought: null };
  const gate: CloudGate = {
    store,
    clock: { now: () => at, monotonic: () => at, sleep: async () => undefined },
    timezone: 'UTC',
    costOf: () => ({ caps: { ...none, ...caps }, inputPrice: 0.01, outputPrice: 0.1 }),
    secrets: () => new Map([['hunter2-hunter2', 'MY_TOKEN']]),
    onBudget: (provider, until, reason) => void held.push({ provider, until, reason }),
    ...more,
  };
  let calls = 0;
  const callOf = (change: Partial<LeavingCall> = {}): LeavingCall => ({
    thought: one,
    attempt: 1,
    number: ++calls,
    provider: { name: 'cloud' },
    question: { prompt: 'What is this?', schema: null, maxOutputTokens: 100 },
    document: null,
    tokens: { input: 100, output: 100 },
    ...change,
  });
  return {
    store,
    file,
    two,
    held,
    wait: (ms: number) => {
      at += ms;
    },
    /** Makes the call, and tells whether it was made. */
    async leave(change: Partial<LeavingCall> = {}, said: Said = saying(60, 40)) {
      let isAsked = false;
      const came = await leave(gate, callOf(change), async () => {
        isAsked = true;
        return said;
      });
      return { isAsked, failure: came.said.failure };
    },
    /** Makes a call that ends as `ask` does. */
    leaveBy: (ask: () => Promise<Said>, change: Partial<LeavingCall> = {}) =>
      leave(gate, callOf(change), ask),
    spent: async (day = '2026-04-12') => (await store.read('spentOn', { day }))[0],
  };
}

function saying(
  inputTokens: number | null,
  outputTokens: number | null,
  failure: ProviderFailure | null = null,
): Said {
  const report = { ...NO_CALL, inputTokens, outputTokens };
  return { text: 'said', reasoning: '', calls: [], report, cutOff: false, failure, blame: NO_BLAME };
}

const asking = (prompt: string) => ({ question: { prompt, schema: null, maxOutputTokens: 100 } });

describe('a call that leaves this machine', () => {
  const long = (letter: string, count: number) => letter.repeat(count);
  const SECRETS: Record<string, string> = {
    'a private key': ['-----BEGIN OPENSSH', 'PRIVATE KEY-----'].join(' '),
    'an AWS access key': `AKIA${long('A', 16)}`,
    'a GitHub token': `ghp_${long('a', 36)}`,
    'a GitLab token': `glpat-${long('a', 20)}`,
    'a Slack token': `xoxb-${long('1', 12)}`,
    'a Slack webhook': `https://hooks.slack.com/services/${long('T', 24)}`,
    'an Anthropic key': `sk-ant-${long('a', 24)}`,
    'an OpenAI key': `sk-proj-${long('a', 40)}`,
    'a Google API key': `AIza${long('a', 35)}`,
    'a Google OAuth secret': `GOCSPX-${long('a', 28)}`,
    'a Stripe key': `sk_live_${long('a', 24)}`,
    'an npm token': `npm_${long('a', 36)}`,
    'a PyPI token': `pypi-${long('a', 60)}`,
    'a Hugging Face token': `hf_${long('a', 34)}`,
    'a SendGrid key': `SG.${long('a', 22)}.${long('b', 43)}`,
    'a Telegram bot token': `123456789:AA${long('a', 33)}`,
    'a JSON web token': `eyJ${long('a', 12)}.eyJ${long('b', 12)}.${long('c', 12)}`,
    'credentials in an address': 'postgres://me:secret@db.example.org/x',
    'a password': 'password = correct-horse',
    'the value of MY_TOKEN': 'It says hunter2-hunter2 there.',
  };
  it('is not made with a secret of any kind in it, and costs nothing', async (t) => {
    const { leave, spent } = await gateWith(t);
    for (const [kind, secret] of Object.entries(SECRETS)) {
      await t.test(kind, async () => {
        const { isAsked, failure } = await leave(asking(`Look:\n${secret}\n`));
        assert.equal(isAsked, false);
        assert.equal(failure?.kind, 'refused');
        assert.ok(failure.message.startsWith(`not sent to cloud: it holds ${kind}, and`));
        assert.ok(!failure.message.includes(secret), 'the secret itself is not told');
      });
    }
    assert.equal(await spent(), undefined);
  });

  it('is not made with a secret in what was said, called, brought back or offered since', async (t) => {
    const { leave } = await gateWith(t);
    const secret = 'hunter2-hunter2';
    const turn = {
      text: 'x',
      calls: [{ id: '1', name: 'now', arguments: '{}' }],
      results: [{ id: '1', content: 'x' }],
    };
    const turns = [
      { ...turn, text: secret },
      { ...turn, calls: [{ id: '1', name: 'now', arguments: `{"x":"${secret}"}` }] },
      { ...turn, calls: [{ id: '1', name: secret, arguments: '{}' }] },
      { ...turn, results: [{ id: '1', content: secret }] },
    ];
    const base = { prompt: 'x', schema: null, maxOutputTokens: 100 };
    for (const each of turns)
      assert.equal((await leave({ question: { ...base, turns: [each] } })).isAsked, false);
    const tools = [{ name: 'x', description: secret, parameters: {} }];
    assert.equal((await leave({ question: { ...base, tools } })).isAsked, false);
    assert.equal((await leave({ question: { ...base, turns: [turn] } })).isAsked, true);
  });

  it('is not made about a part of a document with a secret in it, be it split by what is invisible', async (t) => {
    const { leave } = await gateWith(t);
    const document = ['hunter2-', 'hunter2'].join('\u200b');
    assert.equal((await leave({ ...asking('the first part'), document })).isAsked, false);
    assert.equal((await leave({ ...asking('the first part'), document: 'harmless' })).isAsked, true);
  });

  it('is made with what only resembles a secret', async (t) => {
    const { leave } = await gateWith(t);
    for (const text of [
      'the key is under the mat',
      'password: ****',
      'sk-learn',
      'a token of love: x',
      'http://a.b/c@d',
    ])
      assert.equal((await leave(asking(text))).isAsked, true, text);
  });
});

describe('the cost of a call', () => {
  it('is reserved before it is made, and what it used takes its place', async (t) => {
    const { leaveBy, spent } = await gateWith(t);
    await leaveBy(async () => {
      assert.deepEqual({ ...(await spent()) }, { provider: 'cloud', tokens: 200, money: 11, calls: 1 });
      return saying(60, 40);
    });
    const after = await spent();
    assert.equal(after?.tokens, 100);
    assert.ok(Math.abs((after?.money ?? 0) - 4.6) < 1e-9);
  });

  it('stays reserved where nobody knows what it used: after a crash, a silence, a cut', async (t) => {
    const { leaveBy, leave, spent, store, file } = await gateWith(t);
    await assert.rejects(
      leaveBy(() => Promise.reject(new Error('killed'))),
      /killed/,
    );
    await leave({}, saying(null, null));
    await leave({}, saying(null, null, { kind: 'cut', message: '' }));
    await leave({}, saying(null, null, { kind: 'unavailable', message: '', doubtful: true }));
    assert.equal((await spent())?.tokens, 800);
    await store.close();
    const again = await openStore(file, () => undefined);
    const [row] = await again.read('spentOn', { day: '2026-04-12' });
    await again.close();
    assert.equal(row?.tokens, 800);
  });

  it('is nothing where the call came to nothing, and half guessed where half was told', async (t) => {
    const { leave, spent } = await gateWith(t);
    for (const kind of [
      'unavailable',
      'no-model',
      'overloaded',
      'loading',
      'refused',
      'context-overflow',
    ] as const)
      await leave({}, saying(null, null, { kind, message: '' }));
    assert.equal(await spent(), undefined, 'nothing has left, and nothing says so');
    await leave({}, saying(7, null));
    assert.equal((await spent())?.tokens, 107);
  });

  it('counts tools, turns, schema and pictures along with the prompt', () => {
    const counter = createTokenCounter();
    const prompt = { prompt: 'What is this?', schema: null, maxOutputTokens: null };
    const least = tokensOf(prompt, counter, 'cloud/x');
    const text = 'word '.repeat(400);
    const pictures = [{ type: 'image/png' as const, bytes: new Uint8Array(8) }];
    const tools = [{ name: 'x', description: text, parameters: {} }];
    const turns = [{ text, calls: [], results: [] }];
    for (const more of [{ pictures }, { tools }, { turns }, { schema: { description: text } }])
      assert.ok(tokensOf({ ...prompt, ...more }, counter, 'cloud/x') > least + 400);
  });
});

describe('a budget', () => {
  it('of tokens for one thought refuses the call that would go beyond it, and leaves other thoughts alone', async (t) => {
    const { leave, two, held } = await gateWith(t, { tokensPerThought: 250 });
    assert.equal((await leave()).isAsked, true);
    const over = await leave({ attempt: 2, tokens: { input: 100, output: 100 } });
    assert.deepEqual([over.isAsked, over.failure?.kind], [false, 'refused']);
    assert.match(over.failure?.message ?? '', /beyond its budget of 250 tokens a thought/);
    assert.equal((await leave({ tokens: { input: 50, output: 100 } })).isAsked, true, 'what is left of it');
    assert.equal((await leave({ thought: two })).isAsked, true);
    assert.deepEqual(held, []);
  });

  it('of money for one thought refuses by the price of what may be used', async (t) => {
    const { leave, two } = await gateWith(t, { moneyPerThought: 12 });
    assert.equal((await leave()).isAsked, true);
    const over = await leave();
    assert.deepEqual([over.isAsked, over.failure?.kind], [false, 'refused']);
    assert.match(over.failure?.message ?? '', /12 of money/);
    assert.equal((await leave({ thought: two })).isAsked, true);
  });

  for (const [what, caps] of [
    ['tokens', { tokensPerDay: 250 }],
    ['money', { moneyPerDay: 12 }],
  ] as const) {
    it(`of ${what} for a day holds the provider until the day ends, for every thought, and then begins anew`, async (t) => {
      const { leave, two, held, wait, spent } = await gateWith(t, caps);
      assert.equal((await leave({}, saying(130, 110))).isAsked, true);
      const over = await leave({ thought: two, tokens: SMALL });
      assert.deepEqual([over.isAsked, over.failure?.kind], [false, 'overloaded']);
      assert.deepEqual(
        held.map(({ provider, until }) => [provider, new Date(until).toISOString()]),
        [['cloud', '2026-04-13T00:00:00.000Z']],
      );
      assert.equal((await leave({ thought: two, provider: { name: 'other' } })).isAsked, true);
      wait(3_600_000);
      assert.equal((await leave({ thought: two })).isAsked, true);
      assert.equal((await spent('2026-04-13'))?.calls, 1);
    });
  }

  it('of a day that a large call would break makes that one wait until tomorrow, and lets small ones have what is left', async (t) => {
    const { leave, two, held } = await gateWith(t, { tokensPerDay: 250 });
    await leave();
    const over = await leave({ thought: two });
    assert.deepEqual(
      [over.isAsked, over.failure?.kind, over.failure?.retryAfterMs],
      [false, 'overloaded', 3_600_000],
    );
    assert.deepEqual(held, []);
    assert.equal((await leave({ tokens: SMALL })).isAsked, true);
  });

  it('of a day that calls under way have reserved is waited for, and not taken for used up', async (t) => {
    const { leave, leaveBy, held } = await gateWith(t, { tokensPerDay: 250 });
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const first = leaveBy(async () => {
      asked.resolve();
      await gate.promise;
      return saying(6, 4);
    });
    await asked.promise;
    const second = await leave();
    assert.deepEqual(
      [second.isAsked, second.failure?.kind, second.failure?.retryAfterMs],
      [false, 'overloaded', 5000],
    );
    assert.deepEqual(held, []);
    gate.resolve();
    await first;
    assert.equal((await leave()).isAsked, true, 'it used less');
  });

  it('of a day counts what an attempt left behind that ended in the middle: nobody waits for it', async (t) => {
    const { store, leave, leaveBy } = await gateWith(t, { tokensPerDay: 250 });
    const begun = Promise.withResolvers<void>();
    const thought = (await allThoughts(store)).at(0)?.id ?? '';
    void leaveBy(
      () => {
        begun.resolve();
        return new Promise(() => undefined);
      },
      { thought, tokens: { input: 120, output: 120 } },
    );
    await begun.promise;
    const lane = { versions: ['v1'], slots: 1 };
    assert.equal((await leave({ tokens: SMALL })).failure?.retryAfterMs, 5000, 'it may use less');
    const { claimed } = await store.write('claim', { owner: 'gone', lanes: [lane], leaseMs: 1, now: 10 });
    assert.deepEqual(
      claimed.map(({ id, attempt }) => [id, attempt]),
      [[thought, 1]],
    );
    await store.write('sweep', { owner: 'new', everyone: true, now: 20 });
    assert.equal((await leave({ tokens: SMALL })).failure?.retryAfterMs, 3_600_000, 'until tomorrow');
  });

  it('of a day that one call alone would break never holds the provider: tomorrow would be no better', async (t) => {
    const { leave, held } = await gateWith(t, { tokensPerDay: 150 });
    const over = await leave();
    assert.deepEqual([over.isAsked, over.failure?.kind], [false, 'refused']);
    assert.deepEqual(held, []);
  });

  it('of a day ends when the day ends where the user is', async (t) => {
    const { leave, held, spent } = await gateWith(t, { tokensPerDay: 250 }, { timezone: 'Europe/Berlin' });
    await leave({}, saying(130, 110));
    await leave({ tokens: SMALL });
    assert.equal((await spent('2026-04-13'))?.tokens, 240, 'in Berlin it is past midnight');
    assert.equal(held[0]?.until, Date.UTC(2026, 3, 13, 22));
  });

  it('cannot be outrun by calls at the same time', async (t) => {
    const { leaveBy } = await gateWith(t, { tokensPerDay: 1000 });
    let made = 0;
    const gate = Promise.withResolvers<void>();
    const calls = Array.from({ length: 20 }, () =>
      leaveBy(async () => {
        made += 1;
        if (made === 5) gate.resolve();
        await gate.promise;
        return saying(60, 40);
      }),
    );
    const came = await Promise.all(calls);
    assert.equal(made, 5);
    assert.equal(came.filter(({ said }) => said.failure?.kind === 'overloaded').length, 15);
  });

  it('counts a thought that is tried again on another day with all it used', async (t) => {
    const { leave, wait } = await gateWith(t, { tokensPerThought: 250 });
    await leave();
    wait(DAY_MS);
    assert.equal((await leave({ attempt: 2, tokens: { input: 100, output: 100 } })).isAsked, false);
  });
});
