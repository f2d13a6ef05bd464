import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import {
  CALL,
  failureOf,
  frame,
  hear,
  providerFor,
  type Script,
  serve,
  stopped,
  stream,
  words,
} from './scripted-server.ts';

/** Comments for as long as anybody listens, after some first frames. */
function keepAlive(...first: object[]): Script {
  return (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of first) response.write(frame(part));
    const more = setInterval(() => response.write(': keepalive\n\n'), 10);
    response.once('close', () => clearInterval(more));
  };
}

describe('the time limits of a call', () => {
  it('a server that sends no headers runs out of the time for its response', async () => {
    await using server = await serve(() => undefined);
    const failure = failureOf(await hear(providerFor(server.url, { headersMs: 60 })));
    assert.deepEqual(failure, { kind: 'timed-out', message: 'no response within 60 ms' });
  });

  it('a call that goes on and on runs out of the time for all of it', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let n = 0;
      const more = setInterval(() => {
        n += 1;
        response.write(frame(words(`word ${n} `)));
      }, 5);
      response.once('close', () => clearInterval(more));
    });
    const heard = await hear(providerFor(server.url, { totalMs: 120 }));
    assert.deepEqual(failureOf(heard), { kind: 'timed-out', message: 'no end within 120 ms' });
    assert.match(heard.text, /^word 1 word 2 /);
  });

  it('keep-alive comments are no first token', async () => {
    await using server = await serve(keepAlive());
    const failure = failureOf(await hear(providerFor(server.url, { firstTokenMs: 60 })));
    assert.deepEqual(failure, { kind: 'timed-out', message: 'no first token within 60 ms' });
  });

  it('a chunk without words is no first token', async () => {
    await using server = await serve(keepAlive({ choices: [{ delta: { role: 'assistant', content: '' } }] }));
    const failure = failureOf(await hear(providerFor(server.url, { firstTokenMs: 60 })));
    assert.equal(failure.message, 'no first token within 60 ms');
  });

  it('keep-alive comments after a token are silence', async () => {
    await using server = await serve(keepAlive(words('Once')));
    const heard = await hear(providerFor(server.url, { firstTokenMs: 400, idleMs: 60 }));
    assert.deepEqual(failureOf(heard), { kind: 'timed-out', message: 'no further token within 60 ms' });
    assert.equal(heard.text, 'Once');
  });

  it('an answer may take longer than any of its limits as long as tokens keep coming', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      let sent = 0;
      const more = setInterval(() => {
        sent += 1;
        response.write(frame(sent < 12 ? words('.') : stopped()));
        if (sent === 12) {
          clearInterval(more);
          response.end();
        }
      }, 25);
    });
    const heard = await hear(providerFor(server.url, { firstTokenMs: 200, idleMs: 200 }));
    assert.deepEqual([heard.text.length, heard.end?.kind], [11, 'finished']);
  });

  it('reasoning counts as progress', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(frame({ choices: [{ delta: { reasoning: 'Hm' } }] }));
    });
    const heard = await hear(providerFor(server.url, { firstTokenMs: 5_000, idleMs: 60 }));
    assert.equal(failureOf(heard).message, 'no further token within 60 ms');
  });
});

describe('stopping a call', () => {
  it('aborting throws the reason and closes the socket, which frees the slot', async () => {
    const { promise: hungUp, resolve } = Promise.withResolvers<void>();
    await using server = await serve((asked, response) => {
      asked.request.socket.once('close', () => resolve());
      keepAlive(words('Once'))(asked, response);
    });
    const stop = new AbortController();
    const reason = new Error('superseded');
    const provider = providerFor(server.url);
    const run = async () => {
      for await (const event of provider.think(CALL, stop.signal)) {
        if (event.kind === 'text') stop.abort(reason);
      }
    };
    await assert.rejects(run(), reason);
    await hungUp;
  });

  it('aborting before the first byte closes the socket as well', async () => {
    const { promise: hungUp, resolve } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    await using server = await serve((asked) => {
      asked.request.socket.once('close', () => resolve());
      arrive();
    });
    const stop = new AbortController();
    const heard = hear(providerFor(server.url), {}, stop.signal);
    await arrived;
    const reason = new Error('shutting down');
    stop.abort(reason);
    await assert.rejects(heard, reason);
    await hungUp;
  });

  it('leaving the loop early closes the socket', async () => {
    const { promise: hungUp, resolve } = Promise.withResolvers<void>();
    await using server = await serve((asked, response) => {
      asked.request.socket.once('close', () => resolve());
      keepAlive(words('Once'))(asked, response);
    });
    for await (const _event of providerFor(server.url).think(CALL, new AbortController().signal)) {
      break;
    }
    await hungUp;
  });

  it('an aborted signal asks nobody', async () => {
    await using server = await serve(stream(words('x'), stopped()));
    await assert.rejects(
      hear(providerFor(server.url), {}, AbortSignal.abort(new Error('too late'))),
      /too late/,
    );
    assert.equal(server.asked.length, 0);
  });

  it('leaves no listener on the signal it was given', async () => {
    await using server = await serve(stream(words('x'), stopped()));
    const { signal } = new AbortController();
    const provider = providerFor(server.url);
    await hear(provider, {}, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
