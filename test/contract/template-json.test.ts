import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compileTemplate, renderTemplate } from '../../src/contract/template.ts';
import { templateScope } from '../../src/contract/template-scope.ts';

function rendered(source: string, answer: unknown): string {
  const compiled = compileTemplate(source, 'json');
  assert.ok(compiled.ok, `${source}: ${compiled.ok ? '' : compiled.message}`);
  const scope = templateScope({
    event: { at: 0, data: { path: '/in/a.md' } },
    captured: null,
    answer,
    schema: null,
    thought: 'abcd',
    model: null,
    rule: { name: 'r', version: 'v' },
    now: 0,
    timezone: 'UTC',
  });
  return renderTemplate(compiled.template, scope, { timezone: 'UTC' });
}

describe('a template of JSON', () => {
  it('keeps what a model says inside its string, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (answer) => {
        const text = rendered('{"text": "so: {{ answer }}", "channel": "#ops"}', answer);
        assert.deepEqual(JSON.parse(text), { text: `so: ${answer.toWellFormed()}`, channel: '#ops' });
      }),
    );
    const hostile = 'x", "channel": "#everybody';
    for (const filters of ['', ' | append: "!"', ' | json | append: ""', ' | strip', ' | upcase']) {
      const text = rendered(`{"text": "{{ answer${filters} }}", "channel": "#ops"}`, hostile);
      assert.equal(JSON.parse(text).channel, '#ops', filters);
    }
  });

  it('writes whole values with `| json`', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        // What JSON itself does not keep: -0.
        const kept: unknown = JSON.parse(JSON.stringify(answer));
        assert.deepEqual(JSON.parse(rendered('{"it": {{ answer | json }}}', answer)), { it: kept });
      }),
    );
  });

  it('can neither switch the escaping off nor print past it', () => {
    for (const source of [
      '{{ answer | raw }}',
      '{% capture x %}{{ answer }}{% endcapture %}{{ x }}',
      '{% echo answer %}',
    ])
      assert.equal(compileTemplate(source, 'json').ok, false, source);
  });

  it('may loop and choose', () => {
    const source =
      '[{% for each in answer %}"{{ each }}"{% unless forloop.last %},{% endunless %}{% endfor %}]';
    assert.deepEqual(JSON.parse(rendered(source, ['a"', 'b\n'])), ['a"', 'b\n']);
  });
});
