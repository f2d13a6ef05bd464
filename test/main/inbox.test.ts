import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ProposalRow, ProposalView } from '../../src/contract/proposal.ts';
import type { Decided } from '../../src/surfaces/cli/inbox/decide.ts';
import { cli, copyRule, createHome, type Home, show, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { beginLife } from '../torture/life.ts';

/** A home whose rule asks for approval of the note, and writes a log beside it. */
async function homeThatAsks(t: TestContext, approve: string): Promise<Home> {
  const server = await startModelServer((prompt) => {
    const amount = Number(/amount (\d+)/.exec(prompt)?.[1] ?? 0);
    return JSON.stringify({ amount, text: `said ${/word-\d+/.exec(prompt)?.[0]}` });
  });
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.rule(
    'ask',
    `---
on: { file: { paths: ["${home.inbox}/*.md"], settle: 50ms } }
mind: { answer: { amount: number, text: string } }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer.text }}"
    approve: ${approve}
  - append: "${home.notes}/log.md"
    body: "- {{ answer.text }}"
---
{{ file.text }}
`,
  );
  return home;
}

async function inbox(home: Home): Promise<ProposalRow[]> {
  return JSON.parse((await cli(home, 'inbox', '--json')).stdout);
}

async function shown(home: Home, id: string): Promise<ProposalView> {
  const [view] = JSON.parse((await cli(home, 'inbox', 'show', id, '--json')).stdout);
  return view;
}

async function decided(home: Home, ...args: string[]): Promise<Decided & { code: number; stderr: string }> {
  const { code, stdout, stderr } = await cli(home, 'inbox', ...args, '--json');
  const [first] = JSON.parse(stdout || '[{}]');
  return { ...first, code, stderr };
}

async function statesOf(home: Home, id: string): Promise<string[]> {
  const { state, outputs } = await show(home, id);
  return [state, ...outputs.map((output) => output.state)];
}

describe('an output that its rule wants approved', () => {
  it('waits while the others are applied, is listed and shown whole, and is applied as it was shown', async (t) => {
    const home = await homeThatAsks(t, 'true');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('proposed', 1);
    assert.deepEqual(home.noteNames(), ['log.md']);
    const [row, ...others] = await inbox(home);
    assert.ok(row);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row.rule, row.position, row.kind, row.target, row.reason],
      ['ask', 0, 'write', join(home.notes, 'a.md'), 'its rule asks for your approval'],
    );
    assert.equal(Date.parse(row.expiresAt ?? '') - Date.parse(row.proposedAt), 7 * 86_400_000);
    const id = row.thought.slice(0, 10);
    const view = await shown(home, id);
    assert.deepEqual([view.before, view.after, view.editable], [null, 'said word-1', true]);
    assert.match((await cli(home, 'status')).stdout, /1 output proposed.*consciousness inbox/);
    assert.match((await cli(home, 'inbox', 'show', id)).stdout, /would create .*a\.md\n {2}\+said word-1/);
    const result = await decided(home, 'approve', id, '--digest', view.digest ?? '');
    assert.deepEqual([result.code, result.ok, result.state], [0, true, 'applied'], result.stderr);
    assert.equal(home.note('a.md'), 'said word-1');
    assert.deepEqual(await statesOf(home, row.thought), ['done', 'applied', 'applied']);
    assert.deepEqual(await inbox(home), []);
    const again = await decided(home, 'approve', id);
    assert.deepEqual([again.code, again.ok], [1, false]);
    assert.match(again.reason, /nothing of it waits for you: the thought is done/);
    assert.equal((await cli(home, 'undo', id)).code, 0);
    assert.deepEqual(home.noteNames(), []);
    await daemon.end();
  });

  it('under a condition waits only where it holds', async (t) => {
    const home = await homeThatAsks(t, 'when answer.amount > 100');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'small.md'), 'word-1 amount 99');
    writeFileSync(join(home.inbox, 'large.md'), 'word-2 amount 101');
    await daemon.reached('proposed', 1);
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['log.md', 'small.md']);
    const [row] = await inbox(home);
    assert.match(row?.reason ?? '', /approval when answer\.amount > 100/);
    await daemon.end();
  });

  it('that is rejected is denied, and its thought is done', async (t) => {
    const home = await homeThatAsks(t, 'true');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('proposed', 1);
    const [row] = await inbox(home);
    const id = row?.thought ?? '';
    const result = await decided(home, 'reject', id);
    assert.deepEqual([result.code, result.state], [0, 'denied']);
    await daemon.reached('done', 1);
    assert.deepEqual(await statesOf(home, id), ['done', 'denied', 'applied']);
    assert.deepEqual(home.noteNames(), ['log.md']);
    assert.equal((await decided(home, 'reject', id)).code, 1);
    await daemon.end();
  });

  it('is written as a person edited it', async (t) => {
    const home = await homeThatAsks(t, 'true');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('proposed', 1);
    const [row] = await inbox(home);
    const id = row?.thought ?? '';
    const editor = join(home.folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nprintf "%s, and mine" "$(cat "$1")" > "$1"\n');
    chmodSync(editor, 0o755);
    const before = { visual: process.env['VISUAL'] };
    process.env['VISUAL'] = editor;
    t.after(() => {
      if (before.visual === undefined) delete process.env['VISUAL'];
      else process.env['VISUAL'] = before.visual;
    });
    assert.equal((await cli(home, 'inbox', 'edit', id)).code, 2, 'without a terminal it needs --yes');
    const result = await decided(home, 'edit', id, '--yes');
    assert.deepEqual([result.code, result.state], [0, 'applied'], result.stderr);
    assert.equal(home.note('a.md'), 'said word-1, and mine');
    await daemon.end();
  });

  it('is refused where what stands at its target is not what was shown', async (t) => {
    const home = await homeThatAsks(t, 'true');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('proposed', 1);
    const [row] = await inbox(home);
    const id = row?.thought ?? '';
    const { digest } = await shown(home, id);
    writeFileSync(join(home.notes, 'a.md'), 'a note of mine');
    const result = await decided(home, 'approve', id, '--digest', digest ?? '');
    assert.deepEqual([result.code, result.ok, result.state], [1, false, 'proposed']);
    assert.match(result.reason, /not what was shown/);
    const anew = await shown(home, id);
    assert.deepEqual([anew.target, anew.before], [join(home.notes, 'a-2.md'), null], 'never over it');
    assert.equal((await decided(home, 'approve', id)).code, 0);
    assert.deepEqual([home.note('a.md'), home.note('a-2.md')], ['a note of mine', 'said word-1']);
    await daemon.end();
  });

  it('is applied once where two approve it at once', async (t) => {
    const home = await homeThatAsks(t, 'true');
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('proposed', 1);
    const [row] = await inbox(home);
    const id = row?.thought ?? '';
    const { digest } = await shown(home, id);
    const both = await Promise.all([1, 2].map(() => decided(home, 'approve', id, '--digest', digest ?? '')));
    assert.deepEqual(both.map(({ ok }) => ok).sort(), [false, true]);
    assert.deepEqual(home.noteNames(), ['a.md', 'log.md']);
    await daemon.end();
  });
});

