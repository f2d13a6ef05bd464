import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { answerShape } from '../../src/config/answer-shape.ts';
import { parseRule } from '../../src/config/rule-file.ts';
import type { RuleContext } from '../../src/config/rule-reading.ts';
import { builtinRequestRule, ruleFromStored } from '../../src/config/rule-text.ts';
import { ruleJsonSchema } from '../../src/config/schema.ts';
import { alternatives, GLOB_LIMITS, matchesRule } from '../../src/contract/glob.ts';
import { type ConfigProblem, formatProblem } from '../../src/contract/problem.ts';
import type { Rule } from '../../src/contract/rule.ts';

const context: RuleContext = {
  providers: ['lmstudio', 'builtin', 'box'],
  roots: ['/home/u/Inbox', '/data/[in]'],
  ownFolders: ['/home/u/.local/state/consciousness'],
  outputRoots: ['/home/u/Notes', '/home/u/Filed'],
  homedir: '/home/u',
  defaultModels: ['lmstudio/local-model'],
  mcpTools: { notes: ['search'] },
  webhooks: ['team'],
  commands: 'never',
};

function rule(text: string, file = '/rules/r.md', changed: Partial<RuleContext> = {}): Rule {
  const parsed = parseRule({ ...context, ...changed, file, text });
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n'));
  return parsed.rule;
}

function problems(text: string, file = '/rules/r.md', changed: Partial<RuleContext> = {}): ConfigProblem[] {
  const parsed = parseRule({ ...context, ...changed, file, text });
  assert.equal(parsed.ok, false, 'expected problems');
  return parsed.ok ? [] : parsed.problems;
}

/** Problems as `line:column key message`. */
function short(text: string, file?: string, changed?: Partial<RuleContext>): string[] {
  return problems(text, file, changed).map(
    (each) => `${each.line}:${each.column} ${each.key} ${each.message}`,
  );
}

const onFile = (paths: string) => `---\non: { file: { paths: ${paths} } }\n---\nPrompt`;
const writing = (path: string, body = 'x', mind = '{}') =>
  `---\non: { file: { paths: ["*.md"] } }\nmind: ${mind}\noutputs:\n  - write: ${JSON.stringify(path)}\n    body: ${JSON.stringify(body)}\n---\nPrompt`;

const INBOX = `---
on:
  file:
    paths: ["~/Inbox/**/*.{pdf,md}"]
    settle: 3s
mind:
  models: [lmstudio/qwen3-8b, builtin/extract]
  offline: next
  answer: { title: string, date: date?, tags: [string] }
  max_output_tokens: 800
  tools: []
outputs:
  - write: "~/Notes/{{ answer.date | default: event.date }}-{{ answer.title | slug }}.md"
    body: |
      tags: {{ answer.tags | json }}
---

You file documents.

{{ file.text }}
`;

