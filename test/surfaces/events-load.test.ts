import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http, { type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createParser } from 'eventsource-parser';
import { systemClock } from '../../src/base/clock.ts';
import type { FeedRow } from '../../src/contract/feed.ts';
import type { LiveEvent } from '../../src/contract/live-event.ts';
import { serve } from '../../src/surfaces/http/serve.ts';
import { appFor } from './app-for.ts';
import { MemoryDaemon } from './memory-daemon.ts';
import { temporaryFolder } from './running.ts';

const READERS = 200;
const PATIENCE_MS = 60_000;

describe('a reader that takes nothing any more', () => {
  it('does not delay 199 others, is cut off, and resumes without a gap or a repeat', async (t) => {
    const { socketPath, daemon, beat, waitingInSockets } = await serving(t, 4000);
    const others = await Promise.all(Array.from({ length: READERS - 1 }, () => connect(t, socketPath)));
    const stuck = await connect(t, socketPath);
    for (let seq = 1; seq <= 5; seq += 1) daemon.tell(perceived(seq));
    await until(() => stuck.got.length === 5, 'the first events have come');
    stuck.takeUpTo(0);

    const all = 250;
    for (let seq = 6; seq <= all; seq += 1) {
      daemon.tell(perceived(seq));
      if (seq % 25 === 0) await pause(1);
    }
    await until(() => others.every(({ got }) => got.length === all), 'the others have everything');
    for (const { got } of others) assert.deepEqual(numbersOf(got), numbersTo(all));
    assert.ok(waitingInSockets() < 200_000, `${waitingInSockets()} bytes wait in the sockets`);

    await beat();
    await beat();
    await beat();
    stuck.takeUpTo(Infinity);
    await until(stuck.isOver, 'it is cut off');
    assert.ok(stuck.got.length < all, 'it was not told everything');
    assert.ok(
      others.every(({ isOver }) => !isOver()),
      'nobody else is cut off',
    );
    const again = await connect(t, socketPath, stuck.got.at(-1)?.id);
    await until(() => stuck.got.length + again.got.length >= all, 'it has the rest');
    daemon.tell(perceived(all + 1));
    await until(() => again.got.at(-1)?.seq === all + 1, 'what comes now has come');
    assert.deepEqual(numbersOf([...stuck.got, ...again.got]), numbersTo(all + 1));
  });

  it('is another thing than one that is slow, which is never cut off', async (t) => {
    const { socketPath, daemon, beat } = await serving(t, 4000);
    const slow = await connect(t, socketPath);
    const all = 1200;
    const some = 200;
    slow.takeUpTo(0);
    for (let seq = 1; seq <= all; seq += 1) daemon.tell(perceived(seq));
    // Each time it takes more than all the buffers on the way hold.
    while (slow.got.length < all && !slow.isOver()) {
      const next = Math.min(all, slow.got.length + some);
      slow.takeUpTo(next);
      await until(() => slow.got.length >= next || slow.isOver(), 'it has taken some');
      await beat();
    }
    assert.deepEqual(numbersOf(slow.got), numbersTo(all));
  });

  it('costs a bounded memory, however much it lets come together', async (t) => {
    const large = 4000;
    const { socketPath, daemon } = await serving(t, large);
    const quick = await connect(t, socketPath);
    const stuck = await connect(t, socketPath);
    stuck.takeUpTo(0);
    const before = usedMb();
    const all = 10_000;
    for (let seq = 1; seq <= all; seq += 1) {
      daemon.tell(perceived(seq));
      if (seq % 50 === 0) await pause(1);
    }
    await until(() => quick.last()?.seq === all, 'the quick one has everything');
    // All of it would be 40 MB; what waits for one reader is at most 1000 events, 4 MB, and some are under way.
    const more = usedMb() - before;
    assert.ok(more < 30, `${more.toFixed(1)} MB more than before`);
    stuck.takeUpTo(Infinity);
    await until(() => stuck.got.length === all, 'the slow one has everything');
    assert.deepEqual(numbersOf(stuck.got), numbersTo(all));
  });
});

interface Got {
  id: string;
  seq: number;
}

/** A client of the event stream on a connection of its own. */
async function connect(t: TestContext, socketPath: string, after?: string) {
  const got: Got[] = [];
  let last: Got | undefined;
  const parser = createParser({
    onEvent({ event, id = '', data }) {
      if (event === 'begin') return;
      // A copy: a part of a text keeps the whole of it.
      last = { id: Buffer.from(id).toString(), seq: JSON.parse(data).seq };
      got.push(last);
    },
  });
  const headers = after === undefined ? {} : { 'last-event-id': after };
  const request = http.get({ socketPath, path: '/v1/events', agent: false, headers });
  t.after(() => request.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  assert.equal(response.statusCode, 200);
  let over = false;
  let most = Infinity;
  const open = Promise.withResolvers<void>();
  response.on('close', () => {
    over = true;
  });
  // Being cut off is an error to who reads.
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (text: string) => {
    parser.feed(text);
    open.resolve();
    if (got.length >= most) response.pause();
  });
  await open.promise;
  return {
    ...{ got, last: () => last, isOver: () => over },
    /** Takes nothing any more once it has so many. */
    takeUpTo(count: number) {
      most = count;
      if (got.length < most) response.resume();
      else response.pause();
    },
  };
}

/** The API on a real socket, over a daemon whose rows of the feed have so many characters each. */
async function serving(t: TestContext, characters: number) {
  const daemon = new MemoryDaemon();
  const feed = daemon.feed.bind(daemon);
  daemon.feed = async (after, limit) => {
    const { rows, last } = await feed(after, limit);
    return { rows: rows.map((row) => larger(row, characters)), last };
  };
  const accepted: Socket[] = [];
  const onSocket = (message: unknown) => {
    if (message !== null && typeof message === 'object' && 'socket' in message)
      if (message.socket instanceof Socket) accepted.push(message.socket);
  };
  subscribe('net.server.socket', onSocket);
  t.after(() => unsubscribe('net.server.socket', onSocket));

  const ticks: (() => void)[] = [];
  const sleep = (ms: number, signal?: AbortSignal) => {
    if (ms !== 15_000) return systemClock.sleep(ms, signal);
    return new Promise<void>((resolve, reject) => {
      ticks.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  const end = new AbortController();
  const report = (error: unknown) => assert.fail(String(error));
  const app = appFor(daemon, { clock: { ...systemClock, sleep }, signal: end.signal, report });
  const socketPath = join(await temporaryFolder(t), 'daemon.sock');
  const server = await serve({ app, socket: socketPath, graceMs: 100 });
  t.after(async () => {
    end.abort();
    await server.close();
  });
  return {
    ...{ socketPath, daemon },
    /** A quarter of a minute passes. */
    async beat() {
      for (const tick of ticks.splice(0)) tick();
      await pause(20);
    },
    /** Bytes that were written and not sent, of the connection that has most. */
    waitingInSockets: () => Math.max(...accepted.map((socket) => socket.writableLength)),
  };
}

function perceived(seq: number): LiveEvent {
  return { type: 'perceived', at: '', seq, path: '', change: 'added', rules: [] };
}

function larger(row: FeedRow, characters: number): FeedRow {
  if (row.event.type !== 'perceived') return row;
  return { ...row, event: { ...row.event, path: `${row.seq}`.padEnd(characters, 'x') } };
}

function numbersOf(got: readonly Got[]): number[] {
  return got.map(({ seq }) => seq);
}

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** What is in use once everything unused is gone. */
function usedMb(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await pause(20);
  }
}
