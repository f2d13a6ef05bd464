import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toFs } from '../../src/base/path-text.ts';
import { slug } from '../../src/contract/slug.ts';
import {
  type CompiledTemplate,
  compileTemplate,
  renderPath,
  renderTemplate,
  type TemplatePurpose,
  variables,
} from '../../src/contract/template.ts';
import { absentAsNull, type TemplateScope, templateScope } from '../../src/contract/template-scope.ts';

const UTC = { timezone: 'UTC' };

function compiled(source: string, purpose: TemplatePurpose = 'text'): CompiledTemplate {
  const result = compileTemplate(source, purpose);
  assert.ok(result.ok, `${source}: ${result.ok ? '' : result.message}`);
  return result.template;
}

function scope(
  answer: unknown = null,
  schema: Record<string, unknown> | null = null,
  timezone = 'Europe/Berlin',
): TemplateScope {
  return templateScope({
    event: {
      at: Date.UTC(2026, 3, 12, 23, 30),
      data: { path: '/in/Ü 1.pdf', root: '/in', change: 'added', revision: 1, size: 9 },
    },
    captured: { text: 'the text', format: 'pdf', truncated: false },
    answer,
    schema,
    thought: 'abcd',
    model: null,
    rule: { name: 'r', version: 'v' },
    now: Date.UTC(2026, 3, 13),
    timezone,
  });
}

function render(source: string, answer?: unknown, timezone = 'UTC'): string {
  return renderTemplate(compiled(source), scope(answer), { timezone });
}

function pathOf(source: string, answer: unknown): string {
  return renderPath(compiled(source, 'path'), scope(answer), UTC);
}

describe('a template', () => {
  it('prints the event, the file and the answer', () => {
    assert.equal(
      render('{{ event.name }}|{{ file.text }}|{{ answer.title }}', { title: 'T' }),
      'Ü 1.pdf|the text|T',
    );
  });

  it('refuses an unknown filter with its place', () => {
    const result = compileTemplate('one\n{{ answer | nofilter }}');
    assert.deepEqual(result, { ok: false, line: 2, column: 1, message: 'undefined filter: nofilter' });
  });

  for (const tag of ['include "x"', 'render "x"', 'layout "x"', 'block x', 'increment x']) {
    it(`refuses {% ${tag} %}`, () => assert.equal(compileTemplate(`{% ${tag} %}`).ok, false));
  }

  it('refuses a variable nobody gave it, without telling the text around it', () => {
    assert.throws(
      () => render('a secret prompt {{ answer.nothing }}', {}),
      (error: Error) => {
        assert.match(error.message, /undefined variable: answer.nothing/);
        assert.doesNotMatch(error.message, /secret/);
        assert.equal(error.cause, undefined);
        return true;
      },
    );
  });

  it('is lenient in conditions and with default', () => {
    assert.equal(render('{% if answer.no %}x{% endif %}{{ answer.no | default: "d" }}', {}), 'd');
  });

  it('cannot reach prototypes', () => {
    assert.throws(() => render('{{ answer.constructor }}', {}), /undefined variable/);
  });

  it('ends at the memory limit instead of eating the machine', () => {
    assert.throws(() => render('{% for i in (1..1000000000) %}x{% endfor %}'), /limit exceeded/);
  });

  it('ends when the result grows past its limit', () => {
    assert.throws(
      () =>
        render(
          '{% for i in (1..100) %}{% for j in (1..400) %}{{ answer }}{% endfor %}{% endfor %}',
          'x'.repeat(1000),
        ),
      /too long/,
    );
  });

  it('leaves the scope it was given as it was', () => {
    const given = scope('a');
    renderTemplate(compiled('{% assign answer = "b" %}{{ answer }}'), given, UTC);
    assert.equal(given.answer, 'a');
  });

  it('lists the names it expects, with their places', () => {
    assert.deepEqual(
      variables(compiled('{{ event.path }}\n{% assign x = 1 %}{{ x }} {{ answer["title"] }}')).map((each) => [
        each.path.join('.'),
        each.line,
      ]),
      [
        ['event.path', 1],
        ['answer.title', 2],
      ],
    );
  });
});

