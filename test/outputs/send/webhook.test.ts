import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import net, { type LookupFunction } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { lookup } from '../../../src/base/lookup.ts';
import type { Webhook } from '../../../src/contract/config-webhook.ts';
import type { SendContext } from '../../../src/outputs/output.ts';
import { createWebhook, type WebhookOptions } from '../../../src/outputs/send/webhook.ts';
import { contextOf, pending, planned } from './drafts.ts';
import { type Arrived, startReceiver } from './receiver.ts';

type Settings = Partial<Webhook> & { url: string };

function webhook(settings: Settings, more: Partial<WebhookOptions> = {}) {
  return createWebhook({
    webhooks: () => ({ home: { allow_private: false, headers: {}, ...settings } }),
    keys: () => ({}),
    secrets: () => new Map(),
    clock: systemClock,
    version: '0.1',
    lookup,
    ...more,
  });
}

function send(settings: Settings, more: Partial<WebhookOptions> = {}, context: Partial<SendContext> = {}) {
  return webhook(settings, more).send(planned('webhook', { to: 'home' }), contextOf(context));
}

/** A name that leads where the test says, anew at each look-up. */
function leads(...addresses: string[][]): LookupFunction & { asked: number } {
  const found: LookupFunction = (_host, _options, callback) => {
    const now = addresses[Math.min(fake.asked, addresses.length - 1)] ?? [];
    fake.asked += 1;
    callback(
      null,
      now.map((address) => ({ address, family: net.isIP(address) })),
    );
  };
  const fake = Object.assign(found, { asked: 0 });
  return fake;
}

async function receiverFor(t: TestContext, answer?: (response: ServerResponse, arrived: Arrived) => void) {
  const receiver = await startReceiver(answer);
  t.after(() => receiver[Symbol.asyncDispose]());
  return receiver;
}

