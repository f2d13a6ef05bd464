import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../../src/base/errors.ts';
import { loadRules } from '../../src/config/rules.ts';
import { saveRule, tagOf } from '../../src/main/save-rule.ts';
import { ignoreMatcher } from '../../src/senses/files/ignore.ts';
import { temporaryFolder } from '../support/store.ts';

const SCENARIO = fileURLToPath(new URL('./scenario-save-rule.ts', import.meta.url));
const OLD = 'old text\n';
const tag = (text: string) => tagOf(Buffer.from(text));

function standing(t: TestContext, text: string | null = OLD) {
  const folder = temporaryFolder(t);
  const file = join(folder, 'a-rule.md');
  if (text !== null) writeFileSync(file, text);
  return { folder, file, now: () => (existsSync(file) ? readFileSync(file, 'utf8') : null) };
}

const refusedAs = (code: string) => (error: unknown) => {
  assert.equal(systemCode(error), code);
  return true;
};

describe('a rule that is saved', () => {
  it('replaces exactly what was seen, keeps its mode, and leaves nothing else behind', async (t) => {
    const { folder, file, now } = standing(t);
    chmodSync(file, 0o640);
    await saveRule({ file, text: 'new', known: [tag('other'), tag(OLD)] });
    assert.equal(now(), 'new');
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(folder), ['a-rule.md']);
  });

  for (const [what, there, known] of [
    ['was changed since', 'theirs', [tag(OLD)]],
    ['is gone', null, [tag(OLD)]],
    ['came meanwhile', 'theirs', null],
  ] as const) {
    it(`leaves a file alone that ${what}`, async (t) => {
      const { folder, file, now } = standing(t, there);
      await assert.rejects(saveRule({ file, text: 'new', known }), refusedAs('rule-changed'));
      assert.equal(now(), there);
      assert.deepEqual(readdirSync(folder), there === null ? [] : ['a-rule.md']);
    });
  }

  it('is saved by one of many who have seen the same, and the others are told', async (t) => {
    const { folder, file, now } = standing(t);
    const texts = Array.from({ length: 20 }, (_, number) => `text ${number}`);
    const saves = await Promise.allSettled(texts.map((text) => saveRule({ file, text, known: [tag(OLD)] })));
    const won = saves.flatMap(({ status }, index) => (status === 'fulfilled' ? [texts[index]] : []));
    assert.deepEqual(won, [now()]);
    const fresh = join(folder, 'fresh.md');
    const news = await Promise.allSettled(texts.map((text) => saveRule({ file: fresh, text, known: null })));
    assert.equal(news.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.deepEqual(readdirSync(folder).sort(), ['a-rule.md', 'fresh.md']);
  });

  it('is not written over what an editor saves while it is being written', async (t) => {
    const { folder, file, now } = standing(t);
    const point = Symbol.for('consciousness.failpoint');
    t.after(() => Reflect.deleteProperty(globalThis, point));
    Reflect.set(globalThis, point, (name: string) => {
      if (name === 'temporary:synced') writeFileSync(file, 'theirs');
    });
    await assert.rejects(saveRule({ file, text: 'new', known: [tag(OLD)] }), refusedAs('rule-changed'));
    assert.equal(now(), 'theirs');
    assert.deepEqual(readdirSync(folder), ['a-rule.md']);
  });

  it('is never a link: what it leads to stays as it is', async (t) => {
    const { folder, file } = standing(t, null);
    const elsewhere = join(folder, 'elsewhere.txt');
    writeFileSync(elsewhere, OLD);
    symlinkSync(elsewhere, file);
    for (const known of [[tag(OLD)], null])
      await assert.rejects(saveRule({ file, text: 'new', known }), refusedAs('rule-not-a-file'));
    assert.equal(readFileSync(elsewhere, 'utf8'), OLD);
    const folderThere = join(folder, 'folder.md');
    mkdirSync(folderThere);
    await assert.rejects(
      saveRule({ file: folderThere, text: 'new', known: null }),
      refusedAs('rule-not-a-file'),
    );
  });

  const steps = [
    ...['temporary:opened', 'temporary:written', 'temporary:synced'],
    ...['rename:before', 'rename:after', 'link:before', 'link:after', 'link:alone', 'folder-sync:before'],
  ];
  for (const step of steps) {
    const isNew = step.startsWith('link');
    it(`is the old text or the new one after kill -9 at ${step}, and can be saved again`, async (t) => {
      const { folder, file, now } = standing(t, isNew ? null : OLD);
      const args = [SCENARIO, file, step, ...(isNew ? [] : [OLD])];
      const { signal, stderr } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        env: { ...process.env, NODE_V8_COVERAGE: '' },
      });
      assert.equal(signal, 'SIGKILL', stderr);
      const found = now();
      assert.ok(found === 'new text\n' || found === (isNew ? null : OLD), String(found));
      const left = readdirSync(folder).filter((name) => name !== 'a-rule.md');
      for (const name of left) assert.notEqual(ignoreMatcher([]).ignoredBy(name, false), null, name);
      const { problems } = await loadRules({ rules: folder }, NOTHING);
      assert.deepEqual(
        problems.filter((problem) => problem.file !== file),
        [],
        'what is left is no rule',
      );
      await saveRule({ file, text: 'again', known: found === null ? null : [tag(found)] });
      assert.deepEqual([now(), readdirSync(folder)], ['again', ['a-rule.md']]);
    });
  }
});

const NOTHING = {
  ...{ providers: [], roots: [], outputRoots: [], ownFolders: [], homedir: '/', defaultModels: [] },
  ...{ mcpTools: {}, webhooks: [], commands: 'never' as const },
};
