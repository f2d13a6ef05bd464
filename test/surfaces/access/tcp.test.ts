import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { OWNER } from '../../../src/contract/access.ts';
import { serve } from '../../../src/surfaces/http/serve.ts';
import { createClient } from '../../../src/surfaces/unix-client.ts';
import { appFor } from '../app-for.ts';
import { MemoryDaemon } from '../memory-daemon.ts';
import { temporaryFolder } from '../running.ts';
import { type Door, openDoor, until } from './door.ts';
import { bytes, dial, exchange, statusOf } from './wire.ts';

const put = (body: unknown) => ({
  method: 'PUT',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Every route that there is, as the app itself lists them, with something in place of each parameter. */
const ROUTES = appFor(new MemoryDaemon(), { signal: AbortSignal.abort() })
  .routes.filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, '1')}`)
  .concat('GET /', 'GET /nowhere');

/** All that is answered without a token. */
const OPEN = ['GET /livez', 'GET /readyz', 'POST /v1/session'];

const HEADERS = ['no-store', "default-src 'none'", 'same-origin', 'no-referrer', 'nosniff', 'DENY'];

async function withToken(t: TestContext, more: Parameters<typeof openDoor>[1] = {}, act = true) {
  const door = await openDoor(t, more);
  const { token } = await door.desk.make({ name: 'test', act, expires: undefined });
  assert.deepEqual(door.port.view().problem, null);
  const host = `Host: 127.0.0.1:${door.number}`;
  const auth = `Authorization: Bearer ${token}`;
  return { ...door, token, host, auth };
}

/** The code of the problem in an answer. */
function codeOf(answer: string): string {
  return /"code":"([^"]+)"/.exec(answer)?.[1] ?? answer;
}

function assertGuarded(answer: string): void {
  for (const value of HEADERS) assert.ok(answer.includes(value), `${value} is not in ${answer}`);
  assert.equal(/access-control/i.test(answer), false);
}

describe('every route over the port', () => {
  it('refuses a forged Host, a foreign Origin, a missing and a wrong token', async (t) => {
    const { number, host, auth } = await withToken(t);
    assert.ok(ROUTES.length > 25, ROUTES.join());
    for (const line of ROUTES) {
      const forged = await exchange(number, bytes(line, ['Host: evil.example', auth]));
      assert.deepEqual([statusOf(forged), codeOf(forged)], [403, 'host-refused'], line);
      assertGuarded(forged);
      const foreign = await exchange(number, bytes(line, [host, auth, 'Origin: http://evil.example']));
      assert.deepEqual([statusOf(foreign), codeOf(foreign)], [403, 'origin-refused'], line);
      assertGuarded(foreign);
    }
  });

  it('refuses whoever shows no token, or a wrong one, and counts them', async (t) => {
    const { number, host, clock } = await withToken(t);
    for (const line of ROUTES) {
      const none = await exchange(number, bytes(line, [host]));
      if (OPEN.includes(line)) assert.notEqual(codeOf(none), 'token-missing', line);
      else {
        assert.deepEqual([statusOf(none), codeOf(none)], [401, 'token-missing'], line);
        assert.match(none, /www-authenticate: Bearer/i);
      }
      const wrong = await exchange(number, bytes(line, [host, 'Authorization: Bearer x']));
      assert.deepEqual([statusOf(wrong), codeOf(wrong)], [401, 'token-refused'], line);
      clock.pass(60_000);
    }
    const answers = [];
    for (let at = 0; at < 21; at += 1) answers.push(await exchange(number, bytes('GET /v1/status', [host])));
    assert.deepEqual([...new Set(answers.map(statusOf))], [401, 429]);
    assert.match(answers.at(-1) ?? '', /retry-after: 60/i);
  });

  it('lets a token of scope read look, and change nothing', async (t) => {
    const { number, host, auth, daemon } = await withToken(t, {}, false);
    assert.equal(statusOf(await exchange(number, bytes('GET /v1/status', [host, auth]))), 200);
    const stop = await exchange(number, bytes('POST /v1/stop', [host, auth, 'Content-Length: 0']));
    assert.deepEqual([statusOf(stop), codeOf(stop)], [403, 'scope-missing']);
    assert.equal(daemon.stopping, false);
  });

  it('makes no token for who comes with one', async (t) => {
    const { number, host, auth, tokens } = await withToken(t);
    for (const line of ['GET /v1/tokens', 'POST /v1/tokens', 'POST /v1/tokens/revoke', 'POST /v1/sessions']) {
      const body = '{"name":"more","act":true}';
      const headers = [host, auth, 'Content-Type: application/json', `Content-Length: ${body.length}`];
      const answer = await exchange(number, bytes(line, headers, body));
      assert.deepEqual([statusOf(answer), codeOf(answer)], [403, 'scope-missing'], line);
    }
    assert.equal(tokens.list().length, 1);
  });

  it('is asked by no form and no page elsewhere', async (t) => {
    const { number, host, daemon } = await withToken(t);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ]) {
      for (const origin of ['null', 'http://evil.example', `http://localhost:${number + 1}`]) {
        const body = '{"level":"DEBUG"}';
        const headers = [
          host,
          `Origin: ${origin}`,
          `Content-Type: ${type}`,
          `Content-Length: ${body.length}`,
        ];
        const answer = await exchange(number, bytes('POST /v1/stop', headers, body));
        assert.equal(codeOf(answer), 'origin-refused');
      }
      const site = [host, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', `Content-Type: ${type}`];
      assert.equal(
        codeOf(await exchange(number, bytes('POST /v1/stop', [...site, 'Content-Length: 0']))),
        'site-refused',
      );
    }
    assert.equal(daemon.stopping, false);
  });

  it('tells a page that asks first that it may not', async (t) => {
    const { number, host } = await withToken(t);
    const preflight = bytes('OPTIONS /v1/status', [
      host,
      `Origin: http://localhost:${number}`,
      'Access-Control-Request-Method: GET',
      'Access-Control-Request-Headers: authorization',
    ]);
    const answer = await exchange(number, preflight);
    assert.equal(statusOf(answer), 405);
    assertGuarded(answer);
  });

  it('refuses a target that names another host, and a token in it', async (t) => {
    const { number, host, auth, token } = await withToken(t);
    const absolute = await exchange(number, bytes('GET http://evil.example/v1/status', [host, auth]));
    assert.deepEqual([statusOf(absolute), codeOf(absolute)], [400, 'request-target']);
    const inUrl = await exchange(number, bytes(`GET /v1/status?token=${token}`, [host, auth]));
    assert.deepEqual([statusOf(inUrl), codeOf(inUrl)], [400, 'token-in-url']);
    assert.equal(inUrl.includes(token), false);
  });

  it('says nothing more where an answer fails', async (t) => {
    const { number, host, auth, daemon } = await withToken(t);
    daemon.broken = new Error('a canary');
    const answer = await exchange(number, bytes('GET /v1/status', [host, auth]));
    assert.equal(statusOf(answer), 500);
    assert.equal(answer.includes('canary'), false);
    assertGuarded(answer);
  });
});