/** A server that does to each connection what the test says. */
async function rawServer(t: TestContext, handle: (socket: net.Socket) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`;
}

/** As a receiver does it, by the documentation alone. */
function isSigned(header: string, body: string, secret: string, now: number): boolean {
  const parts = Object.fromEntries(header.split(',').map((part) => part.split('=')));
  const expected = createHmac('sha256', secret).update(`${parts['t']}.${body}`).digest('hex');
  const isOurs = timingSafeEqual(Buffer.from(expected), Buffer.from(parts['v1'] ?? ''));
  return isOurs && Math.abs(now / 1000 - Number(parts['t'])) < 300;
}

describe('a webhook', () => {
  it('is posted as JSON, with a key that a receiver knows it by', async (t) => {
    const receiver = await receiverFor(t);
    const settings = { url: `${receiver.url}?a=b`, allow_private: true, headers: { 'X-Team': 'ops' } };
    assert.deepEqual(await send(settings), { state: 'applied', reason: '' });
    const [arrived] = receiver.arrived;
    assert.equal(receiver.arrived.length, 1);
    assert.deepEqual([arrived?.method, arrived?.path], ['POST', '/hook?a=b']);
    assert.deepEqual(JSON.parse(arrived?.body ?? ''), {
      thought: 'abcd',
      rule: 'tell',
      at: '2026-11-01T00:00:00.000Z',
      event: { path: '/in/a.md', root: '/in', change: 'added' },
      answer: 'an answer',
    });
    const headers = arrived?.headers ?? {};
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['idempotency-key'], 'abcd#1');
    assert.equal(headers['user-agent'], 'ConsciousnessOrchestrator/0.1');
    assert.equal(headers['x-team'], 'ops');
    assert.equal(headers['consciousness-signature'], undefined);
  });

  it("has headers of its own that the configuration's cannot replace", async (t) => {
    const receiver = await receiverFor(t);
    const headers = { 'Idempotency-Key': 'x', 'USER-AGENT': 'x', 'Content-Type': 'text/plain' };
    await send({ url: receiver.url, allow_private: true, headers });
    const got = receiver.arrived[0]?.headers ?? {};
    assert.deepEqual(
      [got['idempotency-key'], got['user-agent'], got['content-type']],
      ['abcd#1', 'ConsciousnessOrchestrator/0.1', 'application/json'],
    );
  });

  it('is signed so that its receiver can tell it from others, and from itself later', async (t) => {
    const receiver = await receiverFor(t);
    const settings = { url: receiver.url, allow_private: true, secret_env: 'HOOK' };
    await send(settings, { keys: () => ({ home: 'a secret' }) });
    const body = receiver.arrived[0]?.body ?? '';
    const header = String(receiver.arrived[0]?.headers['consciousness-signature']);
    assert.ok(isSigned(header, body, 'a secret', Date.now()));
    assert.ok(!isSigned(header, `${body} `, 'a secret', Date.now()));
    assert.ok(!isSigned(header, body, 'another secret', Date.now()));
    assert.ok(!isSigned(header, body, 'a secret', Date.now() + 600_000));
    const unset = await send(settings);
    assert.equal(unset.state, 'held');
    assert.match(unset.reason, /HOOK is not set/);
    assert.equal(receiver.arrived.length, 1);
  });

  it('says what the rule makes of the answer, as JSON that no answer breaks out of', async (t) => {
    const receiver = await receiverFor(t);
    const sender = webhook({ url: receiver.url, allow_private: true });
    const hostile = 'x", "channel": "#all", "y": "';
    const body = '{"text": "{{ answer }}", "channel": "#ops"}\n';
    await sender.send(planned('webhook', { to: 'home', body }, hostile), contextOf());
    assert.deepEqual(JSON.parse(receiver.arrived[0]?.body ?? ''), { text: hostile, channel: '#ops' });
    assert.throws(
      () => planned('webhook', { to: 'home', body: '{"text": {{ answer }}}' }, 'private words'),
      (error: Error) => /is not JSON/.test(error.message) && !error.message.includes('private words'),
    );
    assert.throws(() => planned('webhook', { to: 'home' }, 'x'.repeat(1_100_000)), /too long/);
  });
});

describe('where a webhook goes', () => {
  it('is never a private address unless that entry allows it, whatever its name is', async (t) => {
    const receiver = await receiverFor(t);
    const hosts: [string, string[]][] = [
      ['127.0.0.1', []],
      ['127.1', []],
      ['0177.0.0.1', []],
      ['0x7f000001', []],
      ['[::ffff:127.0.0.1]', []],
      ['[::1]', []],
      ['0.0.0.0', []],
      ['localhost', ['127.0.0.1', '::1']],
      ['hook.example', ['192.168.1.5']],
      ['hook.example', ['10.1.2.3']],
      ['hook.example', ['100.64.0.1']],
      ['hook.example', ['169.254.1.1']],
      ['hook.example', ['169.254.169.254']],
      ['hook.example', ['::ffff:10.0.0.1']],
      ['hook.example', ['64:ff9b::7f00:1']],
      ['hook.example', ['224.0.0.1']],
      ['hook.example', ['8.8.8.8', '127.0.0.1']],
      ['hook.example', []],
    ];
    for (const [host, addresses] of hosts) {
      const sent = await send({ url: `http://${host}:${receiver.port}/` }, { lookup: leads(addresses) });
      assert.equal(sent.state, 'held', `${host} ${addresses}`);
      assert.match(sent.reason, /nothing is (ever )?sent there|has no address/);
    }
    assert.equal(receiver.arrived.length, 0);
    const allowed = await send({ url: receiver.url, allow_private: true });
    assert.equal(allowed.state, 'applied');
  });

  it("is never a cloud machine's metadata, no machine, or many, even where private ones are allowed", async () => {
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      '0.0.0.0',
      '::',
      '224.0.0.1',
      '255.255.255.255',
    ]) {
      const url = `http://${net.isIPv6(address) ? `[${address}]` : address}/`;
      const sent = await send({ url, allow_private: true });
      assert.equal(sent.state, 'held');
      assert.match(sent.reason, /nothing is ever sent there/, address);
    }
  });

  it('is the address that was looked at, also where the name leads elsewhere the next moment', async (t) => {
    const receiver = await receiverFor(t);
    // The first answer is harmless (and refuses the connection), the next one is our own machine.
    const rebinding = leads(['127.0.0.2'], ['127.0.0.1']);
    const to = `http://hook.example:${receiver.port}/`;
    const sent = await send({ url: to, allow_private: true }, { lookup: rebinding });
    assert.equal(sent.state, 'held');
    assert.equal(rebinding.asked, 1);
    assert.equal(receiver.arrived.length, 0);
    assert.equal(
      (await send({ url: to, allow_private: true }, { lookup: leads(['127.0.0.1']) })).state,
      'applied',
    );
    assert.equal(receiver.arrived[0]?.headers.host, `hook.example:${receiver.port}`);
  });

  it('does not follow redirects', async (t) => {
    const loot = await receiverFor(t);
    for (const status of [301, 302, 303, 307, 308]) {
      const receiver = await receiverFor(
        t,
        (response) => void response.writeHead(status, { location: loot.url }).end(),
      );
      const sent = await send({ url: receiver.url, allow_private: true });
      assert.equal(sent.state, 'failed');
      assert.match(sent.reason, /redirects are not followed/);
    }
    assert.equal(loot.arrived.length, 0);
  });

  it('is a name of the configuration, or nowhere', async () => {
    const sender = webhook({ url: 'http://127.0.0.1:1/' });
    for (const target of ['webhook:other', 'webhook:__proto__', 'webhook:']) {
      const sent = await sender.send(pending('webhook', target, '{}'), contextOf());
      assert.equal(sent.state, 'denied', target);
    }
  });
});