describe('a rule file', () => {
  it('becomes a rule with everything resolved', () => {
    const { version, text, ...rest } = rule(INBOX, '/rules/file-the-inbox.md');
    assert.match(version, /^[0-9a-f]{20}$/);
    assert.ok(text.startsWith('{"mind"'));
    assert.deepEqual(rest, {
      name: 'file-the-inbox',
      file: '/rules/file-the-inbox.md',
      on: {
        file: {
          paths: ['/home/u/Inbox/**/*.{pdf,md}'],
          changes: ['added', 'modified'],
          settleMs: 3000,
          existing: 'ignore',
        },
      },
      mind: {
        models: ['lmstudio/qwen3-8b', 'builtin/extract'],
        offline: 'next',
        schema: {
          type: 'object',
          properties: {
            title: { type: 'string' },
            date: { type: ['string', 'null'], format: 'date' },
            tags: { type: 'array', items: { type: 'string' } },
          },
          required: ['title', 'tags'],
          additionalProperties: false,
        },
        maxOutputTokens: 800,
        cloud: 'never',
      },
      outputs: [
        {
          kind: 'write',
          path: '/home/u/Notes/{{ answer.date | default: event.date }}-{{ answer.title | slug }}.md',
          body: 'tags: {{ answer.tags | json }}\n',
        },
      ],
      prompt: 'You file documents.\n\n{{ file.text }}',
    });
  });

  it('may have CRLF and a byte order mark, and is the same version', () => {
    assert.equal(rule(`\ufeff${INBOX.replaceAll('\n', '\r\n')}`).version, rule(INBOX).version);
  });

  it('keeps its version when comments, order and quoting change, and gets another when anything else does', () => {
    const same = INBOX.replace('---\non:', '---\n# a comment\non:')
      .replace('  offline: next\n', '')
      .replace('mind:\n', 'mind:\n  offline: "next"\n');
    assert.equal(rule(same).version, rule(INBOX).version);
    const versions = [
      rule(INBOX),
      rule(INBOX, '/rules/other.md'),
      rule(INBOX.replace('You file', 'You read')),
      rule(INBOX.replace('settle: 3s', 'settle: 4s')),
      rule(INBOX, '/rules/r.md', {
        homedir: '/home/v',
        roots: ['/home/v/Inbox'],
        outputRoots: ['/home/v/Notes'],
      }),
    ].map((each) => each.version);
    assert.equal(new Set(versions).size, versions.length);
  });

  it('takes the default models where it names none, and is another version with others', () => {
    const text = onFile('["*.md"]');
    assert.deepEqual(rule(text).mind.models, ['lmstudio/local-model']);
    assert.notEqual(
      rule(text).version,
      rule(text, undefined, { defaultModels: ['builtin/extract'] }).version,
    );
  });

  it('can be made again from its stored text', () => {
    const made = rule(INBOX);
    assert.deepEqual(ruleFromStored(made.text, made.file), made);
    const request = builtinRequestRule(['lmstudio/local-model']);
    assert.deepEqual(ruleFromStored(request.text), request);
    assert.deepEqual([request.name, request.prompt, request.file], ['request', '{{ request.text }}', '']);
    for (const text of ['', '{', '{}', 'null'])
      assert.throws(() => ruleFromStored(text), { code: 'rule-text-invalid' });
  });

  it('on requests may be written with or without braces', () => {
    for (const on of ['{ request: {} }', '{ request: }', '\n  request:']) {
      assert.deepEqual(rule(`---\non: ${on}\n---\n{{ request.text }}`).on, { request: {} });
    }
  });
});

