import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { textOf } from '../../src/mind/providers/server/body-text.ts';
import { createTransport } from '../../src/mind/transport.ts';
import { hear, providerFor, serve, stopped, stream, words } from './scripted-server.ts';

describe('localhost', () => {
  it('is dialled as 127.0.0.1', async () => {
    await using server = await serve(stream(words('four'), stopped()));
    assert.equal((await hear(providerFor(server.url.replace('127.0.0.1', 'localhost')))).text, 'four');
  });

  it('falls back to ::1', async (test) => {
    const server = await serve(stream(words('six'), stopped()), '::1').catch(() => undefined);
    if (server === undefined) return test.skip('this machine has no IPv6 loopback');
    await using _closing = server;
    assert.equal((await hear(providerFor(server.url.replace('[::1]', 'localhost')))).text, 'six');
  });
});

describe('an exchange', () => {
  it('that is aborted before its body is read ends with the reason, not with the process', async () => {
    await using server = await serve((_asked, response) => void response.write('begun'));
    const transport = createTransport({ origin: new URL(server.url), connections: 1 });
    const stop = new AbortController();
    const { body } = await transport.send({ method: 'GET', path: '/', headers: {}, signal: stop.signal });
    stop.abort(new Error('not needed'));
    await new Promise(setImmediate);
    await assert.rejects(textOf(body, 100), /not needed/);
  });

  it('uses no more sockets than it may', async () => {
    await using server = await serve((_asked, response) => void response.end('x'));
    const transport = createTransport({ origin: new URL(server.url), connections: 2 });
    const { signal } = new AbortController();
    const ask = async () => {
      const { body } = await transport.send({ method: 'GET', path: '/', headers: {}, signal });
      await textOf(body, 100);
    };
    await Promise.all(Array.from({ length: 8 }, ask));
    assert.equal(server.sockets, 2);
    transport.close();
  });
});

describe('https', () => {
  let folder = '';
  let key = '';
  let cert = '';
  let missing = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mind-https-'));
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    try {
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files],
        { stdio: 'ignore' },
      );
      key = await readFile(join(folder, 'key.pem'), 'utf8');
      cert = await readFile(join(folder, 'cert.pem'), 'utf8');
    } catch {
      missing = 'no openssl here to make a certificate with';
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function serveSecure() {
    const versions: string[] = [];
    const server = http2.createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(words('secret'))}\n\n`);
      response.end(`data: ${JSON.stringify(stopped())}\n\n`);
    });
    const sessions: http2.ServerHttp2Session[] = [];
    server.on('session', (session) => void sessions.push(session));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const close = () => {
      for (const session of sessions) session.destroy();
      server.close();
    };
    return { versions, url: `https://localhost:${port}/v1`, [Symbol.dispose]: close };
  }

  it('speaks HTTP/2 where the server offers it', async (test) => {
    if (missing !== '') return test.skip(missing);
    using server = await serveSecure();
    const provider = providerFor(server.url, { ca: cert });
    assert.equal((await hear(provider)).text, 'secret');
    assert.deepEqual(server.versions, ['2.0']);
    provider.close?.();
  });

  it('does not talk to a server whose certificate nobody vouches for', async (test) => {
    if (missing !== '') return test.skip(missing);
    using server = await serveSecure();
    const { end } = await hear(providerFor(server.url));
    assert.equal(end?.kind === 'failed' && end.failure.kind, 'unavailable');
    assert.deepEqual(server.versions, []);
  });
});
