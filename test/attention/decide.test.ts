import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeSeenBy, dataSeenBy, decide } from '../../src/attention/decide.ts';
import { replacements } from '../../src/attention/reload.ts';
import type { FileChange } from '../../src/contract/event.ts';
import type { EventData } from '../../src/contract/event-data.ts';
import type { Rule, RuleOnFile } from '../../src/contract/rule.ts';

function rule(name: string, on: Partial<RuleOnFile> | null, version = 'v1'): Rule {
  const file = {
    paths: ['/in/*.md'],
    changes: ['added', 'modified'] as FileChange[],
    settleMs: 5,
    existing: 'ignore' as const,
    ...on,
  };
  return {
    name,
    version,
    file: `/rules/${name}.md`,
    text: '',
    on: on === null ? { request: {} } : { file },
    mind: {
      models: ['builtin/extract'],
      offline: 'hold',
      schema: null,
      maxOutputTokens: null,
      cloud: 'never',
    },
    outputs: [],
    prompt: '',
  };
}

describe('deciding what a rule makes of a change', () => {
  it('matches by path and by change, and says why not', () => {
    const rules = [
      rule('yes', {}),
      rule('elsewhere', { paths: ['/out/*'] }),
      rule('asks', null),
      rule('gone', { changes: ['deleted'] }),
    ];
    const decisions = decide({ path: '/in/a.md', change: 'added', from: undefined }, rules);
    assert.deepEqual(
      decisions.map(({ rule: { name }, match }) => [name, match && !match.carried]),
      [
        ['yes', true],
        ['elsewhere', null],
        ['asks', null],
        ['gone', false],
      ],
    );
    assert.match(decisions[1]?.why ?? '', /paths do not match: \/out\/\*/);
    assert.match(decisions[2]?.why ?? '', /not about files/);
    assert.match(decisions[3]?.why ?? '', /asks for deleted and this was added/);
  });

  it('sees a move into its paths as added, out of them as deleted, within them as moved', () => {
    const moved = (from: string, path: string) =>
      changeSeenBy(rule('r', {}), { path, change: 'moved', from });
    assert.equal(moved('/out/a.md', '/in/a.md'), 'added');
    assert.equal(moved('/in/a.md', '/out/a.md'), 'deleted');
    assert.equal(moved('/in/a.md', '/in/b.md'), 'moved');
    assert.equal(moved('/out/a.md', '/out/b.md'), null);
  });

  it('shows a rule the event as it sees it', () => {
    const data: EventData = { path: '/out/b.md', name: 'b.md', change: 'moved', from: '/in/a.md' };
    assert.deepEqual(dataSeenBy(rule('r', {}), data), { path: '/in/a.md', name: 'a.md', change: 'deleted' });
    assert.deepEqual(dataSeenBy(rule('r', { paths: ['/out/*'] }), data), {
      path: '/out/b.md',
      name: 'b.md',
      change: 'added',
    });
    assert.equal(dataSeenBy(rule('r', { paths: ['/**/*.md'] }), data), data);
  });

  it('carries a change that a rule did not ask for only where something of the rule would get lost with it', () => {
    const [decision] = decide({ path: '/in/b.md', change: 'moved', from: '/in/a.md' }, [rule('r', {})]);
    assert.equal(decision?.match?.carried, true);
    const [deleted] = decide({ path: '/in/b.md', change: 'deleted', from: undefined }, [rule('r', {})]);
    assert.equal(deleted?.match, null);
  });
});

describe('a reload', () => {
  const thought = (more: object) => ({
    id: 't',
    rule: 'r',
    version: 'v1',
    subject: '',
    sense: 'files',
    data: '',
    ...more,
  });
  const added = (): EventData => ({ path: '/in/a.md', change: 'added' });

  it('leaves thoughts of an unchanged rule alone', () => {
    assert.deepEqual(replacements([thought({})], [rule('r', {})], added), []);
  });

  it('replaces, or cancels with the reason', () => {
    const of = (rules: Rule[], more = {}) =>
      replacements([thought(more)], rules, added).map(({ version, reason }) => [version, reason]);
    assert.deepEqual(of([rule('r', {}, 'v2')]), [['v2', 'replaced by the newer version of its rule']]);
    assert.deepEqual(of([]), [[null, 'rule removed']]);
    assert.match(String(of([rule('r', { paths: ['/out/*'] }, 'v2')])[0]), /does not want this event/);
    assert.match(String(of([rule('r', {}, 'v2')], { sense: 'requests' })[0]), /does not want this event/);
    assert.deepEqual(of([rule('r', null, 'v2')], { sense: 'requests' }), [
      ['v2', 'replaced by the newer version of its rule'],
    ]);
  });
});
