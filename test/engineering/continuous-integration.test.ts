import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { json, root } from './tree.ts';

const text = (path: string) => readFile(join(root, path), 'utf8');

describe('continuous integration', () => {
  it("runs the README's second command, word for word", async () => {
    const [first, second] = commandsIn(await text('README.md'));
    assert.equal(first, 'npm ci && npm run demo');
    assert.equal(second, 'npm ci && npm test');
    assert.equal((await text('.ci/run')).trim().split('\n').at(-1), second);
  });

  it('can run what it calls', async () => {
    await access(join(root, '.ci/run'), constants.X_OK);
    await access(join(root, '.githooks/pre-commit'), constants.X_OK);
    const hook = await text('.githooks/pre-commit');
    const [, script = ''] = /npm run --silent (\S+)/.exec(hook) ?? [];
    assert.ok(script in json('package.json').scripts, script);
  });
});

/** The one-line commands of a Markdown text's code blocks that begin with npm, in order. */
function commandsIn(markdown: string): string[] {
  const blocks = markdown.matchAll(/^```(?:sh|bash|console)?\n([\s\S]*?)^```/gm);
  return Array.from(blocks, ([, block = '']) => block.split('\n'))
    .flat()
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter((line) => line.startsWith('npm '));
}
