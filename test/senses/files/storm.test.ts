import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { storm } from './storm.ts';
import { onDisk, watching } from './watched.ts';

describe('a storm of changes', () => {
  for (const seed of [1, 2]) {
    it(`ends with the index as the disk is (seed ${seed})`, () =>
      watching(async (watched, root) => {
        storm(root, 1500, seed);
        await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'index is disk');
        assert.ok(watched.index.rows.size > 0);
        // And the watches are where they must be: every folder still tells.
        storm(root, 200, seed + 100);
        await watched.until(() => watched.index.contents().join() === onDisk(root).join(), 'index is disk');
      }));
  }
});