describe('problems of a rule', () => {
  it('come all at once, with their places in the file', () => {
    const text = `---
on:
  file:
    paths: ["/etc/*", "*.md"]
    changes: [added, modifed]
    existng: ignore
mind:
  models: [lmstudoi/x]
  offline: nxt
  answer: { title: string, tags: [strin] }
outputs:
  - write: "~/Notes/{{ answer.title | slugg }}.md"
    body: |
      ---
      {{ foo }}
  - append: "/etc/x"
    body: "{{ event.pth }}"
---

Prompt {{ evnt.path }}
{{ answer }}
`;
    assert.deepEqual(short(text), [
      '4:13 on.file.paths.0 outside every watched root',
      '5:22 on.file.changes.1 not one of the allowed values',
      '6:5 on.file.existng unknown key',
      '8:12 mind.models.0 unknown provider "lmstudoi"',
      '9:12 mind.offline not one of the allowed values',
      '10:35 mind.answer.tags.0 unknown type',
      '12:21 outputs.0.write unknown filter',
      '15:null outputs.0.body unknown variable',
      '16:13 outputs.1.append outside every output root',
      '17:15 outputs.1.body event has no pth',
      '20:11 prompt unknown variable',
      '21:4 prompt the prompt comes before the answer',
    ]);
    const nearest = Object.fromEntries(problems(text).map((each) => [each.key, each.nearest]));
    assert.deepEqual(
      [nearest['on.file.existng'], nearest['mind.models.0'], nearest['outputs.1.body']],
      ['existing', 'lmstudio', 'event.path'],
    );
  });

  const whole: [string, string, RegExp][] = [
    ['an empty file', '', /^1:1 {2}empty$/],
    ['no front matter', 'Hello', /no front matter/],
    ['no end of the front matter', '---\non: {}\n', /without an end/],
    ['a list as front matter', '---\n- a\n---\nx', /not a map/],
    ['no prompt', '---\non: { request: {} }\n---\n \n', /no prompt/],
    ['malformed YAML', '---\non: {\n---\nx', /malformed YAML/],
    ['malformed Liquid', '---\non: { request: {} }\n---\nx\n{% if %}', /^5:\d+ prompt/],
    ['an unclosed output', '---\non: { request: {} }\n---\n{{ x', /prompt .*not closed/],
    [
      'two triggers',
      '---\non: { request: {}, file: { paths: ["*"] } }\n---\nx',
      /exactly one of: file, log, process, vitals, schedule, request, daemon/,
    ],
    [
      'no trigger',
      '---\non: {}\n---\nx',
      /exactly one of: file, log, process, vitals, schedule, request, daemon/,
    ],
    ['nothing at all', '---\nmind: {}\n---\nx', /on missing/],
  ];
  for (const [what, text, message] of whole) {
    it(`name ${what}`, () => assert.match(short(text).join('\n'), message));
  }

  it('of the prompt are told although the front matter is malformed', () => {
    const found = problems('---\non: {\n---\n{{ x | nofilter }}');
    assert.equal(found.filter((each) => each.value === 'nofilter').length, 1);
  });

  it('of malformed YAML are one, the first', () => {
    const malformed = short('---\non: { request: {}\nmind: { models: [a }\n---\nx');
    assert.deepEqual(malformed.length, 1, malformed.join('\n'));
  });

  it('of a template go on after an unknown filter', () => {
    const prompt =
      '{{ request.text | slugg }} {{ request.txt | frobnicate: 1 }}\n{{ nonsense | slugg | json }}';
    const found = problems(`---\non: { request: {} }\n---\n${prompt}`);
    assert.deepEqual(
      found.map((each) => [each.line, each.message, each.value, each.nearest]),
      [
        [4, 'unknown filter', 'slugg', 'slug'],
        [4, 'unknown filter', 'frobnicate', null],
        [4, 'request has no txt', 'request.txt', 'request.text'],
        [5, 'unknown variable', 'nonsense', null],
      ],
    );
    assert.match(found[0]?.allowed ?? '', /slug, json, date/);
  });

  it('of a template with unknown filters without end come to an end', () => {
    const prompt = Array.from({ length: 200 }, (_, index) => `{{ request.text | zzz${index} }}`).join('');
    assert.equal(problems(`---\non: { request: {} }\n---\n${prompt}`).length, 21);
  });

  it('of unquoted Liquid say to quote it', () => {
    const text = '---\non: { request: {} }\noutputs:\n  - write: {{ answer }}\n    body: x\n---\nx';
    assert.match(short(text).join('\n'), /took \{\{ \}\} for a map/);
  });

  for (const name of ['request', 'Builtin', '.hidden', 'a b', 'ü', 'x'.repeat(101)]) {
    it(`refuse the name ${name.slice(0, 20)}`, () => {
      assert.match(short(onFile('["*.md"]'), `/rules/${name}.md`).join(), /name/);
    });
  }

  it('say what an output takes, where it may go, and what wakes a rule', () => {
    const text = `---
on: { schedule: { cron: "0 18 * * *", every: 1h } }
outputs:
  - move: "~/Filed/{{ answer.date }}/"
  - notify: "done"
    set: { a: b }
  - webhook: teem
  - command: [make]
  - write: "~/Notes/a.md"
  - insert: "~/Notes/a.md"
    body: x
  - frontmatter: "{{ event.path }}"
    set: { a: "{{ answer.b" }
    approve: sometimes
---
x`;
    assert.deepEqual(short(text), [
      '2:17 on.schedule exactly one of: cron, every, at',
      '4:11 outputs.0.move move in a rule that is not about files',
      '6:10 outputs.1.set not with notify; it takes: body, approve',
      '7:14 outputs.2.webhook no such webhook in config.yaml',
      '8:14 outputs.3.command commands are not allowed',
      '9:5 outputs.4 write without body',
      '10:5 outputs.5 insert with exactly one of: beneath, under',
      '12:18 outputs.6.frontmatter a rule that is not about files has no event.path to write to',
      '13:16 outputs.6.set.a output "{{ answer.b" not closed',
      '14:14 outputs.6.approve neither true nor a condition',
    ]);
  });

  it('that edit the file which wakes them must be about files in an output root', () => {
    const text = (paths: string) =>
      `---\non: { file: { paths: [${paths}] } }\noutputs: [{ tag: "{{ event.path }}", tags: "a" }]\n---\nx`;
    const [problem] = problems(text('"/home/u/Inbox/**/*.md"'));
    assert.match(problem?.message ?? '', /^\/home\/u\/Inbox\/\*\*\/\*\.md is outside every output root$/);
    assert.match(
      problem?.allowed ?? '',
      /^paths in: \/home\/u\/Notes.*; or declare \/home\/u\/Inbox in output_roots$/,
    );
  });

  it('that insert for each of a list name a list of the answer, and what its items have', () => {
    const text = (each: string, body: string, answer = '{ answers: [{ line: string }], one: string }') =>
      `---\non: { request: {} }\nmind: { answer: ${answer} }\noutputs:\n  - insert: "~/Notes/a.md"\n    each: ${each}\n    beneath: "{{ item.line }}"\n    body: "${body}"\n---\nx`;
    rule(text('answers', '{{ item.line }}'));
    rule(text('a', 'x', '{ type: object }'));
    assert.deepEqual(short(text('answer', 'x')), ['6:11 outputs.0.each the answer has no list answer']);
    assert.deepEqual(short(text('one', 'x')), ['6:11 outputs.0.each the answer has no list one']);
    assert.deepEqual(short(text('answers', '{{ item.lin }}')), ['8:15 outputs.0.body an item has no lin']);
    const without = text('a', '{{ item }}').replace(/ *each: a\n/, '');
    assert.match(short(without).join(), /outputs\.0\.body item is there with `each` only/);
  });

  it('name a webhook that is nearly one of the configuration', () => {
    const [problem] = problems(`---\non: { request: {} }\noutputs: [{ webhook: teem }]\n---\nx`);
    assert.deepEqual([problem?.allowed, problem?.nearest], ['team', 'team']);
  });

  it('name a model that builtin does not have', () => {
    assert.match(
      short(`---\non: { request: {} }\nmind: { models: [builtin/gpt] }\n---\nx`).join(),
      /builtin has no model/,
    );
  });
});

