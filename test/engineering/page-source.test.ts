import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from './tree.ts';

/** What makes markup, code or a request of a text. What the dashboard shows is the words of others. */
const SINKS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['markup', /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment/],
  ['markup', /document\.write|DOMParser|srcdoc|setHTMLUnsafe|parseHTMLUnsafe/],
  ['code', /\beval\(|new Function|setTimeout\(\s*['"`]|setInterval\(\s*['"`]|javascript:/],
  ['a frame, a plugin or a script', /<(iframe|frame|object|embed|script|base|link|meta|portal)[\s/>](?!\()/],
  ['a picture or a sound', /<(img|image|picture|video|audio|source|track)\b/],
  [
    'an address out of data',
    /<form[^>]*\saction=|\b(src|srcset|formAction|formaction|poster|ping|xlinkHref)=\{/,
  ],
  ['a navigation', /location\.(assign|replace|href)|window\.open|\bopen\(['"`]/],
  ['a policy', /trustedTypes|createPolicy/],
  ['style out of data', /\bstyle=(?!\{\{ '--)|cssText|insertRule|adoptedStyleSheets/],
  ['something kept', /localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open/],
  ['somebody else', /https?:\/\/(?!127\.0\.0\.1|localhost|www\.w3\.org\/)/],
];

/** Only here, where nothing of it comes out of data. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The addresses of this page's own places.
  'parts/link.tsx': ['href={to}'],
};

const sources = readdirSync(join(root, 'web', 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: withoutComments(readFileSync(join(root, 'web', 'src', name), 'utf8')) }));

describe("the dashboard's source", () => {
  it('makes nothing but text of what it is told', () => {
    assert.ok(sources.length > 20);
    const found = sources.flatMap(({ name, text }) =>
      SINKS.flatMap(([what, pattern]) => {
        const [hit] = pattern.exec(text) ?? [];
        return hit === undefined ? [] : [`${name}: ${what}: ${hit}`];
      }),
    );
    assert.deepEqual(found, []);
  });

  it('has links to its own places only, made in one file', () => {
    const links = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/\bhref=(\{[^}]*\}|"[^"]*")/g)].map(([hit]) => `${name}: ${hit}`),
    );
    const allowed = Object.entries(ALLOWED).flatMap(([name, hits]) => hits.map((hit) => `${name}: ${hit}`));
    assert.deepEqual(links, allowed);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}
