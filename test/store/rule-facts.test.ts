import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureAll, matching, observation, observe, temporaryStore } from '../support/store.ts';

describe('what became of a rule', () => {
  it('counts its thoughts of every version, and knows its last match and end', async (t) => {
    const { store, root } = await temporaryStore(t);
    assert.deepEqual(await store.read('ruleFacts', undefined), new Map());
    await observe(store, root, observation('a.md', 'a'.padStart(16, '0')));
    await observe(store, root, observation('b.md', 'b'.padStart(16, '0')));
    await captureAll(store);
    const notes = (await store.read('ruleFacts', undefined)).get('notes');
    assert.deepEqual([notes?.thoughts.ready, notes?.last?.context.path], [2, '/inbox/b.md']);
    assert.equal(notes?.lastResult, null);
    await store.write('saveRules', {
      rules: [{ name: 'notes', version: 'v2', file: '/rules/notes.md', text: '{ }' }],
      now: 2,
    });
    await observe(
      store,
      root,
      observation('c.md', 'c'.padStart(16, '0'), { matches: matching({ version: 'v2' }) }),
    );
    const { ready, waiting } = (await store.read('ruleFacts', undefined)).get('notes')?.thoughts ?? {};
    assert.deepEqual([ready, waiting], [2, 1]);
  });
});
