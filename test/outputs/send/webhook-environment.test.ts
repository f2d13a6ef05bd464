import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sent } from '../../../src/outputs/output.ts';
import { startReceiver } from './receiver.ts';

const SCENARIO = fileURLToPath(new URL('scenario-send.ts', import.meta.url));
const run = promisify(execFile);

async function sendWith(env: Record<string, string>, ...args: string[]): Promise<Sent> {
  const { stdout } = await run(process.execPath, [SCENARIO, ...args], { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

describe('a webhook, whatever the environment says,', () => {
  it('goes by no proxy', async (t) => {
    const receiver = await startReceiver();
    const proxy = await startReceiver();
    t.after(() => receiver[Symbol.asyncDispose]());
    t.after(() => proxy[Symbol.asyncDispose]());
    const to = new URL(proxy.url).origin;
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: to, http_proxy: to, ALL_PROXY: to, NO_PROXY: '' };
    assert.equal((await sendWith(env, receiver.url)).state, 'applied');
    assert.deepEqual([receiver.arrived.length, proxy.arrived.length], [1, 0]);
  });

  it('believes no certificate that nobody vouches for', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'webhook-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', keyFile, '-out', certFile];
    try {
      const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
      await run('openssl', [...kind, ...subject, ...files]);
    } catch {
      return t.skip('no openssl here to make a certificate with');
    }
    const cert = readFileSync(certFile, 'utf8');
    let seen = 0;
    const server = https.createServer({ key: readFileSync(keyFile), cert }, (_request, response) => {
      seen += 1;
      response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const unsafe = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' };
    const stranger = await sendWith(unsafe, `https://localhost:${port}/`);
    assert.equal(stranger.state, 'held');
    assert.match(stranger.reason, /out of reach \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    const otherName = await sendWith(unsafe, `https://127.0.0.1:${port}/`, cert);
    assert.equal(otherName.state, 'held');
    assert.equal(seen, 0);
    assert.deepEqual(await sendWith({}, `https://localhost:${port}/`, cert), {
      state: 'applied',
      reason: '',
    });
    assert.equal(seen, 1);
  });
});
