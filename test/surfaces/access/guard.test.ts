import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFailures } from '../../../src/surfaces/access/failures.ts';
import { createGuard, misplaced, type RawRequest } from '../../../src/surfaces/http/guard.ts';
import { HandClock } from './door.ts';

const PORT = 4747;
const TOKEN = `csn_0123abcd_${'s'.repeat(43)}`;

function request(headers: Record<string, string>, more: Partial<RawRequest> = {}): RawRequest {
  const given = Object.entries({ host: `127.0.0.1:${PORT}`, ...headers });
  return { method: 'GET', target: '/v1/status', headers: given.flat(), ...more };
}

const codeOf = (raw: RawRequest) => misplaced(raw, PORT)?.code ?? null;

describe('the Host', () => {
  it('is one of ours, to the letter', () => {
    for (const host of [`127.0.0.1:${PORT}`, `localhost:${PORT}`])
      assert.equal(codeOf(request({ host })), null);
    const others = [
      '',
      'evil.example',
      `evil.example:${PORT}`,
      '127.0.0.1',
      'localhost',
      '127.0.0.1:80',
      `127.0.0.1:${PORT}0`,
      `127.0.0.1:${PORT}.evil.example`,
      `localhost.evil.example:${PORT}`,
      `localhost:${PORT}@evil.example`,
      `evil.example#localhost:${PORT}`,
      `LOCALHOST:${PORT}`,
      `localhost.:${PORT}`,
      `127.1:${PORT}`,
      `2130706433:${PORT}`,
      `0x7f000001:${PORT}`,
      `[::1]:${PORT}`,
      `[::ffff:127.0.0.1]:${PORT}`,
      `0.0.0.0:${PORT}`,
      ` 127.0.0.1:${PORT}`,
    ];
    for (const host of others) assert.equal(codeOf(request({ host })), 'host-refused', host);
  });

  it('is there once', () => {
    const host = `127.0.0.1:${PORT}`;
    assert.equal(codeOf({ method: 'GET', target: '/', headers: [] }), 'host-refused');
    for (const headers of [
      ['Host', host, 'host', 'evil.example'],
      ['Host', 'evil.example', 'HOST', host],
      ['Host', host, 'Host', host],
    ])
      assert.equal(codeOf({ method: 'GET', target: '/', headers }), 'host-refused');
  });

  it('is never stood in for by the target', () => {
    for (const target of [`http://evil.example/v1/status`, `http://127.0.0.1:${PORT}/`, '*', '', 'v1/status'])
      assert.equal(codeOf(request({}, { target })), 'request-target', target);
  });
});

describe('the Origin', () => {
  it('is one of ours, to the letter, where there is one', () => {
    for (const origin of [`http://127.0.0.1:${PORT}`, `http://localhost:${PORT}`])
      assert.equal(codeOf(request({ origin })), null);
    const others = [
      'null',
      '',
      'http://evil.example',
      `http://evil.example:${PORT}`,
      'http://localhost',
      'http://localhost:3000',
      `https://localhost:${PORT}`,
      `http://localhost:${PORT}/`,
      `http://localhost:${PORT}.evil.example`,
      `http://localhost.evil.example:${PORT}`,
      `http://evil-localhost:${PORT}`,
      `http://localhost:${PORT}@evil.example`,
      `http://user@localhost:${PORT}`,
      `HTTP://LOCALHOST:${PORT}`,
      `http://127.0.0.1:${PORT}, http://evil.example`,
      `http://127.0.0.1:${PORT} `,
      'file://',
      'chrome-extension://abcdef',
    ];
    for (const origin of others) assert.equal(codeOf(request({ origin })), 'origin-refused', origin);
    assert.equal(
      codeOf(request({ origin: `http://127.0.0.1:${PORT}`, ORIGIN: 'http://evil.example' })),
      'origin-refused',
    );
  });

  it('does not make up for what the browser says of the site', () => {
    for (const site of ['same-origin', 'none'])
      assert.equal(codeOf(request({ 'sec-fetch-site': site })), null);
    for (const site of ['cross-site', 'same-site', 'Same-Origin', ''])
      assert.equal(codeOf(request({ 'Sec-Fetch-Site': site })), 'site-refused', site);
  });
});

