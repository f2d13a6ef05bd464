import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderState } from '../../src/contract/provider-health.ts';
import { MISBEHAVIOURS, type Misbehaviour } from '../support/misbehaviours.ts';
import { startModelServer } from '../support/model-server.ts';
import { FIRST_TOKEN_MS, IDLE_MS, startThinking } from '../support/thinking.ts';

/** How much later than its limits anything may happen. */
const OVERSHOOT_MS = 1000;
/** How soon after a server's return its queue has to move again. */
const RETURN_MS = 2000;
/** A call and the trial call after it, each cut off by its own limit. */
const TWO_WAITS_MS = 2 * FIRST_TOKEN_MS;

/** A server that fails every call: held as `state` within `withinMs`, without an attempt spent, and drained on return. */
const SICK: [name: string, does: Misbehaviour | 'stopped', state: ProviderState, withinMs: number][] = [
  ['refuses connections', 'stopped', 'offline', 0],
  ['hangs before its headers', MISBEHAVIOURS.hangsBeforeHeaders, 'broken', TWO_WAITS_MS],
  ['hangs in the middle of its stream', MISBEHAVIOURS.hangsInTheStream, 'broken', 2 * IDLE_MS],
  ['dribbles its headers', MISBEHAVIOURS.dribblesHeaders, 'broken', TWO_WAITS_MS],
  ['dribbles comments and no words', MISBEHAVIOURS.dribblesComments, 'broken', TWO_WAITS_MS],
  ['resets connections', MISBEHAVIOURS.resets, 'broken', 0],
  ['resets connections in the middle of an answer', MISBEHAVIOURS.resetsInTheStream, 'broken', 0],
  ['ends its streams too early', MISBEHAVIOURS.truncates, 'broken', 0],
  ['streams garbage', MISBEHAVIOURS.garbage, 'broken', 0],
  ['reports errors in a 200', MISBEHAVIOURS.errorIn200, 'broken', 0],
  ['reports errors in its stream', MISBEHAVIOURS.errorInStream, 'broken', 0],
  ['answers 500 to everything', MISBEHAVIOURS.status500, 'broken', 0],
  ['answers 503 to everything', MISBEHAVIOURS.status503, 'broken', 0],
  ['is loading its model', MISBEHAVIOURS.loading, 'loading', 0],
  ['answers 429 with Retry-After', MISBEHAVIOURS.tooManyFor1s, 'overloaded', 0],
  ['answers 429 without Retry-After', MISBEHAVIOURS.tooMany, 'overloaded', 0],
  ['shows a login page', MISBEHAVIOURS.loginPage, 'broken', 0],
  ['redirects', MISBEHAVIOURS.redirects, 'broken', 0],
  ['frames its chunks wrongly', MISBEHAVIOURS.badChunks, 'broken', 0],
  ['speaks no HTTP', MISBEHAVIOURS.notHttp, 'broken', 0],
  ['has unloaded its model', MISBEHAVIOURS.unloaded, 'loading', 0],
  ['refuses the key', MISBEHAVIOURS.status401, 'broken', 0],
  ['has not the model', MISBEHAVIOURS.noSuchModel, 'loading', 0],
  ['has no such route', MISBEHAVIOURS.noSuchRoute, 'broken', 0],
  ['streams usage and no answer', MISBEHAVIOURS.usageOnly, 'broken', 0],
];

