import assert from 'node:assert/strict';
import { closeSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import { atOnce, type Disk } from '../../src/base/disk.ts';
import { createFolderSync } from '../../src/outputs/folder-sync.ts';
import { temporaryFolder } from '../support/store.ts';

/** A disk whose syncs end when they are told to. */
function slowDisk() {
  const syncs: PromiseWithResolvers<void>[] = [];
  const disk: Disk = {
    ...atOnce,
    sync: () => {
      const sync = Promise.withResolvers<void>();
      syncs.push(sync);
      return sync.promise;
    },
  };
  return { disk, syncs };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('syncing a folder', () => {
  it('shares the next sync among all who ask during one, and never the one under way', async (t) => {
    const folder = temporaryFolder(t);
    const { disk, syncs } = slowDisk();
    const syncFolder = createFolderSync();
    const file = openSync(folder, 'r');
    t.after(() => closeSync(file));
    const first = syncFolder(disk, folder, file);
    await turn();
    assert.equal(syncs.length, 1);
    let late = 0;
    const later = [1, 2, 3].map(() =>
      syncFolder(disk, folder, file).then(() => {
        late += 1;
      }),
    );
    await turn();
    assert.equal(syncs.length, 1);
    syncs[0]?.resolve();
    await first;
    await turn();
    assert.deepEqual([syncs.length, late], [2, 0]);
    syncs[1]?.resolve();
    await Promise.all(later);
    assert.equal(syncs.length, 2);
  });

  it('tells a failure to those it concerns, and the next one tries anew', async (t) => {
    const folder = temporaryFolder(t);
    const { disk, syncs } = slowDisk();
    const syncFolder = createFolderSync();
    const file = openSync(folder, 'r');
    t.after(() => closeSync(file));
    const first = syncFolder(disk, folder, file);
    await turn();
    const second = syncFolder(disk, folder, file);
    syncs[0]?.reject(new Error('EIO'));
    await assert.rejects(first, /EIO/);
    await turn();
    syncs[1]?.resolve();
    await second;
  });
});
