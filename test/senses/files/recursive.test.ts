import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchRecursively } from '../../../src/senses/files/watch-recursively.ts';
import { inFolder } from './watched.ts';

describe('the recursive watch of macOS and Windows', () => {
  it('hints at paths relative to the root, also in folders made since', () =>
    inFolder(async (folder) => {
      const root = realpathSync(folder);
      const hinted = new Set<string>();
      const watching = await watchRecursively(root, {
        path: (path) => hinted.add(path),
        directory: () => {},
        everything: () => hinted.add('*'),
      });
      try {
        await mkdir(join(root, 'sub'));
        await mkdir(join(root, 'sub/node_modules'));
        await writeFile(join(root, 'sub/node_modules/x'), 'x');
        const deadline = performance.now() + 5000;
        for (let at = 0; !hinted.has('sub/a.txt'); at += 1) {
          assert.ok(performance.now() < deadline, [...hinted].join());
          await writeFile(join(root, 'sub/a.txt'), `${at}`);
          await sleep(50);
        }
        assert.ok(hinted.has('sub'));
        assert.ok(![...hinted].some((path) => path.includes('node_modules/')));
        assert.ok([...hinted].every((path) => !path.startsWith('/')));
      } finally {
        await watching.close();
      }
    }));
});