describe('a token that is revoked or over', () => {
  async function streaming({ number, host, auth }: { number: number; host: string; auth: string }) {
    const wire = await dial(number);
    wire.send(bytes('GET /v1/events', [host, auth]));
    await wire.sees(': open');
    return wire;
  }

  it('takes its open streams with it, and only its own', async (t) => {
    const door = await withToken(t);
    const { token: other } = await door.desk.make({ name: 'other', act: false, expires: undefined });
    const mine = await streaming(door);
    const theirs = await streaming({ ...door, auth: `Authorization: Bearer ${other}` });
    const revokedAt = performance.now();
    await door.desk.revoke({ which: 'test' });
    await mine.hungUp;
    assert.ok(performance.now() - revokedAt < 1000);
    door.daemon.tell({ type: 'problem', at: '', message: 'still here' });
    await theirs.sees('still here');
    theirs.socket.destroy();
  });

  it('is cut off at its time, without anybody asking anything', async (t) => {
    const door = await openDoor(t);
    const { token } = await door.desk.make({ name: 'short', act: false, expires: 60_000 });
    const host = `Host: 127.0.0.1:${door.number}`;
    const wire = await streaming({ number: door.number, host, auth: `Authorization: Bearer ${token}` });
    door.clock.pass(60_000);
    await wire.hungUp;
    await until(() => door.port.view().state === 'closed', 'the port is closed');
  });
});