describe('misbehaving', { concurrency: 3 }, () => {
  describe('a model server that fails every call', { concurrency: 3 }, () => {
    for (const [name, does, state, withinMs] of SICK) {
      it(`and ${name} is held as ${state}; no attempt is spent, and all is answered within 2 s of its return`, async (t) => {
        const server = await startModelServer();
        t.after(() => server.stop());
        if (does === 'stopped') await server.stop();
        else {
          server.misbehave = (_prompt, response) => {
            does(response);
            return true;
          };
        }
        const mind = await startThinking(t, server.url, { slots: 2 });
        await mind.ask('one', 'two', 'three');
        await mind.until(
          () => mind.health().state === state,
          withinMs + OVERSHOOT_MS,
          () => `it is ${mind.health().state} (${mind.health().reason})`,
        );
        const callsWhenHeld = server.prompts.length;
        await sleep(2200);
        const calls = server.prompts.length - callsWhenHeld;
        assert.ok(calls <= 6, `${calls} calls in 2.2 s of a hold`);
        assert.equal((await mind.thoughts()).filter((row) => row.state === 'dead').length, 0);

        server.misbehave = null;
        if (does === 'stopped') await server.start();
        // It asked not to be called before that: it returns no sooner.
        const asked = Math.max(0, (mind.health().retryAt ?? 0) - Date.now());
        const allDone = async () => (await mind.thoughts()).every((row) => row.state === 'done');
        await mind.until(allDone, asked + RETURN_MS + OVERSHOOT_MS, () => mind.health().reason);
        for (const text of ['one', 'two', 'three']) {
          const view = await mind.view(text);
          assert.deepEqual([view.failures, view.answer], [0, 'an answer']);
          // A connection that drops is tried once more at once: it may have been an old one.
          const calls = server.prompts.filter((prompt) => prompt === text).length;
          const sent = sentOf(view.attempts);
          assert.ok(
            calls === sent || (calls <= 2 * sent && does === MISBEHAVIOURS.resets),
            `${calls}, ${sent}`,
          );
        }
      });
    }
  });

  /** Eight megabytes of words take a busy machine this long. */
  const MEGABYTES_MS = 3000;

  /** A thought that a healthy server cannot stand: ends as dead after so many attempts, saying why, while its neighbours are answered. */
  const POISON: [name: string, does: Misbehaviour, failures: number, reason: RegExp, withinMs: number][] = [
    ['overflows the context', MISBEHAVIOURS.overflow, 1, /context/, 0],
    ['is refused', MISBEHAVIOURS.malformedRequest, 1, /no such field/, 0],
    ['is answered with nothing', MISBEHAVIOURS.empty, 2, /answered nothing/, 0],
    ['is only reasoned about', MISBEHAVIOURS.reasonsOnly, 2, /only reasoned/, 0],
    ['is answered with a call of a tool', MISBEHAVIOURS.callsATool, 2, /answered nothing/, 0],
    ['is answered against its schema', MISBEHAVIOURS.wrongSchema, 1, /schema/, 0],
    ['is not answered with JSON', MISBEHAVIOURS.notJson, 1, /schema.*not JSON/, 0],
    ['is answered hugely', MISBEHAVIOURS.huge, 2, /longer than 4 MiB/, MEGABYTES_MS],
    ['is answered for ever', MISBEHAVIOURS.endless, 2, /repeats itself/, 0],
    ['is answered 500', MISBEHAVIOURS.status500, 2, /trial call .* was answered/, 0],
    ['makes the connection drop', MISBEHAVIOURS.resets, 2, /trial call .* was answered/, 0],
    ['makes the answer break off', MISBEHAVIOURS.truncates, 2, /trial call .* was answered/, 0],
    ['makes the server hang', MISBEHAVIOURS.hangsBeforeHeaders, 2, /no response/, 2 * FIRST_TOKEN_MS],
    ['makes the stream hang', MISBEHAVIOURS.hangsInTheStream, 2, /no further token/, 2 * IDLE_MS],
    ['is not found', MISBEHAVIOURS.noSuchRoute, 1, /trial call .* was answered/, 0],
  ];

  /** A retry waits for half a second here: twice the floor of the backoff is its ceiling. */
  const BACKOFF_MS = 1000;

  describe('a thought that a healthy model server cannot stand', { concurrency: 3 }, () => {
    for (const [name, does, failures, reason, withinMs] of POISON) {
      it(`because it ${name} is dead after ${failures === 1 ? 'one attempt' : 'its attempts'}, and its neighbours are answered`, async (t) => {
        const server = await startModelServer(() => ({ title: 'fine' }));
        t.after(() => server.stop());
        server.misbehave = (prompt, response) => {
          if (!prompt.includes('poison')) return false;
          does(response);
          return true;
        };
        const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
        const wantsSchema = does === MISBEHAVIOURS.wrongSchema || does === MISBEHAVIOURS.notJson;
        const mind = await startThinking(t, server.url, wantsSchema ? { schema } : {});
        await mind.until(
          () => mind.health().state === 'online',
          2000,
          () => mind.health().reason,
        );
        const neighbours = ['one', 'two', 'three', 'four'];
        await mind.ask('poison', ...neighbours);
        const allProcessed = async () => (await mind.thoughts()).every((row) => row.processed);
        await mind.until(allProcessed, withinMs + BACKOFF_MS + OVERSHOOT_MS, () => mind.health().reason);
        const poison = await mind.view('poison');
        assert.deepEqual([poison.state, poison.failures], ['dead', failures]);
        assert.match(poison.reason, reason);
        for (const text of neighbours) {
          const view = await mind.view(text);
          assert.deepEqual([view.state, view.failures], ['done', 0]);
        }
        assert.equal(mind.health().state, 'online');
      });
    }

    it('because it brings the server down each time is dead after five times, and its neighbours are answered', async (t) => {
      const server = await startModelServer();
      let restarted: Promise<void> = Promise.resolve();
      t.after(async () => {
        await restarted;
        await server.stop();
      });
      server.misbehave = (prompt, response) => {
        if (prompt !== 'poison') return false;
        response.socket?.destroy();
        restarted = server.stop().then(async () => {
          await sleep(300);
          await server.start();
        });
        return true;
      };
      const mind = await startThinking(t, server.url, { slots: 2 });
      await mind.until(
        () => mind.health().state === 'online',
        2000,
        () => mind.health().reason,
      );
      await mind.ask('poison', 'one', 'two', 'three');
      const isAnswered = async (text: string) => (await mind.view(text)).state === 'done';
      for (const text of ['one', 'two', 'three'])
        await mind.until(
          () => isAnswered(text),
          6000,
          () => `${text} waits`,
        );
      const isDead = async () => (await mind.view('poison')).state === 'dead';
      await mind.until(isDead, 40_000, () => mind.health().reason);
      const poison = await mind.view('poison');
      assert.match(poison.reason, /went away under its call 5 times in a row, and never without it/);
      for (const text of ['one', 'two', 'three']) assert.equal((await mind.view(text)).failures, 0);
    });
  });

  describe('a model server that is not quite well', { concurrency: 3 }, () => {
    it('and closes its sockets after each answer is never held', async (t) => {
      const server = await startModelServer();
      t.after(() => server.stop());
      server.misbehave = (_prompt, response) => {
        const { socket } = response;
        response.once('finish', () => setTimeout(() => socket?.destroy(), 5));
        return false;
      };
      const mind = await startThinking(t, server.url);
      await mind.ask(...Array.from({ length: 20 }, (_, n) => `text ${n}`));
      const allDone = async () => (await mind.thoughts()).every((row) => row.state === 'done');
      await mind.until(allDone, 30_000, () => mind.health().reason);
      for (const row of await mind.thoughts()) assert.equal((await mind.view(row.content)).failures, 0);
    });

    for (const how of ['fails every call', 'goes away'] as const) {
      it(`and ${how} every other second loses and gives up nothing, and is not stormed`, async (t) => {
        const server = await startModelServer(() => sleep(60, 'an answer'));
        t.after(() => server.stop());
        let sick = false;
        server.misbehave = (_prompt, response) => {
          if (!sick) return false;
          MISBEHAVIOURS.status500(response);
          return true;
        };
        const mind = await startThinking(t, server.url, { slots: 2, maxRetries: 3 });
        const texts = Array.from({ length: 40 }, (_, n) => `text ${n}`);
        await mind.ask(...texts);
        for (let turn = 0; turn < 8; turn += 1) {
          await sleep(1000);
          sick = !sick;
          if (how === 'goes away') await (sick ? server.stop() : server.start());
        }
        sick = false;
        const allProcessed = async () => (await mind.thoughts()).every((row) => row.processed);
        await mind.until(allProcessed, 15_000, () => mind.health().reason);
        assert.deepEqual(
          (await mind.thoughts()).filter((row) => row.state !== 'done').map((row) => row.reason),
          [],
        );
        assert.ok(
          server.prompts.length < texts.length + 60,
          `${server.prompts.length} calls for ${texts.length}`,
        );
      });
    }
  });
});

/** Attempts whose prompt went out. */
function sentOf(attempts: readonly { sentAt: string | null; totalMs: number | null }[]): number {
  return attempts.filter((attempt) => attempt.sentAt !== null && attempt.totalMs !== null).length;
}
