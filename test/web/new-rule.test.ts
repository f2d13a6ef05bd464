import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseRule, ruleName } from '../../src/config/rule-file.ts';
import { formatProblem } from '../../src/contract/problem.ts';
import type { RootHealth } from '../../src/contract/status-view.ts';
import { whyNot } from '../../web/src/rules/name.ts';
import { newRuleText } from '../../web/src/rules/template.ts';

describe('the name of a new rule', () => {
  it('is one that its file gives the rule', () => {
    assert.equal(whyNot('letters-2.v1', []), null);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        if (whyNot(name, []) === null) assert.equal(ruleName(`/rules/${name}.md`), name);
      }),
    );
  });

  it('is refused in words where it cannot be one, or is taken', () => {
    for (const [name, why] of [
      ['', /Give it a name/],
      ['a/b', /letters a–z/],
      ['.hidden', /begins with a letter/],
      ['a'.repeat(101), /at most 100/],
      ['Builtin', /means something else/],
      ['INBOX', /There is a rule inbox already/],
    ] as const)
      assert.match(whyNot(name, ['inbox']) ?? '', why);
  });
});

describe('what a new rule begins with', () => {
  const begun = (roots: string[], outputRoots: string[]) => {
    const watched = roots.map(
      (path): RootHealth => ({
        ...{ path, state: 'watching', detail: '', files: 0, directories: 0, watches: 0, pending: 0 },
      }),
    );
    const senses = [{ name: 'files' as const, state: 'ok' as const, detail: '', roots: watched }];
    const parsed = parseRule({
      ...{ providers: ['lmstudio'], roots, outputRoots, ownFolders: [], homedir: '/home/u', mcpTools: {} },
      ...{ defaultModels: ['lmstudio/local-model'], webhooks: [], commands: 'never' as const },
      ...{ file: '/rules/begun.md', text: newRuleText({ senses, outputRoots }) },
    });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
    return parsed.rule;
  };

  it('is good as it stands, and writes nothing before somebody agrees', () => {
    for (const root of ['/home/u/Notes', '/home/u/my "notes"', '/home/ü/# 1: ja']) {
      const { on, outputs } = begun(['/home/u/Inbox'], [root]);
      assert.ok(on.file);
      assert.deepEqual(
        outputs.map(({ approve }) => approve),
        [true],
      );
    }
  });

  it('is good where nothing is watched, and where nothing may be written', () => {
    assert.ok(begun([], ['/home/u/Notes']).on.request);
    assert.deepEqual(begun(['/home/u/Inbox'], []).outputs, []);
  });
});
