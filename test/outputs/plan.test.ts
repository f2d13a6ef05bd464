import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { atOnce, type Disk } from '../../src/base/disk.ts';
import { sha256 } from '../../src/base/ids.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { FormerOutput } from '../../src/contract/output.ts';
import { plan } from '../../src/outputs/plan.ts';
import { temporaryFolder } from '../support/store.ts';

function planIn(
  t: TestContext,
  kind: 'write' | 'append',
  more: { disk?: Disk; former?: FormerOutput[]; folder?: string } = {},
) {
  const root = temporaryFolder(t);
  const rule = sealRule(
    {
      name: 'r',
      on: { request: {} },
      mind: { models: ['lmstudio/m'], offline: 'hold', schema: null, maxOutputTokens: null, cloud: 'never' },
      outputs: [{ kind, path: `${root}/${more.folder ?? ''}note.md`, body: '{{ answer }}' }],
      prompt: 'x',
    },
    '',
  );
  const target = join(root, 'note.md');
  const run = () =>
    plan(
      {
        thought: 'abcdef',
        rule,
        event: { at: 0, data: { text: 'x' } },
        captured: null,
        answer: 'the answer',
        former: more.former?.map((each) => ({ ...each, wanted: target, target })) ?? [],
        model: 'lmstudio/m',
        now: 0,
        timezone: 'UTC',
        gaps: [],
        outputRoots: [root],
      },
      async () => more.disk ?? atOnce,
    );
  return { root, target, run };
}

function failing(code: string): Disk {
  const fail = () => {
    throw Object.assign(new Error(`${code}: refused`), { code });
  };
  return { ...atOnce, open: fail, lstat: fail };
}

describe('a plan', () => {
  for (const code of ['EACCES', 'EIO', 'ENAMETOOLONG']) {
    it(`is made also where the disk says ${code}, since the answer is there: a new file replaces nothing`, async (t) => {
      const { target, run } = planIn(t, 'write', { disk: failing(code) });
      const [output] = await run();
      assert.deepEqual(
        [output?.mode, output?.target, output?.before, output?.content],
        ['create', target, null, 'the answer'],
      );
    });
  }

  it('of a note that cannot be read now replaces it only if it is still ours when it is applied', async (t) => {
    const former = [{ position: 0, wanted: '', target: '', sha256: sha256('ours') }];
    const { run } = planIn(t, 'write', { disk: failing('EACCES'), former });
    const [output] = await run();
    assert.deepEqual([output?.mode, output?.before], ['replace', sha256('ours')]);
  });

  it('to append to what is no file is made, and fails as an output', async (t) => {
    const { root, target, run } = planIn(t, 'append');
    writeFileSync(join(root, 'other'), '');
    symlinkSync(join(root, 'other'), target);
    const [output] = await run();
    assert.deepEqual([output?.mode, output?.target], ['append', target]);
  });

  it('to change a file that lies outside its root is refused', async (t) => {
    const { root, run } = planIn(t, 'append', { folder: 'sub/' });
    symlinkSync(temporaryFolder(t), join(root, 'sub'));
    await assert.rejects(run(), { code: 'output-escapes' });
  });
});
