import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FileStat, IndexColumns } from '../../../src/contract/event.ts';
import { createRows } from '../../../src/senses/files/rows.ts';
import {
  addDirectory,
  createTree,
  detach,
  ensureDirectory,
  pathIn,
  resolve,
  takeIndex,
  walk,
} from '../../../src/senses/files/tree.ts';

const stat = (ino: number, size = 1, dev = 1): FileStat => ({ dev, ino, birth: 5, size, mtime: 7, ctime: 8 });

describe('index rows', () => {
  it('are what a map of objects would be, whatever is done to them', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'set', 'remove', 'move', 'look'),
      pick: fc.nat(),
      // Few inodes, and ones past 32 bits: collisions and hard links.
      ino: fc.oneof(
        fc.nat(8),
        fc.nat(8).map((low) => low + 2 ** 40),
      ),
      size: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const rows = createRows<string>();
        const model = new Map<number, { owner: string; name: string; stat: FileStat; hash: bigint }>();
        for (const [at, { what, pick, ino, size }] of steps.entries()) {
          const slot = [...model.keys()][pick % Math.max(1, model.size)];
          const hash = BigInt(at);
          if (what === 'look') assert.deepEqual(rows.withInode(1, ino).sort(), slotsOf(model, ino));
          else if (what === 'add' || slot === undefined) {
            const added = rows.add(`o${at}`, `n${at}`, stat(ino, size), hash);
            assert.equal(model.has(added), false);
            model.set(added, { owner: `o${at}`, name: `n${at}`, stat: stat(ino, size), hash });
          } else if (what === 'remove') {
            rows.remove(slot);
            model.delete(slot);
          } else if (what === 'set') {
            rows.set(slot, stat(ino, size), hash);
            Object.assign(model.get(slot) ?? {}, { stat: stat(ino, size), hash });
          } else {
            rows.move(slot, `m${at}`, `k${at}`);
            Object.assign(model.get(slot) ?? {}, { owner: `m${at}`, name: `k${at}` });
          }
        }
        assert.equal(rows.size, model.size);
        for (const [slot, row] of model) {
          assert.deepEqual(
            { owner: rows.owner(slot), name: rows.name(slot), stat: rows.stat(slot), hash: rows.hash(slot) },
            row,
          );
          assert.deepEqual(rows.withInode(1, row.stat.ino).sort(), slotsOf(model, row.stat.ino));
        }
        assert.deepEqual(rows.withInode(2, 0), []);
      }),
    );
  });

  it('tell a change of any field, and one of the device number alone', () => {
    const rows = createRows<string>();
    const slot = rows.add('o', 'n', stat(1), 3n);
    assert.equal(rows.difference(slot, stat(1)), 'same');
    assert.equal(rows.difference(slot, stat(1, 1, 2)), 'device');
    for (const field of ['ino', 'birth', 'size', 'mtime', 'ctime'] as const) {
      assert.equal(rows.difference(slot, { ...stat(1), [field]: 99 }), 'changed', field);
    }
  });
});

describe('the tree of an index', () => {
  const name = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', ' ', '\\\\') });
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'));

  it('holds every row of the columns at its path', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 40 }), (paths) => {
        // A path that is a directory of another cannot be a file too.
        const files = paths.filter((each) => !paths.some((other) => other.startsWith(`${each}/`)));
        const tree = treeOf(columnsOf(files));
        const found = [...walk(tree.top)].flatMap((directory) =>
          [...directory.files].map(
            ([file, slot]) => `${pathIn(directory, file)} ${tree.rows.stat(slot).ino}`,
          ),
        );
        assert.deepEqual(found.sort(), files.map((each, at) => `${each} ${at}`).sort());
      }),
    );
  });

  it('takes a hint about something in an unknown directory for one about that directory', () => {
    const { top } = treeOf(columnsOf(['known/file']));
    assert.deepEqual(where('known/file'), ['known', 'file']);
    assert.deepEqual(where('known/new/deep/file'), ['known', 'new']);
    assert.deepEqual(where('other/file'), ['', 'other']);

    function where(hint: string): string[] {
      const { parent, name: step } = resolve(top, hint);
      return [parent.path, step];
    }
  });

  it('takes its place beside directories that were seen before it arrived', () => {
    const tree = createTree();
    const seen = ensureDirectory(tree.top, 'known');
    ensureDirectory(tree.top, 'new');
    takeIndex(tree, columnsOf(['known/deep/file', 'known/file']));
    assert.equal(tree.top.directories.get('known'), seen);
    assert.deepEqual([...seen.files.keys()], ['file']);
    assert.deepEqual([...tree.top.directories.keys()], ['known', 'new']);
    assert.equal(tree.rows.size, 2);
  });

  it('marks what was detached, all the way down', () => {
    const { top } = treeOf(columnsOf([]));
    const deep = ensureDirectory(top, 'a/b/c');
    const dropped: string[] = [];
    const a = top.directories.get('a') ?? addDirectory(top, 'a');
    detach(a, (each) => dropped.push(each.path));
    assert.deepEqual(dropped.sort(), ['a', 'a/b', 'a/b/c']);
    assert.equal(deep.attached, false);
    assert.equal(top.directories.size, 0);
  });
});

function slotsOf(model: ReadonlyMap<number, { stat: FileStat }>, ino: number): number[] {
  return [...model].flatMap(([slot, row]) => (row.stat.ino === ino ? [slot] : [])).sort();
}

function treeOf(columns: IndexColumns) {
  const tree = createTree();
  takeIndex(tree, columns);
  return tree;
}

function columnsOf(paths: string[]): IndexColumns {
  const stats = new Float64Array(paths.length * 6);
  paths.forEach((_, at) => {
    stats[at * 6 + 1] = at;
  });
  return { paths: paths.join('\0'), stats, hashes: new BigUint64Array(paths.length), baselined: true };
}