describe('a note that a person edited since', () => {
  it('is replaced by exactly what was shown once it is approved, and undo brings it back', async (t) => {
    const server = await startModelServer((prompt) => `said ${/word-\d+/.exec(prompt)?.[0]}`);
    t.after(() => server.stop());
    const home = createHome(t, server.url);
    home.rule('copy', copyRule(home));
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'a.md'), 'word-1');
    await daemon.reached('done', 1);
    writeFileSync(join(home.notes, 'a.md'), 'said word-1, with my own words');
    writeFileSync(join(home.inbox, 'a.md'), 'word-2');
    await daemon.reached('proposed', 1);
    const [row] = await inbox(home);
    const id = row?.thought ?? '';
    const view = await shown(home, id);
    assert.deepEqual([view.before, view.after], ['said word-1, with my own words', 'said word-2']);
    writeFileSync(join(home.notes, 'a.md'), 'edited once more');
    assert.equal((await decided(home, 'approve', id, '--digest', view.digest ?? '')).code, 1);
    assert.equal(home.note('a.md'), 'edited once more');
    const result = await decided(home, 'approve', id);
    assert.deepEqual([result.code, result.state], [0, 'applied']);
    assert.equal(home.note('a.md'), 'said word-2');
    assert.equal((await cli(home, 'undo', id)).code, 0);
    assert.equal(home.note('a.md'), 'edited once more');
    await daemon.end();
  });
});

describe('a daemon that is killed between an approval and its end', { concurrency: 3 }, () => {
  const points = [
    ...['commit:approve:before', 'commit:approve:after', 'output:begun', 'temporary:synced'],
    ...['ledger:known', 'link:after', 'link:alone', 'output:applied'],
    ...['commit:finish:before', 'commit:finish:after'],
  ];
  for (const point of points) {
    it(`at ${point} has it applied once by the next one, if it was approved`, async (t) => {
      const home = await homeThatAsks(t, 'true');
      const daemon = await startDaemon(t, home);
      writeFileSync(join(home.inbox, 'a.md'), 'word-1');
      await daemon.reached('proposed', 1);
      await daemon.end();
      const killed = beginLife(home.folder, { point, hit: 1, signal: 'SIGKILL', swaps: [] });
      await killed.ready;
      const [row] = await inbox(home);
      const id = row?.thought ?? '';
      await cli(home, 'inbox', 'approve', id);
      assert.equal(await killed.met, true);
      const again = await startDaemon(t, home);
      if (point === 'commit:approve:before') {
        assert.deepEqual(await statesOf(home, id), ['proposed', 'proposed', 'applied']);
        assert.equal((await decided(home, 'approve', id)).code, 0);
      } else if ((await statesOf(home, id))[0] !== 'done') await again.reached('done', 1);
      assert.deepEqual(await statesOf(home, id), ['done', 'applied', 'applied']);
      assert.deepEqual(home.noteNames(), ['a.md', 'log.md'], 'once, and nothing is left over');
      assert.equal(home.note('a.md'), 'said word-1');
      await again.end();
    });
  }
});
