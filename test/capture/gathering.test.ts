import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { composeGathering, GATHER_LIMITS, type Gathering } from '../../src/capture/gathering.ts';

const AT = Date.UTC(2026, 5, 1, 12);
const since = '2026-06-01T00:00:00.000Z';
const until = '2026-06-01T18:00:00.000Z';
const of = (gathering: Partial<Gathering>) =>
  composeGathering({ since, until, files: [], answers: [], ...gathering });
const file = (path: string, text: string | null, why = '') => ({ path, at: AT, text, why });

describe('what is gathered for a schedule', () => {
  it('is nothing where nothing has changed', () => {
    assert.equal(of({}), null);
  });

  it('is each answer and each file beneath a heading', () => {
    const answers = [
      { rule: 'inbox', subject: 'file:/in/a.pdf', at: AT, answer: { title: 'A bill', date: null, sum: 12 } },
      { rule: 'ask', subject: 'request:1', at: AT, answer: 'Because.' },
    ];
    assert.deepEqual(of({ answers, files: [file('/n/a.md', 'one'), file('/n/b.md', 'two')] }), {
      text: [
        `What has changed from ${since} to ${until}:`,
        '## Answer of the rule inbox on file:/in/a.pdf, 2026-06-01T12:00:00.000Z\ntitle: A bill\nsum: 12',
        '## Answer of the rule ask on request:1, 2026-06-01T12:00:00.000Z\nBecause.',
        '## /n/a.md, 2026-06-01T12:00:00.000Z\none',
        '## /n/b.md, 2026-06-01T12:00:00.000Z\ntwo',
      ].join('\n\n'),
      truncated: false,
    });
  });

  it('cuts what is too long, stays within its limit, and names what was left out and why', () => {
    const files = Array.from({ length: 40 }, (_, at) => file(`/n/${at}.md`, 'x'.repeat(30_000)));
    const composed = of({
      files: [...files, file('/n/scan.pdf', null, 'is encrypted'), file('/n/late.md', null)],
    });
    const { text = '', truncated } = composed ?? {};
    assert.ok(text.length < GATHER_LIMITS.total + 5000);
    assert.equal(truncated, true);
    assert.match(text, /\(cut: 20000 of 30000 characters\)/);
    assert.match(text, /Left out:\n\/n\/10\.md\n/);
    assert.match(text, /and 12 more$/);
    assert.match(
      of({ files: [file('/n/scan.pdf', null, 'is encrypted')] })?.text ?? '',
      /scan\.pdf \(is encrypted\)/,
    );
  });
});
