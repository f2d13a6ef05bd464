import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readsText } from '../../src/capture/reads-text.ts';
import type { Rule } from '../../src/contract/rule.ts';

const byName: Rule = {
  name: 'sort',
  version: 'v',
  file: '',
  text: '',
  on: { file: { paths: ['/in/*'], changes: ['added'], settleMs: 0, existing: 'ignore' } },
  mind: {
    models: ['builtin/verbatim'],
    offline: 'hold',
    schema: null,
    maxOutputTokens: null,
    cloud: 'never',
  },
  outputs: [{ kind: 'move', path: '/out/{{ event.name }}', body: '' }],
  prompt: '{{ event.name }}',
};

describe('the text of a file', () => {
  it('is not read for a rule that goes by its name alone', () => {
    assert.equal(readsText(byName), false);
  });

  const uses: Record<string, Partial<Rule>> = {
    'a model that thinks': { mind: { ...byName.mind, models: ['builtin/verbatim', 'lmstudio/x'] } },
    'a prompt with it': { prompt: '{{ file.text }}' },
    'an output with the answer, which is the text': {
      outputs: [{ kind: 'append', path: '/out/a.md', body: '{{ answer | upcase }}' }],
    },
    'an output with it': { outputs: [{ kind: 'write', path: '/out/a.md', body: '{{ file["text"] }}' }] },
    'a list of its tasks': { outputs: [{ kind: 'tasks', path: '/out/Tasks.md', body: '' }] },
    'a pattern that it must match': {
      on: {
        file: { paths: ['/in/*'], changes: ['added'], settleMs: 0, existing: 'ignore', containing: 'x' },
      },
    },
    'answers that are only kept': { outputs: [] },
  };
  for (const [what, change] of Object.entries(uses))
    it(`is read for ${what}`, () => assert.equal(readsText({ ...byName, ...change }), true));
});
