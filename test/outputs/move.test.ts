import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce, type Disk, elsewhere } from '../../src/base/disk.ts';
import type { LedgerEntry, PendingOutput, UndoJob } from '../../src/contract/output.ts';
import { openFolder } from '../../src/outputs/folder.ts';
import { createFolderSync } from '../../src/outputs/folder-sync.ts';
import { move } from '../../src/outputs/move.ts';
import { type Applied, NotYet, type Undone } from '../../src/outputs/output.ts';
import { parentOf } from '../../src/outputs/place.ts';
import { createRealRoots } from '../../src/outputs/real-roots.ts';
import { temporaryFolder } from '../support/store.ts';

const hash = await loadContentHash();

/** Kills at a named place: what is done there is all that is ever done. */
function dyingAt<T>(point: string, run: () => Promise<T>): Promise<T> {
  const hook = Symbol.for('consciousness.failpoint');
  Reflect.set(globalThis, hook, (name: string) => {
    if (name === point) throw new Error(`killed at ${point}`);
  });
  return run().finally(() => Reflect.deleteProperty(globalThis, hook));
}

/** As between two file systems. */
const apart = (disk: Disk): Disk => ({
  ...disk,
  link: (from, to) => {
    // Only a name in the same folder as its own: that of a temporary file.
    if (!String(from).endsWith('.tmp')) throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
    return disk.link(from, to);
  },
});

interface Scene {
  inbox: string;
  filed: string;
  source: string;
  output: PendingOutput;
  /** What the ledger knows, as after a restart. */
  ledger: LedgerEntry | null;
  restored: LedgerEntry | null;
  disk: Disk;
  readers: number;
  ours: string | null;
  target: string;
  /** What happens between the record in the ledger and the move. */
  meanwhile(): void;
  apply(): Promise<Applied>;
  undo(): Promise<Undone>;
}

function scene(t: TestContext, content = 'the letter', to = 'deep/er/letter.md', beneath = 'filed'): Scene {
  const folder = temporaryFolder(t);
  const [inbox, filed] = [join(folder, 'inbox'), join(folder, beneath)];
  mkdirSync(inbox);
  mkdirSync(filed, { recursive: true });
  const source = join(inbox, 'letter.md');
  writeFileSync(source, content);
  const wanted = join(filed, to);
  const roots = createRealRoots(() => []);
  const sync = createFolderSync();
  const open = (path: string, root: string) =>
    openFolder({ disk: it.disk, path: parentOf(path), root, roots, sync });
  const it: Scene = {
    ...{ inbox, filed, source, ledger: null, restored: null, disk: atOnce, readers: 0, ours: null },
    target: wanted,
    output: {
      ...{ position: 0, kind: 'move', mode: 'move', wanted, target: wanted, source },
      ...{ content: hash(Buffer.from(content)), before: null, ledger: null },
    },
    meanwhile: () => undefined,
    async apply() {
      const [from, into] = [await open(source, inbox), await open(it.target, filed)];
      try {
        const applied = await move.apply(
          { ...it.output, target: it.target, ledger: it.ledger },
          {
            ...{ thought: 'abcdef', hash, gaps: [], disk: into.disk, makeFolder: into.make },
            syncFolder: into.sync,
            propose: async () => undefined,
            async commit(target, entry) {
              it.ledger = entry;
              it.target = target;
              it.meanwhile();
            },
            move: {
              ...{ from, to: into },
              isOurs: async ({ hash: of }) => of === it.ours,
              async awaitReaders() {
                if (it.readers > 0) throw new NotYet('read', 1);
              },
            },
          },
        );
        it.target = applied.target;
        return applied;
      } finally {
        await from.close();
        await into.close();
      }
    },
    async undo() {
      const [from, into] = [await open(source, inbox), await open(it.target, filed)];
      const { position, kind, mode, before, content: of } = it.output;
      const job: UndoJob = {
        ...{ id: 'abcdef', attempt: 1, position, kind, mode, before, content: of, source },
        ...{ target: it.target, replaced: { kind: 'nothing' }, ledger: it.ledger, restored: it.restored },
      };
      try {
        return await move.undo(job, {
          ...{ hash, disk: into.disk, syncFolder: into.sync, move: { from, to: into } },
          async restored(entry) {
            it.restored = entry;
            it.meanwhile();
          },
        });
      } finally {
        await from.close();
        await into.close();
      }
    },
  };
  return it;
}