describe('what leaves with a webhook', () => {
  const ELSEWHERE = 'http://hook.example/';

  it('is nothing that its folder keeps here, unless the receiver is this machine', async (t) => {
    const receiver = await receiverFor(t);
    const stays = '/private says cloud: never';
    const out = await send({ url: ELSEWHERE }, { lookup: leads(['8.8.8.8']) }, { stays });
    assert.deepEqual(out, { state: 'denied', reason: `webhook home is not on this machine, and ${stays}` });
    const lan = await send(
      { url: ELSEWHERE, allow_private: true },
      { lookup: leads(['192.168.1.5']) },
      { stays },
    );
    assert.equal(lan.state, 'denied');
    const here = await send({ url: receiver.url, allow_private: true }, {}, { stays });
    assert.equal(here.state, 'applied');
  });

  it('is no secret, also one that JSON writes otherwise', async () => {
    const secrets = new Map([['pass"word\\1', 'VAULT_TOKEN']]);
    for (const answer of ['it is pass"word\\1', { 'pass"word\\1': 1 }, `AKIA${'A'.repeat(16)}`]) {
      const sender = webhook({ url: ELSEWHERE }, { lookup: leads(['8.8.8.8']), secrets: () => secrets });
      const sent = await sender.send(planned('webhook', { to: 'home' }, answer), contextOf());
      assert.equal(sent.state, 'denied');
      assert.match(sent.reason, /it holds (the value of VAULT_TOKEN|an AWS access key)/);
    }
  });
});

