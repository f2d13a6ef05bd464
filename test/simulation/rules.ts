import { builtinRequestRule, sealRule } from '../../src/config/rule-text.ts';
import type { Rule } from '../../src/contract/rule.ts';

/** The rules of the simulated world; `edition` makes other versions of them. */
export function simulatedRules(edition: number): Rule[] {
  const common = { offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' } as const;
  const copy = sealRule(
    {
      name: 'copy',
      // Its own notes lie within its paths: only the ledger keeps it from thinking about them.
      on: {
        file: { paths: ['/inbox/**/*.md'], changes: ['added', 'modified'], settleMs: 80, existing: 'ignore' },
      },
      mind: { ...common, models: ['alpha/m'] },
      outputs: [{ kind: 'write', path: '/inbox/notes/{{ event.name }}', body: '{{ answer }}' }],
      prompt: 'Say it again: {{ file.text }}',
    },
    '',
  );
  const log = sealRule(
    {
      name: 'log',
      on: {
        file: {
          paths: ['/inbox/*.md'],
          changes: ['added', 'modified', 'deleted'],
          settleMs: 20,
          existing: 'ignore',
        },
      },
      mind: { ...common, models: ['beta/m', 'alpha/m'], offline: 'next', schema: TITLE },
      outputs: [
        {
          kind: 'append',
          path: '/notes/log.md',
          body: '- {{ event.name }} {{ event.change }}: {{ answer.title }}',
        },
        { kind: 'write', path: '/notes/cards/{{ answer.title }}.md', body: 'card {{ answer.title }}' },
      ],
      prompt: `Edition ${edition}. Name ${'{{ event.name }}'}: {{ file.text }}`,
    },
    '',
  );
  return [copy, log, builtinRequestRule(['beta/m'])];
}

const TITLE = {
  type: 'object',
  properties: { title: { type: 'string' } },
  required: ['title'],
  additionalProperties: false,
};

/** What the model makes of a prompt: a function of its words alone. */
export function simulatedAnswer(prompt: string): unknown {
  const word = /word-\d+/.exec(prompt)?.[0];
  const name = /Name (\w+)/.exec(prompt)?.[1];
  return name === undefined ? `noted ${word ?? prompt}` : { title: word ?? `${name} is gone` };
}
