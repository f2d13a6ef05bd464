import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { builtPage } from './built.ts';

const MOST_SCRIPT = 150_000;

describe('the built page', () => {
  it('is light, and its every file is its own', async (t) => {
    const { page } = await builtPage();
    const names = readdirSync(page, { recursive: true, encoding: 'utf8' });
    const sizes = names
      .filter((name) => name.endsWith('.js'))
      .map((name) => gzipSync(readFileSync(join(page, name))).length);
    const script = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(script > 0 && script <= MOST_SCRIPT, `${script} bytes of script, gzipped`);
    t.diagnostic(`${(script / 1000).toFixed(1)} kB of script, gzipped`);
    const html = readFileSync(join(page, 'index.html'), 'utf8');
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
    assert.ok(addresses.length >= 3);
    for (const address of addresses) assert.match(address, /^\/assets\/[\w.-]+$/);
    assert.doesNotMatch(
      html,
      /<script(?![^>]*\bsrc=)|<style|\bon\w+="|\bstyle="/,
      'nothing stands in the page itself',
    );
    for (const name of names.filter((each) => each.endsWith('.css')))
      assert.doesNotMatch(
        readFileSync(join(page, name), 'utf8'),
        /@import|url\(\s*['"]?(?:https?:|\/\/|data:)/,
      );
  });
});
