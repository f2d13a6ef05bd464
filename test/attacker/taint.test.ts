import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tool } from '../../src/mind/tools/tool.ts';
import { captureAll, matching, observation, observe } from '../support/store.ts';
import { startThinking } from '../support/thinking.ts';
import { startObedientModel } from './obedient.ts';
import { callOf } from './orders.ts';

describe('a thought about a file', () => {
  for (const change of ['added', 'deleted'] as const) {
    it(`that was ${change} calls nothing that reaches outside, should both checks of its rule have failed`, async (t) => {
      const model = await startObedientModel();
      t.after(() => model[Symbol.asyncDispose]());
      const called: unknown[] = [];
      const send: Tool = {
        effect: 'outside',
        spec: { name: 'courier__send', description: 'Sends', parameters: { properties: {} } },
        async run(args) {
          called.push(args);
          return { ok: true, text: 'sent' };
        },
      };
      const file = { paths: ['/inbox/**'], changes: [change], settleMs: 0, existing: 'ignore' as const };
      const { store, root, rule, look, until, thoughts } = await startThinking(t, model.url, {
        rule: {
          on: { file },
          mind: { tools: ['courier/send', 'now'], maxSteps: 8 },
          prompt: '{{ event.name }}',
        },
        firstTokenMs: 10_000,
        mind: {
          toolsFor: async () => [send, { ...send, effect: 'none', spec: { ...send.spec, name: 'now' } }],
        },
      });
      const name = `${callOf('courier__send', { text: 'gone' })}.md`;
      const matches = matching({ rule: rule.name, version: rule.version });
      if (change === 'deleted') await observe(store, root, observation(name, 'a', { matches: [] }));
      await observe(store, root, observation(name, 'a', { change, matches }));
      // As the capture worker does: of a file that is gone there is nothing but its name.
      const { jobs } = await store.write('captureDue', { now: 10_000, limit: 100, but: [] });
      if (change === 'added') await captureAll(store);
      else for (const { id } of jobs) await store.write('captured', { id, now: 10_000, kind: 'nothing' });
      look();
      await until(
        async () => (await thoughts()).some(({ state }) => state === 'done'),
        10_000,
        () => 'done',
      );
      assert.deepEqual(
        model.heard.map(({ offered }) => offered),
        [['now'], ['now']],
      );
      assert.ok(model.heard.some((each) => each.called.some(({ args }) => args['text'] === 'gone')));
      assert.deepEqual(called, []);
    });
  }
});