describe('what is no request', () => {
  const bounds = { headersMs: 300, requestMs: 600, lookMs: 50, keepAliveMs: 300 };

  it('is answered once and cut off: garbage, oversized headers, too many of them', async (t) => {
    const { number, host, auth } = await withToken(t);
    const garbage = await dial(number);
    garbage.send('\x16\x03\x01\x02\x00\x01\x00hello\r\n\r\n');
    const answer = await garbage.hungUp;
    assert.deepEqual([statusOf(answer), codeOf(answer)], [400, 'request-malformed']);
    assertGuarded(answer);
    const large = await exchange(
      number,
      bytes('GET /v1/status', [host, auth, `X-Large: ${'x'.repeat(20_000)}`]),
    );
    assert.deepEqual([statusOf(large), codeOf(large)], [431, 'headers-too-large']);
    const many = Array.from({ length: 200 }, (_, at) => `X-${at}: 1`);
    const lines = await exchange(number, bytes('GET /v1/status', [host, auth, ...many]));
    assert.deepEqual([statusOf(lines), codeOf(lines)], [431, 'headers-too-many']);
  });

  it('never hides an Origin behind more headers than are read', async (t) => {
    const { number, host, auth } = await withToken(t);
    const many = Array.from({ length: 150 }, (_, at) => `X-${at}: 1`);
    const answer = await exchange(
      number,
      bytes('GET /v1/status', [host, auth, ...many, 'Origin: http://evil.example']),
    );
    assert.notEqual(statusOf(answer), 200);
  });

  it('ends the connection where it follows a request', async (t) => {
    const { number, host, auth } = await withToken(t);
    const wire = await dial(number);
    wire.send(bytes('GET /v1/status', [host, auth]));
    await wire.sees('"version"');
    wire.send('GARBAGE\r\n\r\n');
    const all = await wire.hungUp;
    assert.equal(all.match(/HTTP\/1\.1/g)?.length, 1);
  });

  it('smuggles no second request: two lengths, a length beside chunks', async (t) => {
    const { number, host, auth, daemon } = await withToken(t);
    const hidden = bytes('POST /v1/stop', [host, auth, 'Content-Length: 0']);
    for (const lengths of [
      ['Content-Length: 0', `Content-Length: ${hidden.length}`],
      [`Content-Length: ${hidden.length}`, 'Transfer-Encoding: chunked'],
    ]) {
      const wire = await dial(number);
      wire.send(bytes('PUT /v1/log-level', [host, 'Authorization: Bearer x', ...lengths], hidden));
      assert.equal(statusOf(await wire.hungUp), 400);
    }
    assert.equal(daemon.stopping, false);
  });

  it('is not waited for: headers that do not end, a body that does not come, a connection that says nothing, or nothing more', async (t) => {
    const { number, host, auth } = await withToken(t, { bounds });
    const [endless, slow, silent] = await Promise.all([dial(number), dial(number), dial(number)]);
    endless.send(`GET /v1/status HTTP/1.1\r\n${host}\r\nX-A: `);
    slow.send(
      bytes('POST /v1/pause', [host, auth, 'Content-Type: application/json', 'Content-Length: 100'], '{'),
    );
    for (const wire of [endless, slow, silent]) assert.equal(statusOf(await wire.hungUp), 408);
    const idle = await dial(number);
    idle.send(bytes('GET /v1/status', [host, auth]));
    assert.equal(statusOf(await idle.hungUp), 200);
  });

  it('takes nothing from the others: a thousand idle connections, and then a request over either way', async (t) => {
    const { number, host, auth, daemon } = await withToken(t, {
      bounds: { ...bounds, headersMs: 5000, requestMs: 6000 },
    });
    const socket = `${await temporaryFolder(t)}/daemon.sock`;
    const server = await serve({ app: appFor(daemon), socket, graceMs: 100 });
    t.after(() => server.close());
    const idle = [];
    // As many as the system lets wait for a server that is busy dialling itself.
    for (let at = 0; at < 10; at += 1)
      idle.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(number)))));
    const client = createClient({ socket, start: 'x' }, new AbortController().signal);
    assert.equal((await client.status()).instance, 'memory');
    await Promise.all(idle.map(({ hungUp }) => hungUp));
    assert.equal(statusOf(await exchange(number, bytes('GET /v1/status', [host, auth]))), 200);
  });

  it('is not held open by who takes nothing of an answer, while others wait for theirs as long as it takes', async (t) => {
    const { number, host, auth, daemon, tokens } = await withToken(t, { bounds: { stillMs: 100 } });
    const status = await daemon.status();
    daemon.status = async () => ({ ...status, problems: ['x'.repeat(64_000_000)] });
    const thinking = Promise.withResolvers<void>();
    const rules = await daemon.rules();
    daemon.rules = () => thinking.promise.then(() => rules);
    const patient = exchange(number, bytes('GET /v1/rules', [host, auth]));
    const left = Promise.withResolvers<void>();
    const enter = tokens.enter;
    tokens.enter = (id) => {
      const leave = enter(id);
      return () => {
        leave();
        left.resolve();
      };
    };
    const stalled = await dial(number);
    stalled.socket.pause();
    stalled.send(bytes('GET /v1/status', [host, auth]));
    await left.promise;
    thinking.resolve();
    assert.equal(statusOf(await patient), 200);
    stalled.socket.destroy();
  });

  it('finds no place where there are as many connections as there may be', async (t) => {
    const { number, host, auth } = await withToken(t, { bounds: { connections: 3 } });
    const wires = await Promise.all([dial(number), dial(number), dial(number)]);
    const beyond = await dial(number);
    assert.equal(await beyond.hungUp, '');
    for (const wire of wires) wire.send(bytes('GET /v1/status', [host, auth]));
    for (const wire of wires) await wire.sees('200 OK');
    for (const { socket } of wires) socket.destroy();
  });

  it('is no upgrade and no tunnel', async (t) => {
    const { number, host, auth } = await withToken(t);
    const upgrade = [host, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    assert.equal(statusOf(await exchange(number, bytes('GET /v1/events', upgrade))), 401);
    const tunnel = await dial(number);
    tunnel.send(bytes('CONNECT evil.example:443', [host, auth]));
    assert.equal((await tunnel.hungUp).includes('200'), false);
  });

  it('is asked for its body only once it is let in', async (t) => {
    const { number, host, auth } = await withToken(t);
    const body = '{}';
    const headers = [
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Expect: 100-continue',
    ];
    const refused = await exchange(number, bytes('POST /v1/pause', [host, ...headers]));
    assert.equal(statusOf(refused), 401);
    const wire = await dial(number);
    wire.send(bytes('POST /v1/pause', [host, auth, ...headers]));
    await wire.sees('100 Continue');
    wire.send(body);
    await wire.sees('"all":true');
    wire.socket.destroy();
  });
});

