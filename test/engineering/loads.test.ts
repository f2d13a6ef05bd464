import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root, sourcesIn } from './tree.ts';

const run = promisify(execFile);

/** Modules whose whole point is to run: the other side of a worker thread. */
const isThread = ({ text }: { text: string }) => /\b(?:parentPort|workerData)\b/.test(text);

describe('the modules', () => {
  it('do nothing by being loaded: no output, nothing left open', async () => {
    const urls = sourcesIn('src')
      .filter((source) => !isThread(source))
      .map(({ path }) => pathToFileURL(join(root, path)).href);
    // All in one process, which also makes coverage count those that no test loads.
    const script = `for (const url of ${JSON.stringify(urls)}) await import(url);`;
    const started = run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 30_000 });
    assert.deepEqual(await started, { stdout: '', stderr: '' });
  });
});