/** Names and contents of all that is there. */
function everything(...folders: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of folders)
    for (const each of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (!each.isDirectory()) found[each.name] = readFileSync(join(each.parentPath, each.name), 'utf8');
  return found;
}

const WAYS = { 'of one file system': atOnce, 'of two file systems': apart(elsewhere) };

for (const [where, disk] of Object.entries(WAYS)) {
  describe(`moving a file between folders ${where}`, () => {
    it('gives it its new name with all that it had, and takes the old one away', async (t) => {
      const it = Object.assign(scene(t), { disk });
      chmodSync(it.source, 0o640);
      utimesSync(it.source, 1_700_000_000, 1_700_000_000);
      assert.deepEqual(await it.apply(), { state: 'applied', target: it.output.wanted, reason: '' });
      assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'the letter' });
      const stat = statSync(it.target);
      assert.deepEqual([stat.mode & 0o777, stat.mtimeMs], [0o640, 1_700_000_000_000]);
      const { ino, size, mtime } = it.ledger ?? { ino: 0, size: 0, mtime: 0 };
      assert.deepEqual([ino, size, mtime], [stat.ino, stat.size, stat.mtimeMs]);
    });

    it('goes into a folder that is made for it beneath the one that it is in', async (t) => {
      const it = Object.assign(scene(t, 'the letter', 'sorted/letter.md', 'inbox'), { disk });
      assert.deepEqual(await it.apply(), { state: 'applied', target: it.output.wanted, reason: '' });
      assert.deepEqual(readdirSync(it.inbox), ['sorted']);
      assert.equal(readFileSync(join(it.inbox, 'sorted', 'letter.md'), 'utf8'), 'the letter');
    });

    it('never touches what has that name: the next free one is taken', async (t) => {
      const it = Object.assign(scene(t, 'the letter', 'letter.md'), { disk });
      writeFileSync(join(it.filed, 'letter.md'), 'another');
      const applied = await it.apply();
      assert.deepEqual([applied.state, applied.target], ['applied', join(it.filed, 'letter-2.md')]);
      assert.deepEqual(everything(it.inbox, it.filed), {
        'letter.md': 'another',
        'letter-2.md': 'the letter',
      });
    });

    it('leaves a file that was changed since to a person, and says so', async (t) => {
      const it = Object.assign(scene(t), { disk });
      writeFileSync(it.source, 'edited');
      const applied = await it.apply();
      assert.equal(applied.state, 'proposed');
      assert.match(applied.reason, /was changed since/);
      it.output = { ...it.output, content: '' };
      assert.equal((await it.apply()).state, 'applied');
      assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'edited' });
    });

    it('moves what another of our own outputs has made of it', async (t) => {
      const it = Object.assign(scene(t), { disk });
      writeFileSync(it.source, 'the letter, tagged');
      it.ours = hash(Buffer.from('the letter, tagged'));
      assert.equal((await it.apply()).state, 'applied');
    });

    it('is denied where the file is gone, or something else has its name', async (t) => {
      const it = Object.assign(scene(t), { disk });
      renameSync(it.source, join(it.inbox, 'elsewhere.md'));
      const gone = await it.apply();
      assert.deepEqual([gone.state, /is not there any more/.test(gone.reason)], ['denied', true]);
      symlinkSync(join(it.inbox, 'elsewhere.md'), it.source);
      assert.equal((await it.apply()).state, 'denied');
      rmSync(it.source);
      mkdirSync(it.source);
      assert.equal((await it.apply()).state, 'denied');
      assert.equal(readFileSync(join(it.inbox, 'elsewhere.md'), 'utf8'), 'the letter');
    });

    it('keeps what a person saves under the old name in the very moment before', async (t) => {
      const it = Object.assign(scene(t), { disk });
      it.meanwhile = () => {
        writeFileSync(join(it.inbox, 'new'), 'newer');
        renameSync(join(it.inbox, 'new'), it.source);
      };
      const applied = await it.apply();
      assert.match(applied.reason, /was changed while it was being moved/);
      assert.equal(applied.state, 'proposed');
      assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'newer' });
      assert.deepEqual(readdirSync(it.inbox), ['letter.md']);
    });

    for (const point of [
      ...['ledger', 'link:after', 'move:copied', 'move:named', 'folder-sync:before', 'folder-sync:after'],
      ...['move:aside', 'move:gone', 'folder:made', 'temporary:opened', 'link:alone'],
    ]) {
      it(`is there once after a kill at ${point}, and once more taken back`, async (t) => {
        const it = Object.assign(scene(t), { disk });
        it.meanwhile = () => {
          if (point === 'ledger') throw new Error('killed at ledger');
        };
        await dyingAt(point, it.apply).catch((error) => assert.match(String(error), /killed/));
        assert.ok(Object.values(everything(it.inbox, it.filed)).includes('the letter'));
        it.meanwhile = () => undefined;
        assert.equal((await it.apply()).state, 'applied');
        assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'the letter' });
        assert.equal(existsSync(it.source), false);
        it.meanwhile = () => {
          if (point === 'ledger') throw new Error('killed at ledger');
        };
        await dyingAt(point, it.undo).catch((error) => assert.match(String(error), /killed/));
        it.meanwhile = () => undefined;
        assert.deepEqual(await it.undo(), { undone: true });
        assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'the letter' });
        assert.equal(readFileSync(it.source, 'utf8'), 'the letter');
      });
    }

    it('is taken back exactly, whatever the file held', async (t) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 3000 }),
          fc.integer({ min: 0, max: 2 ** 31 }),
          async (bytes, at) => {
            const it = Object.assign(scene(t), { disk });
            writeFileSync(it.source, bytes);
            utimesSync(it.source, at, at);
            it.output = { ...it.output, content: hash(bytes) };
            assert.equal((await it.apply()).state, 'applied');
            assert.deepEqual(await it.undo(), { undone: true });
            assert.deepEqual(new Uint8Array(readFileSync(it.source)), bytes);
            assert.equal(statSync(it.source).mtimeMs, at * 1000);
            assert.deepEqual(everything(it.filed), {});
          },
        ),
        { numRuns: 40 },
      );
    });

    it('stays where it is, and why is said, where it was changed or its old name is taken', async (t) => {
      const it = Object.assign(scene(t), { disk });
      await it.apply();
      writeFileSync(it.source, 'another');
      const taken = await it.undo();
      assert.match(taken.undone ? '' : taken.reason, /another file is at .*letter\.md/);
      rmSync(it.source);
      writeFileSync(it.target, 'edited');
      const changed = await it.undo();
      assert.match(changed.undone ? '' : changed.reason, /was changed since it was moved/);
      rmSync(it.target);
      const gone = await it.undo();
      assert.match(gone.undone ? '' : gone.reason, /is not there any more/);
    });
  });
}