describe('a session', () => {
  const post = (number: number, body: string, more: readonly string[] = []) =>
    bytes(
      'POST /v1/session',
      [
        `Host: 127.0.0.1:${number}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        ...more,
      ],
      body,
    );
  const page = (door: Door) => [`Origin: http://127.0.0.1:${door.number}`];

  it('is had for a code once, by a page of the port, within a minute', async (t) => {
    const door = await openDoor(t);
    assert.equal(door.port.view().state, 'closed');
    const { code, url } = await door.desk.invite();
    assert.equal(door.port.view().state, 'listening');
    assert.equal(url, `http://127.0.0.1:${door.number}/#code=${code}`);
    assert.ok(Buffer.from(code, 'base64url').length >= 16);
    const body = JSON.stringify({ code });
    const without = await exchange(door.number, post(door.number, body));
    assert.deepEqual([statusOf(without), codeOf(without)], [403, 'origin-refused']);
    const got = await exchange(door.number, post(door.number, body, page(door)));
    assert.equal(statusOf(got), 201);
    assert.equal(/set-cookie/i.test(got), false);
    const [, token = ''] = /"token":"([^"]+)"/.exec(got) ?? [];
    const auth = [`Host: 127.0.0.1:${door.number}`, `Authorization: Bearer ${token}`];
    assert.equal(statusOf(await exchange(door.number, bytes('GET /v1/status', auth))), 200);
    assert.equal(statusOf(await exchange(door.number, post(door.number, body, page(door)))), 401);
    assert.deepEqual(
      door.tokens.list().map(({ name, kind }) => [name, kind]),
      [['dashboard', 'session']],
    );
  });

  it('is not had for a code that is a minute old, and the port closes again', async (t) => {
    const door = await openDoor(t);
    const { code } = await door.desk.invite();
    door.clock.pass(60_000);
    await until(() => door.port.view().state === 'closed', 'closed');
    await assert.rejects(door.desk.enter(code), { code: 'code-refused' });
  });

  it('is not had by guessing', async (t) => {
    const door = await openDoor(t);
    const { code } = await door.desk.invite();
    const codes: number[] = [];
    for (let at = 0; at < 25; at += 1)
      codes.push(
        statusOf(await exchange(door.number, post(door.number, `{"code":"guess-${at}"}`, page(door)))),
      );
    assert.deepEqual([...new Set(codes)], [401, 429]);
    assert.equal(
      statusOf(await exchange(door.number, post(door.number, JSON.stringify({ code }), page(door)))),
      201,
    );
  });
});

