import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventData } from '../../src/contract/event-data.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { whyItStays } from '../../src/main/stays-here.ts';

const ROOTS = [
  { path: '/home/u/Inbox', ignorePatterns: [] },
  { path: '/home/u/Private', ignorePatterns: [], cloud: 'never' as const },
];

function ruleOn(name: string, on: Rule['on']): Rule {
  const mind: Rule['mind'] = {
    ...{ models: [], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'allow' },
  };
  return { name, version: 'v', file: '', text: '', on, mind, outputs: [], prompt: '' };
}

const onFiles = (path: string): Rule['on'] => ({
  file: { paths: [path], changes: ['added'], settleMs: 0, existing: 'ignore' },
});
const RULES = [
  ruleOn('open', onFiles('/home/u/Inbox/**')),
  ruleOn('diary', onFiles('/home/u/Private/diary/*.md')),
  ruleOn('all', onFiles('/home/u/**/*.md')),
];

const gather = (files: string[], rules: string[]): EventData => ({
  gather: { files, rules, since: '', until: '' },
});

describe('what leaves this machine', () => {
  it('is nothing that comes, or may come, out of a folder that says cloud: never', () => {
    const stays: EventData[] = [
      { root: '/home/u/Private', path: '/home/u/Private/a.md' },
      { path: '/home/u/Private/app.log' },
      { root: '/home/u/Inbox', path: '/home/u/Inbox/a.md', from: '/home/u/Private/a.md' },
      gather(['/home/u/Private/*.md'], []),
      gather(['/home/u/Inbox/*.md', '/home/u/**/*.md'], []),
      gather([], ['open', 'diary']),
      gather([], ['all']),
      { thought: 'abcd', rule: 'diary' },
    ];
    for (const data of stays)
      assert.equal(whyItStays(data, ROOTS, RULES), '/home/u/Private says cloud: never', JSON.stringify(data));
  });

  it('may be everything else, as far as its rule allows it', () => {
    const leaves: EventData[] = [
      { root: '/home/u/Inbox', path: '/home/u/Inbox/a.md' },
      { path: '/var/log/app.log' },
      { text: 'a request' },
      gather(['/home/u/Inbox/*.md'], ['open']),
      { thought: 'abcd', rule: 'open' },
    ];
    for (const data of leaves) assert.equal(whyItStays(data, ROOTS, RULES), null, JSON.stringify(data));
  });

  it('is nothing of a folder that nobody watches any more', () => {
    assert.equal(whyItStays({ root: '/home/u/Gone' }, ROOTS, RULES), '/home/u/Gone is watched no longer');
  });
});