describe('a move', () => {
  it('waits while other thoughts have not read the file', async (t) => {
    const it = scene(t);
    it.readers = 1;
    await assert.rejects(it.apply(), NotYet);
    assert.equal(existsSync(it.source), true);
  });

  it('is refused where a link leads out of its root', async (t) => {
    const it = scene(t);
    it.output = {
      ...it.output,
      wanted: join(it.filed, 'again', 'letter.md'),
      target: join(it.filed, 'again', 'letter.md'),
    };
    it.target = it.output.target;
    symlinkSync(it.inbox, join(it.filed, 'again'));
    await assert.rejects(it.apply(), { code: 'output-escapes' });
  });

  it('into its own folder by a longer way does nothing', async (t) => {
    const it = scene(t, 'the letter', 'letter.md');
    rmSync(it.filed, { recursive: true });
    symlinkSync(it.inbox, it.filed);
    const applied = await it.apply();
    assert.deepEqual([applied.state, applied.reason], ['applied', 'it is there already']);
    assert.deepEqual(everything(it.inbox), { 'letter.md': 'the letter' });
    assert.deepEqual(await it.undo(), { undone: true });
    assert.deepEqual(everything(it.inbox), { 'letter.md': 'the letter' });
  });

  it('goes by a name where the file system knows no hard links', async (t) => {
    const it = scene(t);
    it.disk = {
      ...atOnce,
      link: () => {
        throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
      },
    };
    assert.equal((await it.apply()).state, 'applied');
    assert.deepEqual(await it.undo(), { undone: true });
    assert.deepEqual(everything(it.inbox, it.filed), { 'letter.md': 'the letter' });
  });

  it('of a file with a second name leaves that', async (t) => {
    const it = scene(t);
    linkSync(it.source, join(it.inbox, 'second.md'));
    assert.equal((await it.apply()).state, 'applied');
    assert.deepEqual(readdirSync(it.inbox), ['second.md']);
  });
});