describe('the socket', () => {
  it('repeats no token that was given where something else belongs', async (t) => {
    const door = await openDoor(t);
    const { token } = await door.desk.make({ name: 'mine', act: false, expires: undefined });
    const app = appFor(door.daemon, { desk: door.desk });
    const asked = [
      app.request(`/v1/thoughts/${token}`, {}, { access: OWNER }),
      app.request('/v1/log-level', put({ level: token }), { access: OWNER }),
      app.request(`/${token}`, {}, { access: OWNER }),
    ];
    for (const response of await Promise.all(asked)) {
      assert.ok(response.status >= 400);
      assert.equal((await response.text()).includes(token.slice(13)), false);
    }
  });

  it('is its owner: tokens are made there without one', async (t) => {
    const door = await openDoor(t);
    const socket = `${await temporaryFolder(t)}/daemon.sock`;
    const server = await serve({ app: appFor(door.daemon, { desk: door.desk }), socket, graceMs: 100 });
    t.after(() => server.close());
    const asked = request({ socketPath: socket, path: '/v1/tokens', method: 'POST' });
    asked.setHeader('content-type', 'application/json');
    asked.end('{"name":"mine"}');
    const [response] = await once(asked, 'response');
    assert.equal(response.statusCode, 201);
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
    response.resume();
    assert.deepEqual(
      door.tokens.list().map(({ name }) => name),
      ['mine'],
    );
    const bad = request({ socketPath: socket, path: '/v1/tokens', method: 'POST' });
    bad.setHeader('content-type', 'application/json');
    bad.end('{"name":"../x"}');
    const [refused] = await once(bad, 'response');
    assert.equal(refused.statusCode, 400);
    refused.resume();
  });
});
