import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { atOnce } from '../../src/base/disk.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { RuleOutput } from '../../src/contract/rule.ts';
import { plan } from '../../src/outputs/plan.ts';
import { temporaryFolder } from '../support/store.ts';

/** What an output is planned to do, of an answer about a note. */
async function planned(t: TestContext, output: Omit<RuleOutput, 'path'>, answer: unknown, isOnFile = true) {
  const root = temporaryFolder(t);
  const path = output.kind === 'tasks' ? join(root, 'Tasks.md') : join(root, 'log.md');
  const rule = sealRule(
    {
      name: 'r',
      on: { request: {} },
      mind: { models: ['lmstudio/m'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
      outputs: [{ ...output, path }],
      prompt: 'x',
    },
    '',
  );
  const data = isOnFile ? { path: `${root}/Daily/a b.md`, root } : { text: '- [ ] asked' };
  const captured = isOnFile
    ? { text: '- [ ] found\n- [x] done\n', format: 'markdown', truncated: false }
    : null;
  const input = { thought: 'abcdef', rule, event: { at: 0, data }, captured, answer, former: [] };
  const more = { model: 'lmstudio/m', now: 0, timezone: 'UTC', gaps: [], outputRoots: [root] };
  const [one] = await plan({ ...input, ...more }, async () => atOnce);
  assert.deepEqual([one?.mode, one?.target, one?.before], ['edit', path, null]);
  return JSON.parse(one?.content ?? '');
}

describe('a planned edit', () => {
  it('of front matter has values with their types: one expression is a value, anything else a text', async (t) => {
    const set = {
      n: '{{ answer.n }}',
      list: '{{ answer.list }}',
      text: 'n: {{ answer.n }}',
      none: '{{ answer.none }}',
    };
    const answer = { n: 1.5, list: ['a', 'b'], none: null };
    const content = await planned(t, { kind: 'frontmatter', body: '', set }, answer);
    assert.deepEqual(content, { n: 1.5, list: ['a', 'b'], text: 'n: 1.5', none: null });
  });

  it('that inserts has one insertion, or one for each item of a list of the answer', async (t) => {
    const each = {
      kind: 'insert',
      each: 'all',
      beneath: '{{ item.line }}',
      body: 'A: {{ item.text }}',
    } as const;
    const answer = {
      all: [
        { line: 'one', text: 'x' },
        { line: 'two', text: 'y' },
      ],
    };
    assert.deepEqual(await planned(t, each, answer), [
      { beneath: 'one', body: 'A: x' },
      { beneath: 'two', body: 'A: y' },
    ]);
    assert.deepEqual(await planned(t, each, { all: null }), []);
    const under = { kind: 'insert', under: '## Log', body: '{{ answer }}' } as const;
    assert.deepEqual(await planned(t, under, 'said'), [{ under: '## Log', body: 'said' }]);
  });

  it('that collects tasks has those of the file, of the request, or of the text of the rule', async (t) => {
    const bare = { kind: 'tasks', body: '' } as const;
    assert.deepEqual(await planned(t, bare, 'x'), { under: '## [a b.md](Daily/a%20b.md)', tasks: ['found'] });
    assert.deepEqual(await planned(t, bare, 'x', false), { under: '## r', tasks: ['asked'] });
    const given = {
      kind: 'tasks',
      under: 'Mine',
      body: '{% for each in answer %}- [ ] {{ each }}\n{% endfor %}',
    } as const;
    assert.deepEqual(await planned(t, given, ['a', 'b']), { under: 'Mine', tasks: ['a', 'b'] });
  });

  it('that tags takes a list, or words between commas', async (t) => {
    const tags = { kind: 'tag', body: '', tags: '{{ answer }}' } as const;
    assert.deepEqual(await planned(t, tags, ['a', null, 2]), ['a', '2']);
    assert.deepEqual(await planned(t, { ...tags, tags: 'a, {{ answer }}' }, 'b'), ['a', ' b']);
    assert.deepEqual(await planned(t, tags, null), []);
  });
});
