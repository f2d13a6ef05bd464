import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { failpoint } from '../../src/base/failpoint.ts';
import { WRITES } from '../../src/store/catalogue.ts';
import { sourcesIn } from '../engineering/tree.ts';
import { COMMIT_POINTS, EFFECT_POINTS, POINTS } from './points.ts';
import { assertSwappable, SWAPS, swapped } from './swaps.ts';

const CALL = /\bfailpoint\(\s*(?:'([^']+)'|`([^`]+)`)/g;

describe('failpoints', () => {
  it('are all listed, and none is listed that is not in the source', () => {
    const names = sourcesIn('src')
      .filter(({ path }) => path !== 'src/base/failpoint.ts')
      .flatMap(({ text }) => Array.from(text.matchAll(CALL), ([, plain, pattern]) => plain ?? pattern ?? ''));
    const [patterns, plain] = [
      names.filter((name) => name.includes('$')),
      names.filter((name) => !name.includes('$')),
    ];
    assert.deepEqual(new Set(plain), new Set(EFFECT_POINTS));
    // Written out by the group commit for each operation, by the name of its function.
    assert.deepEqual(
      new Set(patterns),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what stands in the source
      new Set(['commit:${operation.name}:before', 'commit:${operation.name}:after']),
    );
    for (const [name, operation] of Object.entries(WRITES)) assert.equal(operation.name, name);
    assert.ok(EFFECT_POINTS.length >= 20 && POINTS.length === new Set(POINTS).size);
    assert.equal(COMMIT_POINTS.length, 2 * Object.keys(WRITES).length);
  });

  it('do nothing in a program that nobody hooked', () => {
    assert.doesNotThrow(() => failpoint('anything'));
    const without =
      "import { failpoint } from './src/base/failpoint.ts'; failpoint('x'); console.log('went on')";
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', without], {
      encoding: 'utf8',
    });
    assert.equal(output, 'went on\n');
  });
});

describe('a defence that is taken away for a control', () => {
  it('is found in the source as it stands', () => {
    assert.doesNotThrow(() => assertSwappable(Object.keys(SWAPS)));
  });

  it('must be there exactly once, or nothing is started', () => {
    const swap = { file: 'src/x.ts', find: /return held;/, put: 'return true;' };
    assert.equal(swapped('a; return held;', swap), 'a; return true;');
    assert.throws(() => swapped('a; return kept;', swap), /0 times in src\/x\.ts/);
    assert.throws(() => swapped('return held; return held;', swap), /2 times/);
  });
});
