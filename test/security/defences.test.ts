import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { holdsWithout } from './defence-suite.ts';
import { DEFENCES } from './defences.ts';
import { without } from './without.ts';

// The slow ones are taken out by `npm run torture -- --only defences`, with all the others.
describe('without it, its test fails:', { concurrency: 2, timeout: 900_000 }, () => {
  for (const defence of DEFENCES.filter(({ isSlow }) => isSlow !== true))
    it(`${defence.row}: ${defence.source}: ${defence.find.replaceAll(/\s+/g, ' ')}`, async () => {
      assert.equal(await holdsWithout(defence), null);
    });
});

describe('the machinery that takes defences out', () => {
  const sentence = { file: 'test/surfaces/access/guard.test.ts', says: 'the Host is there once' };

  it('leaves a test as it is where nothing is taken out', async () => {
    assert.equal((await without([], sentence)).kind, 'passed');
  });

  it('refuses a text that is not in the source, or in more than one place', async () => {
    const file = 'src/surfaces/http/guard.ts';
    for (const find of ['no such text', 'request'])
      await assert.rejects(without([{ file, find, put: '' }], sentence), /the swap has to follow the source/);
  });

  it('takes neither a test that there is not nor a source that is no program for a failure', async () => {
    assert.equal((await without([], { ...sentence, says: 'no such sentence' })).kind, 'not run');
    const file = 'src/surfaces/http/guard.ts';
    const broken = [{ file, find: 'const IN_URL = /', put: 'const IN_URL = (/' }];
    assert.equal((await without(broken, sentence)).kind, 'not run');
    const undone = [{ file, find: 'const ours = [', put: 'const others = [' }];
    assert.equal((await without(undone, sentence)).kind, 'broken');
  });
});

describe('the threat table in docs/security.md', () => {
  const table = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));

  it('has a row for every defence that is taken out, with its test', () => {
    for (const { row, file, says } of DEFENCES) {
      const own = rows.find((line) => line.startsWith(`| **${row}** |`));
      assert.ok(own !== undefined, `no row ${row}`);
      assert.ok(own.includes(`\`${file}\``), `the row ${row} does not name ${file}`);
      assert.ok(says.length > 0);
    }
  });

  it('names no test that there is not', () => {
    for (const [, file = '', sentence = ''] of table.matchAll(/`(test\/[\w./-]+)`(?: “([^”]+)”)?/g)) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      assert.ok(text.includes(sentence), `${file} has no test “${sentence}”`);
    }
  });
});