describe('the date filter', () => {
  it('shows an instant in the configured time zone', () => {
    assert.equal(
      render('{{ event.at | date: "%Y-%m-%d %H:%M" }}', null, 'Europe/Berlin'),
      '2026-04-13 01:30',
    );
    assert.equal(render('{{ event.at | date: "%H:%M" }}', null, 'UTC'), '23:30');
  });

  it('keeps a day that day, also west of Greenwich', () => {
    assert.equal(
      render('{{ answer | date: "%d.%m.%Y" }}', '2026-04-12', 'America/Los_Angeles'),
      '12.04.2026',
    );
  });

  it('keeps a time without a zone as it is on the wall', () => {
    assert.equal(render('{{ answer | date: "%d %H:%M" }}', '2026-04-12T10:30', 'Asia/Tokyo'), '12 10:30');
  });

  it('takes now from the scope and not from the machine', () => {
    assert.equal(render('{{ "now" | date: "%Y-%m-%d" }}'), '2026-04-13');
  });

  it('prints what is no date as it is', () =>
    assert.equal(render('{{ answer | date: "%Y" }}', 'soon'), 'soon'));
});

describe('the scope', () => {
  it('has the day of the event in the configured time zone', () =>
    assert.equal(scope().event.date, '2026-04-13'));

  it("has the day of the machine's time zone where none is configured", (t) => {
    const before = process.env['TZ'];
    t.after(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });
    process.env['TZ'] = 'Pacific/Kiritimati';
    assert.equal(scope(null, null, 'system').event.date, '2026-04-13');
    process.env['TZ'] = 'America/Los_Angeles';
    assert.equal(scope(null, null, 'system').event.date, '2026-04-12');
  });

  it('has null for everything absent', () => {
    assert.equal(render('[{{ event.from }}]'), '[]');
    const request = templateScope({
      event: { at: 0, data: { text: 'q' } },
      captured: null,
      answer: null,
      schema: null,
      thought: 't',
      model: null,
      rule: { name: 'r', version: 'v' },
      now: 0,
      timezone: 'system',
    });
    assert.equal(renderTemplate(compiled('{{ request.text }}{{ event.path }}'), request, UTC), 'q');
  });

  it('fills what an answer left out with null, also in lists of maps', () => {
    const item = { type: 'object', properties: { a: {}, b: {} } };
    const schema = {
      type: 'object',
      properties: { x: {}, list: { type: 'array', items: item }, deep: item },
    };
    assert.deepEqual(absentAsNull({ list: [{ a: 1 }] }, schema), {
      x: null,
      list: [{ a: 1, b: null }],
      deep: null,
    });
  });
});

describe('slug', () => {
  const cases: [unknown, string][] = [
    ['Rechnung für März 2026', 'rechnung-fur-marz-2026'],
    ['Straße & Smørrebrød', 'strasse-smorrebrod'],
    ['東京の報告書', '東京の報告書'],
    ['ガス料金', 'ガス料金'],
    ['हिन्दी', 'हिन्दी'],
    ['Отчёт №5', 'отчёт-no5'],
    ['../../etc/passwd', 'etc-passwd'],
    ['.hidden', 'hidden'],
    ['---', 'untitled'],
    ['', 'untitled'],
    [null, 'untitled'],
    [['a', 'b'], 'a-b'],
    ['\u3164', 'untitled'],
    ['a\u202Eb', 'ab'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ];
  for (const [value, expected] of cases) {
    it(`makes ${JSON.stringify(expected).slice(0, 30)}`, () => assert.equal(slug(value), expected));
  }

  it('is always one safe component of a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const made = slug(text);
        assert.match(made, /^[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*$/u);
        assert.ok([...made].length <= 80 && Buffer.byteLength(made) <= 200);
      }),
    );
  });
});

