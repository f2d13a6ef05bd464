import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ignoreMatcher } from '../../../src/senses/files/ignore.ts';

describe('the ignore matcher', () => {
  const matcher = ignoreMatcher(['build/', '*.log', '!keep.log', '/only-here', '.git']);
  const by = (path: string, isDirectory = false) => matcher.ignoredBy(path, isDirectory);

  it('says which pattern it was, and whose', () => {
    assert.deepEqual(by('a/x.log'), { by: 'configured', pattern: '*.log' });
    assert.deepEqual(by('a/.git', true), { by: 'built in', pattern: '.git' });
    assert.deepEqual(by('id_ed25519'), { by: 'denied', pattern: 'id_*' });
    assert.equal(by('notes/today.md'), null);
  });

  it('knows gitignore: folders only, negation, anchors, and what is beneath an ignored folder', () => {
    assert.equal(by('build'), null);
    assert.deepEqual(by('build', true), { by: 'configured', pattern: 'build/' });
    assert.deepEqual(by('build/deep/a.txt'), { by: 'configured', pattern: 'build/' });
    assert.equal(by('keep.log'), null);
    assert.equal(by('only-here')?.by, 'configured');
    assert.equal(by('sub/only-here'), null);
  });

  it('cannot be talked out of its own patterns', () => {
    const open = ignoreMatcher(['!.env', '!node_modules']);
    assert.equal(open.ignoredBy('.env', false)?.by, 'denied');
    assert.equal(open.ignoredBy('node_modules', true)?.by, 'built in');
  });

  it('keeps out of browser profiles and key folders, wherever they are', () => {
    for (const path of [
      '.ssh',
      'home/.aws',
      'home/.mozilla',
      'me/.config/google-chrome',
      '.config/chromium',
    ]) {
      assert.equal(by(path, true)?.by, 'denied', path);
    }
    assert.equal(by('me/Library/Application Support/Firefox', true)?.by, 'denied');
  });

  it('answers the same after more paths than it remembers', () => {
    for (let at = 0; at < 12_000; at += 1) assert.equal(by(`d/${at}.md`), null);
    assert.deepEqual(by('a/x.log'), { by: 'configured', pattern: '*.log' });
  });
});