describe('a rule on a log or a schedule', () => {
  const on = (text: string) => `---\non: ${text}\n---\nPrompt`;

  it('has the path of its log resolved, and its times checked', () => {
    assert.equal(rule(on('{ log: { path: "~/a/../app.log" } }')).on.log?.path, '/home/u/app.log');
    assert.equal(
      rule(on('{ schedule: { cron: "0 18 * * MON-FRI" } }')).on.schedule?.cron,
      '0 18 * * MON-FRI',
    );
  });

  it('does not hear what rules or the daemon itself write', () => {
    assert.match(
      short(on('{ log: { path: "~/Notes/told.md" } }'))[0] ?? '',
      /^2:.* on\.log\.path in an output root, where rules write: they would hear themselves/,
    );
    assert.match(
      short(on('{ log: { path: "~/.local/state/consciousness/logs/consciousness.log" } }'))[0] ?? '',
      /the daemon's own folder/,
    );
  });

  it('says which field of a cron line is wrong, and what is never due', () => {
    const [problem] = problems(on('{ schedule: { cron: "0 25 * * *" } }'));
    assert.equal(problem?.key, 'on.schedule.cron');
    assert.equal(problem?.message, 'not valid for hours');
    assert.match(problem?.allowed ?? '', /^0-23/);
    assert.match(short(on('{ schedule: { cron: "0 0 31 2 *" } }'))[0] ?? '', /never due/);
    assert.match(short(on('{ schedule: { at: "2026-02-30 10:00" } }'))[0] ?? '', /on\.schedule\.at no date/);
    assert.match(
      short(on('{ schedule: { every: 1h, timezone: Europe/Nowhere } }'))[0] ?? '',
      /on\.schedule\.timezone no such time zone/,
    );
  });
});

