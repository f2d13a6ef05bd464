import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { resolved, root, sourcesIn } from './tree.ts';

const sources = sourcesIn('web/src');
const none: string[] = [];

/** What would let data become markup, code, an address that is loaded, or something that is kept. */
const SINKS = [
  /dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|createContextualFragment|setHTMLUnsafe/,
  /\bdocument\.write|\bDOMParser\b|\bsrcdoc\b|\beval\(|\bnew Function\b|\bset(?:Timeout|Interval)\(['"`]/,
  /<(?:img|iframe|object|embed|script|link|base|form|video|audio)[\s/>]/,
  /\b(?:src|formaction|xlinkHref|ping|background)=/i,
  /\bwindow\.open\b|\blocation\.(?:assign|replace|href)\b|\bserviceWorker\b|\bnew Worker\b|\bimportScripts\b/,
  /\blocalStorage\b|\bsessionStorage\b|\bindexedDB\b|\bdocument\.cookie\b|\bcaches\b/,
  /\bstyle=(?!\{\{)/,
];

/** Modules that both a browser and Node can read. */
const SHARED =
  /^src\/(?:base\/(?:backoff|bell|clock|errors)|contract\/[\w-]+|surfaces\/(?:client|place|requests|told-problem)|surfaces\/cli\/(?:line|phrases))\.ts$/;

function findings(find: (source: (typeof sources)[number]) => string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

describe('the dashboard', () => {
  it('makes text of data, and neither markup, code, nor anything that is loaded or kept', () => {
    const wrong = findings(({ text }) => SINKS.flatMap((sink) => sink.exec(text)?.[0] ?? []));
    assert.deepEqual(wrong, none);
  });

  it('has one kind of link, and it leads to a place of this page', () => {
    const linking = sources.filter(({ text }) => /\bhref\b/.test(text)).map(({ path }) => path);
    assert.deepEqual(linking, ['web/src/parts/link.tsx']);
  });

  it('is found out where it does otherwise', () => {
    const bad = [
      '<div dangerouslySetInnerHTML={{ __html: text }} />',
      'element.innerHTML = text',
      '<img alt="" src={url} />',
      '<p style={text} />',
      'localStorage.setItem("token", token)',
      'window.open(url)',
    ];
    for (const text of bad)
      assert.ok(
        SINKS.some((sink) => sink.test(text)),
        text,
      );
  });

  it('takes of the daemon only shapes, words and the client', () => {
    const wrong = findings(({ path, imports }) =>
      imports
        .filter(({ from }) => from.startsWith('.') && !from.endsWith('.css'))
        .map(({ from }) => resolved(path, from))
        .filter((target) => !target.startsWith('web/src/') && !SHARED.test(target)),
    );
    assert.deepEqual(wrong, none);
  });

  it('takes no module of the contract with its schemas along: a page checks nothing', () => {
    const wrong = findings(({ path, imports }) =>
      imports
        .filter(({ from, typeOnly }) => !typeOnly && from.includes('/src/contract/'))
        .map(({ from }) => resolved(path, from))
        .filter((target) => /from 'zod'/.test(readFileSync(join(root, target), 'utf8'))),
    );
    assert.deepEqual(wrong, none);
  });

  it('has no module of more than 300 lines, no default exports and no barrels', () => {
    const wrong = findings(({ text }) => [
      ...(text.split('\n').length > 301 ? ['too long'] : []),
      ...(/^export default\b|^export \*/m.test(text) ? ['export'] : []),
    ]);
    assert.deepEqual(wrong, none);
  });
});