describe('what became of a webhook', () => {
  const LIMITS = { connectMs: 400, allMs: 800 };

  it('is told by the status', async (t) => {
    const expected: [number, string, RegExp][] = [
      [200, 'applied', /^$/],
      [202, 'applied', /^$/],
      [400, 'failed', /answered 400: no such room$/],
      [401, 'failed', /answered 401/],
      [404, 'failed', /answered 404/],
      [410, 'failed', /answered 410/],
      [408, 'held', /does not take it now \(408\)/],
      [425, 'held', /\(425\)/],
      [429, 'held', /\(429\): no such room/],
      [503, 'held', /\(503\)/],
      [500, 'unknown', /answered 500: no such room: it may have been taken/],
      [502, 'unknown', /502/],
      [504, 'unknown', /504/],
    ];
    for (const [status, state, reason] of expected) {
      const receiver = await receiverFor(
        t,
        (response) => void response.writeHead(status).end('no such\n room'),
      );
      const sent = await send({ url: receiver.url, allow_private: true });
      assert.equal(sent.state, state, String(status));
      assert.match(sent.reason, reason);
      assert.equal(receiver.arrived.length, 1);
    }
  });

  it('is held for as long as the receiver says', async (t) => {
    for (const [header, ms] of [
      ['7', 7000],
      ['0', 0],
      ['nonsense', undefined],
    ] as const) {
      const receiver = await receiverFor(
        t,
        (response) => void response.writeHead(429, { 'retry-after': header }).end(),
      );
      const sent = await send({ url: receiver.url, allow_private: true });
      assert.equal(sent.state, 'held');
      assert.equal(sent.state === 'held' ? sent.retryMs : null, ms);
    }
  });

  it('is held where nobody listens, nobody accepts, or the name is not known: nothing was sent', async () => {
    const free = net.createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const address = free.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    free.close();
    await once(free, 'close');
    const refused = await send({ url: `http://127.0.0.1:${port}/`, allow_private: true });
    assert.equal(refused.state, 'held');
    assert.match(refused.reason, /out of reach \(ECONNREFUSED\)/);
    const unknown: LookupFunction = (_host, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '');
    const nowhere = await send({ url: 'http://hook.example/' }, { lookup: unknown });
    assert.deepEqual(nowhere, {
      state: 'held',
      reason: 'webhook home: hook.example was not found (ENOTFOUND)',
    });
    const silent: LookupFunction = () => undefined;
    const clock = {
      ...systemClock,
      sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(20, signal),
    };
    const slow = await send({ url: 'http://hook.example/' }, { lookup: silent, clock });
    assert.match(slow.reason, /not found in time/);
  });

  it('is held where TLS does not come about', async (t) => {
    const url = await rawServer(
      t,
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    const plain = await send({ url: url.replace('http:', 'https:'), allow_private: true });
    assert.equal(plain.state, 'held');
    const mute = await rawServer(t, () => undefined);
    const silent = await send(
      { url: mute.replace('http:', 'https:'), allow_private: true },
      { limits: LIMITS },
    );
    assert.equal(silent.state, 'held');
    assert.match(silent.reason, /no connection within 0.4 s/);
  });

  it('is unknown where the request has left and no answer comes', async (t) => {
    const mute = await rawServer(t, () => undefined);
    const slow = await send({ url: mute, allow_private: true }, { limits: LIMITS });
    assert.equal(slow.state, 'unknown');
    assert.match(slow.reason, /gave no answer \(no answer within 0.8 s\): it may have arrived/);
    const cut = await rawServer(t, (socket) => void socket.once('data', () => socket.destroy()));
    assert.equal((await send({ url: cut, allow_private: true })).state, 'unknown');
    const half = await rawServer(t, (socket) => void socket.once('data', () => socket.end('HTTP/1.1 2')));
    assert.equal((await send({ url: half, allow_private: true })).state, 'unknown');
  });

  it('is what its status says, also where the rest never comes or never ends', async (t) => {
    const begun = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello';
    const cut = await rawServer(t, (socket) => void socket.once('data', () => socket.end(begun)));
    assert.equal((await send({ url: cut, allow_private: true })).state, 'applied');
    const hanging = await rawServer(t, (socket) => void socket.once('data', () => socket.write(begun)));
    assert.equal((await send({ url: hanging, allow_private: true }, { limits: LIMITS })).state, 'applied');
    const endless = await receiverFor(t, (response) => {
      response.writeHead(418);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const sent = await send({ url: endless.url, allow_private: true });
    assert.equal(sent.state, 'failed');
    assert.ok(sent.reason.length < 400);
  });

  it('tells what a receiver says without what a terminal would obey', async (t) => {
    const receiver = await receiverFor(
      t,
      (response) => void response.writeHead(400).end(`\u001b]0;pwned\u0007${'no\n'.repeat(500)}\u202e`),
    );
    const sent = await send({ url: receiver.url, allow_private: true });
    assert.doesNotMatch(sent.reason, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.ok(sent.reason.length < 360);
  });
});

describe('before it goes out', () => {
  it('a webhook says so, once, and not where nothing will', async (t) => {
    const receiver = await receiverFor(t);
    const marksOf = async (
      settings: Settings,
      more: Partial<WebhookOptions> = {},
      stays: string | null = null,
    ) => {
      const context = contextOf({ stays });
      await webhook(settings, more).send(planned('webhook', { to: 'home' }), context);
      return context.marks;
    };
    assert.equal(await marksOf({ url: receiver.url, allow_private: true }), 1);
    assert.equal(await marksOf({ url: receiver.url }), 0);
    assert.equal(
      await marksOf({ url: 'http://hook.example/' }, { lookup: leads(['8.8.8.8']) }, 'it stays'),
      0,
    );
    assert.equal(await marksOf({ url: receiver.url, allow_private: true, secret_env: 'X' }), 0);
  });

  it('a webhook whose thought is no longer ours is not sent', async (t) => {
    const receiver = await receiverFor(t);
    const context = contextOf({ markSent: () => Promise.reject(new Error('lost')) });
    const sender = webhook({ url: receiver.url, allow_private: true });
    await assert.rejects(sender.send(planned('webhook', { to: 'home' }), context), /lost/);
    assert.equal(receiver.arrived.length, 0);
  });
});
