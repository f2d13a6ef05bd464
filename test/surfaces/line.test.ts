import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { homeOption, lineFor, withOption } from '../../src/surfaces/cli/line.ts';

/** Its words, as a shell takes them. */
const words = (line: string) => execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });

describe('a command that somebody is told to type', () => {
  it('names no home where the daemon is found without', () => {
    assert.equal(homeOption(null), '');
    assert.equal(lineFor(null, 'inbox'), 'consciousness inbox');
    assert.equal(withOption('consciousness think "a b"', ''), 'consciousness think "a b"');
  });

  it('names the home so that a shell takes it as one word, whatever it is called', () => {
    for (const home of ['/srv/c', '/home/u/two words', "/it's/here", '/$HOME/`id`/*;x', '/ü/“q”'])
      assert.equal(words(lineFor(home, 'inbox')), `consciousness\ninbox\n--home\n${home}\n`);
    assert.equal(homeOption('/srv/c'), '--home /srv/c');
  });

  it('names the home once', () => {
    const line = lineFor('/srv/c', 'start');
    assert.equal(withOption(line, homeOption('/srv/c')), line);
  });
});