describe('a duration', () => {
  const settling = (settle: string) =>
    `---\non: { file: { paths: ["*.md"], settle: ${settle} } }\n---\nPrompt`;

  for (const [text, ms] of [
    ['0.5ms', 1],
    ['1.0004s', 1000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['365d', 31_536_000_000],
  ] as const) {
    it(`${text} is ${ms} whole milliseconds`, () => assert.equal(rule(settling(text)).on.file?.settleMs, ms));
  }

  for (const text of ['365.1d', '999999999d', '99999999999999999999d']) {
    it(`${text} is refused`, () => {
      const [problem] = problems(settling(text));
      assert.deepEqual([problem?.key, problem?.message], ['on.file.settle', 'longer than 365 days']);
      assert.match(problem?.allowed ?? '', /at most 365d/);
    });
  }

  for (const text of ['5', '"-1s"', '1e3s', '5 weeks'])
    it(`is not ${text}`, () => assert.match(short(settling(text)).join(), /on\.file\.settle not/));
});

describe("a rule's globs", () => {
  it('are absolute, from home, or relative to every watched root', () => {
    const { on } = rule(onFile('["/home/u/Inbox/*.md", "~/Inbox/**", "./**/*.txt"]'));
    assert.deepEqual(on.file?.paths, [
      '/home/u/Inbox/*.md',
      '/home/u/Inbox/**',
      '/home/u/Inbox/**/*.txt',
      '/data/\\[in\\]/**/*.txt',
    ]);
  });

  it('match in roots whose names have special characters', () => {
    const made = rule(onFile('["*.txt"]'));
    assert.ok(matchesRule(made, '/data/[in]/a.txt'));
    assert.ok(!matchesRule(made, '/data/i/a.txt'));
  });

  const matches: [string, string, boolean][] = [
    ['**/*.md', '/home/u/Inbox/a/b.md', true],
    ['**/*.md', '/home/u/Inbox/b.md', true],
    ['*.md', '/home/u/Inbox/a/b.md', false],
    ['**/*.md', '/home/u/Inbox/.obsidian/b.md', false],
    ['.obsidian/*.md', '/home/u/Inbox/.obsidian/b.md', true],
    ['r\u00e9*.md', '/home/u/Inbox/re\u0301sum\u00e9.md', true],
    ['scan (1).pdf', '/home/u/Inbox/scan (1).pdf', true],
    ['@(a|b).md', '/home/u/Inbox/a.md', false],
    ['#*.md', '/home/u/Inbox/#1.md', true],
    ['*.{pdf,md}', '/home/u/Inbox/x.pdf', true],
    ['*', '/home/u/Inbox/a\\xff.md', true],
  ];
  for (const [glob, path, expected] of matches) {
    it(`${glob} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
      assert.equal(matchesRule(rule(onFile(JSON.stringify([glob]))), path), expected);
    });
  }

  const refused: [string, RegExp][] = [
    ['/etc/**', /outside every watched root/],
    ['/home/u/*.md', /outside every watched root/],
    ['~/Inbox/{a,../x}/*', /"\.\."/],
    ['~/{Inbox,Outbox}/*.md', /outside every watched root/],
    ['~/Inbox', /a folder/],
    ['~/Inbox/', /a folder/],
    ['~root/*', /another user/],
    ['!*.md', /an exclusion/],
    [`${'{a,b}'.repeat(20)}.md`, /too many braces/],
    ['{1..1000000}.md', /too many braces/],
    ['a'.repeat(GLOB_LIMITS.length + 1), /too long/],
  ];
  for (const [glob, message] of refused) {
    it(`refuse ${glob.slice(0, 30)}`, () =>
      assert.match(short(onFile(JSON.stringify([glob]))).join(), message));
  }

  it('need a watched folder', () => {
    assert.match(short(onFile('["*.md"]'), undefined, { roots: [] }).join(), /no folder is watched/);
  });

  it('never take long, whatever they are', () => {
    const made = rule(onFile(JSON.stringify([`${'*a'.repeat(300)}b`, `${'**/a/'.repeat(150)}b`])));
    const started = performance.now();
    matchesRule(made, `/home/u/Inbox/${'a'.repeat(4000)}`);
    matchesRule(made, `/home/u/Inbox/${'a/'.repeat(2000)}c`);
    assert.ok(performance.now() - started < 1000);
  });

  it('are expanded no further than it takes to see that there are too many', () => {
    assert.equal(alternatives('{1..1000000}').length, GLOB_LIMITS.alternatives + 1);
  });

  it('are nothing for a rule on requests', () =>
    assert.equal(matchesRule({ on: { request: {} } }, '/a'), false));
});

describe("a rule's outputs", () => {
  const refused: [string, RegExp][] = [
    ['/etc/{{ answer }}', /outside every output root/],
    ['~/{{ answer }}/x.md', /outside every output root/],
    ['~/Notes{{ answer }}/x.md', /outside every output root/],
    ['~/Notes-of-mine/x.md', /outside every output root/],
    ['~/Notes', /outside every output root/],
    ['~/Notes/../../etc/x', /outside every output root|"\.\."/],
    ['~/Notes/{{ answer }}/../../x', /"\.\." in a path/],
    ['notes/x.md', /not an absolute path/],
    ['{{ answer }}', /not an absolute path/],
    ['~/Notes/', /a folder/],
    ['~/Notes/{% for a in answer %}x{% endfor %}', /not found/],
  ];
  for (const [path, message] of refused) {
    it(`refuse the path ${path}`, () => assert.match(short(writing(path)).join(), message));
  }

  it('need an output root', () => {
    assert.match(
      short(writing('~/Notes/x.md'), undefined, { outputRoots: [] }).join(),
      /nothing may be written/,
    );
  });

  it('know the fields of the answer', () => {
    const mind = '{ answer: { title: string, party: { name: string } } }';
    assert.match(
      short(writing('~/Notes/{{ answer.titel }}.md', 'x', mind)).join(),
      /the answer has no titel/,
    );
    assert.match(
      short(writing('~/Notes/x.md', '{{ answer.party.nam }}', mind)).join(),
      /the answer has no nam/,
    );
    assert.match(short(writing('~/Notes/x.md', '{{ answer.title }}')).join(), /the answer is free text/);
    rule(writing('~/Notes/{{ answer.title }}.md', '{{ answer.party.name }} {{ answer | json }}', mind));
  });

  it('have no file after a request, and no request after a file', () => {
    assert.match(short(writing('~/Notes/x.md', '{{ request.text }}')).join(), /has no request/);
    assert.match(short('---\non: { request: {} }\n---\n{{ file.text }}').join(), /has no file/);
  });

  it('write a file only once', () => {
    const outputs = (second: string) =>
      `---\non: { request: {} }\noutputs:\n  - { write: "~/Notes/{{ answer }}.md", body: a }\n  - { ${second}, body: b }\n---\nx`;
    const [problem, ...more] = problems(outputs('write: "/home/u/Notes/{{ answer }}.md"'));
    assert.deepEqual(
      [problem?.key, problem?.message, problem?.line, more.length],
      ['outputs.1.write', 'writes the same file as outputs.0', 5, 0],
    );
    rule(outputs('write: "~/Notes/{{ answer }}.txt"'));
  });

  it('change a file before they move it, and move it once', () => {
    const roots = { outputRoots: ['/home/u/Inbox', '/home/u/Notes'] };
    const text = (...lines: string[]) =>
      `---\non: { file: { paths: ["/home/u/Inbox/*.md"] } }\noutputs:\n${lines.map((line) => `  - ${line}\n`).join('')}---\nx`;
    const move = 'move: "~/Notes/filed/"';
    const tag = '{ tag: "{{ event.path }}", tags: a }';
    const wrong = text(move, tag, '{ append: "~/Notes/log.md", body: x }', 'rename: "b.md"');
    assert.deepEqual(short(wrong, undefined, roots), [
      '5:12 outputs.1.tag outputs.0 has moved the file by then',
      '7:13 outputs.3.rename outputs.0 has moved the file by then',
    ]);
    assert.ok(parseRule({ ...context, ...roots, file: '/rules/r.md', text: text(tag, move) }).ok);
  });

  it('have exactly one of write and append', () => {
    const text =
      '---\non: { request: {} }\noutputs: [{ write: "~/Notes/a", append: "~/Notes/b", body: x }, { body: x }]\n---\nx';
    assert.equal(short(text).filter((each) => /exactly one of: write, append/.test(each)).length, 2);
  });
});

describe('the shape of an answer', () => {
  it('has every short type', () => {
    const shape = answerShape({
      a: 'number?',
      b: 'integer',
      c: 'boolean',
      d: 'datetime',
      e: 'invoice | letter | other?',
      f: [{ g: 'string' }],
      'h?': ['date'],
    });
    assert.deepEqual(shape, {
      ok: true,
      schema: {
        type: 'object',
        properties: {
          a: { type: ['number', 'null'] },
          b: { type: 'integer' },
          c: { type: 'boolean' },
          d: { type: 'string', format: 'date-time' },
          e: { type: ['string', 'null'], enum: ['invoice', 'letter', 'other', null] },
          f: {
            type: 'array',
            items: {
              type: 'object',
              properties: { g: { type: 'string' } },
              required: ['g'],
              additionalProperties: false,
            },
          },
          h: { type: ['array', 'null'], items: { type: 'string', format: 'date' } },
        },
        required: ['b', 'c', 'd', 'f'],
        additionalProperties: false,
      },
    });
  });

  it('may be a JSON Schema, which is kept', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/x' } },
      $defs: { x: { type: 'string' } },
    };
    assert.deepEqual(answerShape(schema), { ok: true, schema });
    assert.deepEqual(answerShape({ properties: { a: {} } }), {
      ok: true,
      schema: { type: 'object', properties: { a: {} } },
    });
  });

  const refused: [string, Record<string, unknown>][] = [
    ['no fields', {}],
    ['a list of two', { a: ['string', 'string'] }],
    ['a number for a type', { a: 1 }],
    ['a name that starts with _', JSON.parse('{"__proto__": "string"}')],
    ['a JSON Schema of a list', { $schema: 'x', type: 'array' }],
    ['a JSON Schema that answers cannot be checked against', { type: 'object', not: { required: ['a'] } }],
    ['a reference to elsewhere', { type: 'object', properties: { a: { $ref: 'https://example.org/x' } } }],
    [
      'too many fields',
      Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`f${index}`, 'string'])),
    ],
  ];
  for (const [what, answer] of refused)
    it(`refuses ${what}`, () => assert.equal(answerShape(answer).ok, false));
});

describe('parseRule', () => {
  it('never throws, whatever the text', () => {
    const key = fc.constantFrom(
      'on',
      'file',
      'paths',
      'request',
      'mind',
      'answer',
      'models',
      'outputs',
      'write',
      'append',
      'body',
      '$ref',
      'properties',
      '__proto__',
      'type',
    );
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '~/Notes/{{ a }}',
        '*.md',
        '{a,{b',
        '{{ answer.x }}',
        '[',
        'lmstudio/x',
        'string?',
        'a|b',
      ),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    const front = fc.oneof(
      fc.string(),
      tree.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(front, word, fc.string({ unit: 'binary' }), (yaml, prompt, file) => {
        const parsed = parseRule({ ...context, file, text: `---\n${yaml}\n---\n${prompt}` });
        if (!parsed.ok) for (const problem of parsed.problems) formatProblem(problem);
        parseRule({ ...context, file: 'r.md', text: yaml });
      }),
      { numRuns: 300 },
    );
  });
});

describe('docs/rules.md', () => {
  it('shows only rules that pass the check', async () => {
    const text = await readFile(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    const examples = [...text.matchAll(/^```markdown\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    assert.equal(examples.length, 3);
    for (const example of examples) rule(example);
  });

  it('names every key of the schema', async () => {
    const pages = ['rules', 'senses', 'outputs'].map((name) =>
      readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
    );
    const text = (await Promise.all(pages)).join('\n');
    const named = new Set(
      Array.from(text.matchAll(/`(?:[a-zN]+\.)*([a-z_]+)(?::[^`]*)?`/g), ([, key]) => key),
    );
    const keys = keysIn(ruleJsonSchema());
    assert.ok(keys.size > 60, `${keys.size} keys`);
    assert.deepEqual(
      [...keys].filter((key) => !named.has(key)),
      [],
    );
  });
});

/** Every name of a property anywhere in a JSON Schema. */
function keysIn(schema: unknown, keys = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return keys;
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'properties' && typeof value === 'object' && value !== null)
      for (const key of Object.keys(value)) keys.add(key);
    keysIn(value, keys);
  }
  return keys;
}
