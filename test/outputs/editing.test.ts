import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it, type TestContext } from 'node:test';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { atOnce } from '../../src/base/disk.ts';
import { failpoint } from '../../src/base/failpoint.ts';
import type { LedgerEntry, PendingOutput, PlannedOutput, UndoJob } from '../../src/contract/output.ts';
import { append } from '../../src/outputs/append.ts';
import { frontmatterContent } from '../../src/outputs/edits/frontmatter.ts';
import { insertContent } from '../../src/outputs/edits/insert.ts';
import { tagContent } from '../../src/outputs/edits/tag.ts';
import { tasksContent } from '../../src/outputs/edits/tasks.ts';
import { frontmatter } from '../../src/outputs/frontmatter.ts';
import { insert } from '../../src/outputs/insert.ts';
import type { ApplyContext, OutputHandler } from '../../src/outputs/output.ts';
import { tag } from '../../src/outputs/tag.ts';
import { tasks } from '../../src/outputs/tasks.ts';
import { temporaryFolder } from '../support/store.ts';

const hash = await loadContentHash();
const HOOK = Symbol.for('consciousness.failpoint');
const NOTE = '---\ntitle: Mine # kept\n---\n\n- @ask why?\n\ncaf\u00e9\n';

/** One of each kind of edit, with what of it stands in the note once it is applied. */
const EDITS: { handler: OutputHandler; body: string; shows: RegExp }[] = [
  { handler: append, body: '- a line', shows: /^- a line$/gm },
  {
    handler: frontmatter,
    body: frontmatterContent(new Map([['summary', 'short']])),
    shows: /^summary: short$/gm,
  },
  {
    handler: insert,
    body: insertContent([{ beneath: '@ask why?', body: 'Because.' }]),
    shows: /^ {2}Because\.$/gm,
  },
  {
    handler: tasks,
    body: tasksContent({ under: 'Tasks', tasks: ['buy milk'] }),
    shows: /^- \[ \] buy milk$/gm,
  },
  { handler: tag, body: tagContent(['a']), shows: /^tags: \[a\]$/gm },
];

/** A target on disk, with what a store would know of one output on it through all the lives of a daemon. */
function world(t: TestContext, handler: OutputHandler, body: string) {
  const folder = temporaryFolder(t);
  const target = join(folder, 'note.md');
  writeFileSync(target, NOTE, { mode: 0o640 });
  const known: { ledger: LedgerEntry | null; replaced: Buffer | null; restored: LedgerEntry | null } = {
    ledger: null,
    replaced: null,
    restored: null,
  };
  const context: ApplyContext = {
    ...{ thought: 'abcdef', hash, gaps: [], disk: atOnce },
    makeFolder: async () => {},
    syncFolder: async () => {},
    propose: async () => {},
    async commit(_target, entry, bytes) {
      failpoint('ledger:before');
      known.ledger = entry;
      known.replaced = bytes === null ? known.replaced : Buffer.from(bytes);
      failpoint('ledger:known');
    },
  };
  const draft = {
    thought: 'abcdef',
    position: 0,
    kind: handler.kind,
    wanted: target,
    body,
    former: [],
    gaps: [],
  };
  const jobOf = ({ kind, mode, position, before }: PlannedOutput, content: string): UndoJob => ({
    ...{ id: 'abcdef', attempt: 1, kind, mode, position, target, before, content },
    replaced: known.replaced === null ? { kind: 'nothing' } : { kind: 'bytes', bytes: known.replaced },
    ...{ ledger: known.ledger, restored: known.restored },
  });
  return {
    folder,
    target,
    context,
    read: () => readFileSync(target, 'utf8'),
    plan: () => handler.plan(draft, atOnce),
    apply: (planned: PlannedOutput) =>
      handler.apply({ ...planned, ledger: known.ledger } satisfies PendingOutput, context),
    undo: (planned: PlannedOutput) =>
      handler.undo(jobOf(planned, planned.content), {
        ...{ hash, disk: atOnce, syncFolder: async () => {} },
        async restored(entry) {
          known.restored = entry;
          failpoint('undo:known');
        },
      }),
  };
}

/** Dies at the n-th named place from now on (from 0); never where there are fewer. */
function dieAt(n: number): void {
  let left = n;
  Reflect.set(globalThis, HOOK, () => {
    left -= 1;
    if (left === -1) throw new Error('killed');
  });
}

/** Does something as a process that is killed at each of its named places would, and again; how many there are. */
async function throughDeaths(
  begin: () => Promise<void>,
  act: () => Promise<unknown>,
  check: (n: number) => void,
) {
  for (let n = 0; ; n += 1) {
    await begin();
    dieAt(n);
    let died = false;
    try {
      await act();
    } catch (error) {
      assert.match(String(error), /killed/);
      died = true;
    }
    Reflect.deleteProperty(globalThis, HOOK);
    if (!died) return n;
    await act();
    check(n);
  }
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, HOOK);
});

