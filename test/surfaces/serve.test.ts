import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CodedError } from '../../src/base/errors.ts';
import { serve } from '../../src/surfaces/http/serve.ts';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { all, running, temporaryFolder } from './running.ts';

/** As they were before anything was served. */
const OWN = { Request: globalThis.Request, Response: globalThis.Response };
const app = { fetch: () => Response.json({ version: 'new' }) };
const coded = (code: string) => (error: CodedError) => error.code === code;

describe('the socket', () => {
  it('is for its user alone, and so is its folder', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'state'), { mode: 0o755 });
    await chmod(join(folder, 'state'), 0o755);
    const socket = join(folder, 'state', 'daemon.sock');
    const server = await serve({ app, socket });
    t.after(() => server.close());
    assert.equal((await stat(socket)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'state'))).mode & 0o777, 0o700);
  });

  it('replaces one that a killed daemon left behind', async (t) => {
    const folder = await temporaryFolder(t);
    const socket = join(folder, 'daemon.sock');
    const killed = spawn(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    await once(killed, 'exit');
    assert.ok((await stat(socket)).isSocket());
    const server = await serve({ app, socket });
    t.after(() => server.close());
    const client = createClient({ socket, start: 'x' }, new AbortController().signal);
    assert.equal((await client.status()).version, 'new');
  });

  it('never replaces what is not a socket', async (t) => {
    const folder = await temporaryFolder(t);
    const socket = join(folder, 'daemon.sock');
    await writeFile(socket, 'a diary');
    await assert.rejects(serve({ app, socket }), coded('socket-path-taken'));
    assert.equal(await readFile(socket, 'utf8'), 'a diary');
  });

  it('is refused with a reason where its path is too long for the system', async (t) => {
    const folder = await temporaryFolder(t);
    await assert.rejects(serve({ app, socket: join(folder, 'x'.repeat(120)) }), coded('socket-path'));
  });

  it('is gone after close, which is safe twice', async (t) => {
    const { server, socket, client } = await running(t);
    await Promise.all([server.close(), server.close()]);
    await assert.rejects(stat(socket), { code: 'ENOENT' });
    await assert.rejects(client.status(), coded('daemon-not-running'));
  });

  it("leaves the process's own Request and Response alone", async (t) => {
    await running(t);
    assert.equal(globalThis.Request, OWN.Request);
    assert.equal(globalThis.Response, OWN.Response);
  });
});

describe('the client', () => {
  it('speaks with the daemon over the socket', async (t) => {
    const { client, daemon } = await running(t);
    assert.equal((await client.status()).instance, 'memory');
    const row = await client.think({ text: 'wärum?', key: 'k' });
    assert.equal((await client.think({ text: 'wärum?', key: 'k' })).id, row.id);
    assert.equal((await client.thought(row.id)).content, 'wärum?');
    assert.equal(
      (await client.thoughts({ limit: 5, unprocessed: true, since: 0, rule: 'request', state: 'ready' }))
        .items.length,
      1,
    );
    assert.equal((await client.cancel([row.id]))[0]?.ok, true);
    assert.equal((await client.retry({ ids: [row.id] }))[0]?.ok, true);
    assert.equal((await client.explain('/inbox/ä\\xff &?#')).path, '/inbox/ä\\xff &?#');
    assert.deepEqual(await client.setLogLevel('warning'), { level: 'WARNING' });
    await client.stop();
    assert.equal(daemon.stopping, true);
  });

  it("throws the daemon's own errors", async (t) => {
    const { client } = await running(t);
    await assert.rejects(client.thought('ffffffff'), {
      code: 'thought-unknown',
      value: 'ffffffff',
      exitCode: 1,
    });
    await assert.rejects(client.think({ text: 'x', rule: 'no' }), {
      code: 'rule-unknown',
      allowed: 'request, file-the-inbox',
    });
    await assert.rejects(client.setLogLevel('loud'), { code: 'request-invalid', exitCode: 2 });
  });

  it('says how to start a daemon where there is none', async (t) => {
    const folder = await temporaryFolder(t);
    const socket = join(folder, 'daemon.sock');
    const client = createClient(
      { socket, start: 'consciousness start --home /x' },
      new AbortController().signal,
    );
    await assert.rejects(client.status(), {
      code: 'daemon-not-running',
      exitCode: 69,
      next: 'consciousness start --home /x',
    });
  });

  it('is told when the daemon goes away in the middle of an answer', async (t) => {
    const folder = await temporaryFolder(t);
    const socket = join(folder, 'daemon.sock');
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"half":')),
    });
    const server = await serve({ app: { fetch: () => new Response(body) }, socket, graceMs: 50 });
    t.after(() => server.close());
    const client = createClient({ socket, start: 'x' }, new AbortController().signal);
    const asked = client.status();
    await Promise.all([assert.rejects(asked, { code: 'daemon-lost', exitCode: 69 }), server.close()]);
  });

  it('ends every wait when its signal aborts', async (t) => {
    const { socket, daemon } = await running(t);
    const { id } = daemon.add();
    const end = new AbortController();
    const stream = await createClient({ socket, start: 'x' }, end.signal).stream(id);
    const reason = new Error('enough');
    await assert.rejects(async () => {
      for await (const event of stream) if (event.type === 'thought') end.abort(reason);
    }, reason);
  });

  it('streams one thought to its end', async (t) => {
    const { client, daemon } = await running(t);
    const { id } = daemon.add();
    const text: string[] = [];
    for await (const event of await client.stream(id)) {
      if (event.type === 'thought') {
        daemon.send(id);
        daemon.say(id, 'Grüße,\n');
        daemon.say(id, '\u{1F600}');
        daemon.become(id, 'answered');
        daemon.become(id, 'done', { answer: 'x' });
      }
      if (event.type === 'token') text.push(event.text);
      if (event.type === 'end') text.push(event.thought.state);
    }
    assert.equal(text.join(''), 'Grüße,\n\u{1F600}done');
  });

  it('gets live events until the daemon ends, and frees it when it leaves before', async (t) => {
    const { client, daemon } = await running(t);
    const events = await client.events({ tokens: false });
    daemon.say('abcd', 'not wanted');
    daemon.tell({ type: 'problem', at: '2026-11-22T12:00:00.000Z', message: 'no' });
    daemon.endLive();
    assert.deepEqual(
      (await all(events)).map((event) => event.type),
      ['begin', 'problem'],
    );
  });
});

describe('a reader that stops reading', () => {
  it('does not keep the server from closing', async (t) => {
    const { socket, daemon, server } = await running(t);
    const asked = request({ socketPath: socket, path: '/v1/events' });
    asked.on('error', () => {}); // it is cut off by the close, which is what this is about
    asked.end();
    const [response] = await once(asked, 'response');
    response.pause();
    for (let seq = 0; seq < 5000; seq += 1) {
      daemon.tell({ type: 'problem', at: '', message: 'x'.repeat(1000) });
    }
    await server.close();
    await assert.rejects(stat(socket), { code: 'ENOENT' });
  });
});