describe('the guard', () => {
  it('lets nothing of another host or origin in, whatever else is in the request', () => {
    const name = fc.constantFrom(
      'host',
      'Host',
      'origin',
      'Origin',
      'x-forwarded-host',
      'accept',
      'forwarded',
    );
    const ours = [`127.0.0.1:${PORT}`, `localhost:${PORT}`];
    const value = fc.oneof(
      fc.constantFrom(...ours, ...ours.map((each) => `http://${each}`), 'evil.example', 'null'),
      fc.string(),
    );
    const headers = fc.array(fc.tuple(name, value), { maxLength: 8 });
    const target = fc.oneof(fc.webPath(), fc.string(), fc.constant('http://evil.example/'));
    fc.assert(
      fc.property(headers, target, (pairs, at) => {
        const raw = { method: 'GET', target: at, headers: pairs.flat() };
        if (misplaced(raw, PORT) !== null) return;
        const of = (wanted: string) =>
          pairs.filter(([key]) => key.toLowerCase() === wanted).map(([, is]) => is);
        assert.equal(of('host').length, 1);
        assert.ok(ours.includes(of('host')[0] ?? ''));
        assert.ok(of('origin').every((origin) => ours.includes(origin.replace('http://', ''))));
        assert.ok(at.startsWith('/'));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a token in the address, however it is written, and does not repeat it', () => {
    const targets = [
      `/v1/status?token=${TOKEN}`,
      '/v1/status?access_token=anything',
      `/v1/events?x=${TOKEN}`,
      `/v1/thoughts/${TOKEN}`,
      `/v1/events?x=c%73n_0123abcd_${'s'.repeat(43)}`,
    ];
    for (const target of targets) {
      const error = misplaced(request({ authorization: `Bearer ${TOKEN}` }, { target }), PORT);
      assert.equal(error?.code, 'token-in-url', target);
      assert.equal(JSON.stringify({ ...error, message: error?.message }).includes('ssss'), false);
    }
    assert.equal(codeOf(request({}, { target: '/v1/events?tokens=true' })), null);
  });

  it('answers no method that no route has, and never with leave for other origins', () => {
    for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'PATCH', 'get', 'PROPFIND'])
      assert.equal(codeOf(request({}, { method })), 'method-not-allowed', method);
  });

  it('counts header lines itself, since Node leaves out those beyond its limit', () => {
    const many = Array.from({ length: 101 }, (_, at) => [`x-${at}`, '1']).flat();
    assert.equal(
      codeOf({ ...request({}), headers: [...many, 'host', `127.0.0.1:${PORT}`] }),
      'headers-too-many',
    );
  });

  const known = { kind: 'token', id: '0123abcd', name: 'a', scopes: ['read'] } as const;

  function guard(clock = new HandClock()) {
    const access = { ...known, signal: new AbortController().signal };
    return createGuard({
      port: PORT,
      tokens: { admit: (text) => (text === TOKEN ? access : null) },
      failures: createFailures(clock),
      isOpen: (method, path) => method === 'GET' && path === '/livez',
    });
  }

  it('knows a token by the Authorization header and by nothing else', () => {
    const admit = guard();
    assert.equal(admit(request({ Authorization: `bearer ${TOKEN}` })).kind, 'admitted');
    const others: Record<string, string>[] = [
      {},
      { authorization: TOKEN },
      { authorization: `Basic ${TOKEN}` },
      { authorization: `Bearer ${TOKEN} x` },
      { authorization: `Bearer ${TOKEN}`, AUTHORIZATION: 'Bearer x' },
      { cookie: `token=${TOKEN}` },
      { 'x-api-key': TOKEN },
      { 'proxy-authorization': `Bearer ${TOKEN}` },
    ];
    for (const headers of others)
      assert.equal(admit(request(headers)).kind, 'refused', Object.keys(headers)[0]);
  });

  it('lets everybody ask what is open to all, to the letter, and a wrong token nowhere', () => {
    const admit = guard();
    assert.deepEqual(admit(request({}, { target: '/livez?x=1' })), { kind: 'admitted', access: null });
    for (const target of ['/livez/', '//livez', '/LIVEZ', '/%6civez', '/v1/livez'])
      assert.equal(admit(request({}, { target })).kind, 'refused', target);
    assert.equal(admit(request({ authorization: 'Bearer wrong' }, { target: '/livez' })).kind, 'refused');
  });

  it('slows down those who guess, all together, and never those who have a token', () => {
    const clock = new HandClock();
    const admit = guard(clock);
    const guess = (at: number) => {
      const answer = admit(request({ authorization: `Bearer csn_${at.toString(16).padStart(8, '0')}_x` }));
      assert.ok(answer.kind === 'refused');
      return answer;
    };
    const codes = Array.from({ length: 30 }, (_, at) => guess(at).error.code);
    assert.deepEqual(codes, [
      ...Array.from({ length: 20 }, () => 'token-refused'),
      ...Array.from({ length: 10 }, () => 'too-many-guesses'),
    ]);
    assert.equal(guess(1).headers['retry-after'], '60');
    assert.equal(admit(request({ authorization: `Bearer ${TOKEN}` })).kind, 'admitted');
    clock.pass(60_000);
    const after = guess(1);
    assert.equal(after.error.code, 'token-refused');
    assert.match(after.headers['www-authenticate'] ?? '', /^Bearer/);
  });
});
