import type { StatusView } from '../../../src/contract/status-view.ts';

/** What a new rule begins with: one that is good as it stands, writes nothing unasked, and says what to change. */
export function newRuleText({ senses, outputRoots }: Pick<StatusView, 'senses' | 'outputRoots'>): string {
  const isWatching = senses.some(({ roots }) => roots.length > 0);
  const [root] = outputRoots;
  return [
    '---',
    ...(isWatching ? ON_FILES : ON_REQUEST),
    ...MIND,
    ...(root === undefined ? NO_OUTPUT : outputIn(root)),
    '---',
    'Summarise this in three sentences. Answer from it only.',
    '',
    isWatching ? '{{ file.text }}' : '{{ request.text }}',
    '',
  ].join('\n');
}

const ON_FILES = [
  '# What wakes it: files that change in watched folders.',
  'on:',
  '  file:',
  '    paths: ["**/*.{md,txt,pdf}"]',
  '    settle: 3s',
];

const ON_REQUEST = ['# What wakes it: somebody asks. No folder is watched yet.', 'on:', '  request: {}'];

const MIND = [
  '# What the answer looks like. Without it: free text.',
  'mind:',
  '  answer: { title: string, summary: string }',
];

const NO_OUTPUT = [
  '# What is done with the answer: nothing, since output_roots',
  '# of config.yaml does not say where anything may be written.',
  'outputs: []',
];

function outputIn(root: string): string[] {
  return [
    '# What is done with the answer. It waits in the Inbox until',
    '# you agree: without approve it is written at once.',
    'outputs:',
    `  - write: ${JSON.stringify(`${root}/{{ answer.title | slug }}.md`)}`,
    '    approve: true',
    '    body: |',
    '      # {{ answer.title }}',
    '',
    '      {{ answer.summary }}',
  ];
}