for (const { handler, body, shows } of EDITS) {
  describe(`an output that edits (${handler.kind})`, () => {
    it('edits what stands there when it is applied, and keeps its permissions', async (t) => {
      const { plan, apply, read, target, folder } = world(t, handler, body);
      const planned = await plan();
      writeFileSync(target, `${NOTE}written meanwhile\n`);
      assert.deepEqual(await apply(planned), { state: 'applied', target, reason: '' });
      assert.equal(read().match(shows)?.length, 1);
      assert.match(read(), /caf\u00e9\nwritten meanwhile\n/);
      assert.deepEqual([statSync(target).mode & 0o777, readdirSync(folder)], [0o640, ['note.md']]);
    });

    it('killed anywhere in it is done once by the next daemon, and taken back whole', async (t) => {
      let now = world(t, handler, body);
      let planned = await now.plan();
      const places = await throughDeaths(
        async () => {
          now = world(t, handler, body);
          planned = await now.plan();
        },
        () => now.apply(planned),
        (n) => {
          assert.equal(now.read().match(shows)?.length, 1, `killed at place ${n}`);
          assert.deepEqual(readdirSync(now.folder), ['note.md']);
        },
      );
      assert.ok(places >= 7, `it has ${places} places to be killed at`);
      const undos = await throughDeaths(
        async () => {
          now = world(t, handler, body);
          planned = await now.plan();
          await now.apply(planned);
        },
        () => now.undo(planned),
        (n) => {
          assert.equal(now.read(), NOTE, `killed at place ${n}`);
          assert.deepEqual(readdirSync(now.folder), ['note.md']);
        },
      );
      assert.ok(undos >= 6, `it has ${undos} places to be killed at`);
    });

    it('that a person took out again after a crash is not done again', async (t) => {
      const { plan, apply, read, target, context } = world(t, handler, body);
      const planned = await plan();
      context.syncFolder = () => Promise.reject(new Error('killed'));
      await assert.rejects(apply(planned), /killed/);
      context.syncFolder = async () => {};
      writeFileSync(target, NOTE);
      assert.equal((await apply(planned)).state, 'applied');
      assert.equal(read(), NOTE);
    });

    it('never loses what a person saves in the very moment', async (t) => {
      const { plan, apply, read, target, context } = world(t, handler, body);
      const planned = await plan();
      let saved = 0;
      const { commit } = context;
      context.commit = async (...all) => {
        await commit(...all);
        saved += 1;
        if (saved <= 3) writeFileSync(target, `${NOTE}saved ${saved}\n`);
      };
      assert.equal((await apply(planned)).state, 'applied');
      assert.match(read(), /^saved 3$/m);
      assert.equal(read().match(shows)?.length, 1);
    });

    it('is taken back from under what a person has written elsewhere since', async (t) => {
      const { plan, apply, undo, read, target } = world(t, handler, body);
      const planned = await plan();
      await apply(planned);
      writeFileSync(target, read().replace('caf\u00e9', 'tea'));
      assert.deepEqual(await undo(planned), { undone: true });
      assert.equal(read(), NOTE.replace('caf\u00e9', 'tea'));
    });

    it('that a person has changed since stays, with the reason', async (t) => {
      const { plan, apply, undo, read, target } = world(t, handler, body);
      const planned = await plan();
      await apply(planned);
      const edited = read().replace(shows, (line) => line.replace(/[a-z]/g, 'x'));
      writeFileSync(target, edited);
      const undone = await undo(planned);
      assert.match(undone.undone ? '' : undone.reason, /note\.md stays as it is: .* changed since/);
      assert.equal(read(), edited);
      rmSync(target);
      const gone = await undo(planned);
      assert.match(gone.undone ? '' : gone.reason, /is not there any more/);
      assert.equal(existsSync(target), false);
    });

    it('that was done by hand already changes nothing, and takes nothing back', async (t) => {
      const first = world(t, handler, body);
      await first.apply(await first.plan());
      const second = world(t, handler, body);
      writeFileSync(second.target, first.read());
      const planned = await second.plan();
      assert.equal((await second.apply(planned)).state, 'applied');
      assert.deepEqual(await second.undo(planned), { undone: true });
      assert.equal(second.read(), first.read());
    });

    it('shows what it would do', async (t) => {
      const { plan, apply, read } = world(t, handler, body);
      const planned = await plan();
      const after = handler.after?.(Buffer.from(read()), planned, 'abcdef');
      await apply(planned);
      assert.deepEqual([Buffer.from(after?.bytes ?? []).toString(), after?.note], [read(), '']);
    });
  });
}

describe('an edit that cannot be done', () => {
  it('fails with the reason, and touches nothing', async (t) => {
    const { plan, apply, target, folder, read } = world(
      t,
      frontmatter,
      frontmatterContent(new Map([['a', 1]])),
    );
    const planned = await plan();
    const broken = '---\na: [\n---\n';
    writeFileSync(target, broken);
    await assert.rejects(apply(planned), {
      code: 'output-edit',
      message: /note\.md: its front matter is broken YAML in line 3/,
    });
    assert.deepEqual([read(), readdirSync(folder)], [broken, ['note.md']]);
    const after = frontmatter.after?.(Buffer.from(broken), planned, 'abcdef');
    assert.match(after?.note ?? '', /^it would fail: its front matter is broken/);
  });

  it('leaves no temporary file where it became impossible in the very moment', async (t) => {
    const { plan, apply, target, folder, read } = world(t, tag, tagContent(['a']));
    const planned = await plan();
    const broken = '---\na: [\n---\n';
    Reflect.set(globalThis, HOOK, (point: string) => {
      if (point === 'ledger:known') writeFileSync(target, broken);
    });
    try {
      await assert.rejects(apply(planned), { code: 'output-edit' });
    } finally {
      Reflect.deleteProperty(globalThis, HOOK);
    }
    assert.deepEqual([read(), readdirSync(folder)], [broken, ['note.md']]);
  });
});