describe('a path template', () => {
  it('takes slashes of its own and none of its values', () => {
    assert.equal(pathOf('/out/{{ event.date }}/{{ answer }}.md', 'a/b\\c'), '/out/2026-04-13/a-b-c.md');
  });

  const cases: [string, string, string][] = [
    ['/out/{{ answer }}.md', '', '/out/untitled.md'],
    ['/out/{{ answer }}', '..', '/out/untitled'],
    ['/out/{{ answer }}/x.md', '..', '/out/untitled/x.md'],
    ['/out/{{ answer }}.{{ answer }}', '', '/out/untitled.'],
    ['/out/{{ answer }}..{{ answer }}', '', '/out/untitled..'],
    ['/out/.{{ answer }}', '.', '/out/.untitled'],
    ['/out/.{{ answer }}', '/etc', '/out/.-etc'],
    ['/out/{{ answer }}', '.ssh', '/out/ssh'],
    ['/out/{{ answer }}', 'a\u0000b\n\u001b[31mc\u202e', '/out/a b [31mc'],
    ['/out//{{ answer }}', 'a', '/out/a'],
    ['/out/{% if answer == "x" %}a/{% endif %}b', 'x', '/out/a/b'],
  ];
  for (const [source, value, expected] of cases) {
    it(`makes ${expected} of ${source} and ${JSON.stringify(value)}`, () => {
      assert.equal(pathOf(source, value), expected);
    });
  }

  it('keeps a name within what a file system takes', () => {
    assert.ok(
      Buffer.byteLength(pathOf('/out/{{ answer }}.md', '長'.repeat(500)).slice('/out/'.length)) <= 255,
    );
  });

  for (const source of [
    '/out/../{{ answer }}',
    '/out/{{ answer }}/../../x',
    '/out/a\nb',
    '/out/{{ answer | raw }}',
  ]) {
    it(`refuses ${JSON.stringify(source)}`, () => assert.equal(compileTemplate(source, 'path').ok, false));
  }

  for (const tag of ['cycle answer', 'capture x', 'echo answer', 'for x in answer', 'tablerow x in answer']) {
    it(`refuses {% ${tag} %}`, () => assert.equal(compileTemplate(`/out/{% ${tag} %}`, 'path').ok, false));
  }

  it('refuses dots that only come together when rendered', () => {
    assert.throws(() => pathOf('/out/{% if answer %}.{% endif %}./x', 'y'), /"\.\." in an output path/);
  });

  it('must be absolute', () => assert.throws(() => pathOf('{{ answer }}', '/etc'), /must begin with/));

  it('is a path also when it was compiled as a text', () => {
    assert.equal(renderPath(compiled('/out/{{ answer }}'), scope('../x'), UTC), '/out/-x');
  });

  it('never leaves its literal folder nor adds a component, whatever the values say', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .array(fc.constantFrom('.', '..', '/', '\\', '~', '\0', '\u0001', '\u0002', ' ', 'a', '\ud800'), {
          maxLength: 12,
        })
        .map((parts) => parts.join('')),
    );
    const sources = [
      '/base/{{ answer.a }}/{{ answer.b }}',
      '/base/{{ answer.a }}{{ answer.b }}/x',
      '/base/{{ answer.a }}.{{ answer.b }}/x.md',
      '/base/.{{ answer.a | append: answer.b }}/x',
    ];
    fc.assert(
      fc.property(nasty, nasty, fc.constantFrom(...sources), (a, b, source) => {
        const components = toFs(pathOf(source, { a, b })).toString().split('/');
        assert.deepEqual([components.length, components[0], components[1]], [4, '', 'base']);
        for (const component of components.slice(1)) {
          assert.ok(
            component !== '' && component !== '.' && component !== '..',
            JSON.stringify({ source, a, b }),
          );
          assert.doesNotMatch(component, /[\u0000-\u001f\u007f]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
