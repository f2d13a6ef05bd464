import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { here } from './command-line.ts';
import { running } from './running.ts';

const ID = 'abcdef0123456789abcd';
const OTHER = 'beef00123456789abcd0';

describe('inbox', { concurrency: 4 }, () => {
  it('lists what waits in a few words each, and at a terminal says how to go on', async (t) => {
    const { daemon, home } = await running(t);
    daemon.propose({ thought: ID });
    const moved = { kind: 'move', mode: 'move', source: '/inbox/scan.pdf', before: null, after: null };
    daemon.propose({ ...moved, thought: OTHER, target: '/nowhere/Filed/2026/scan.pdf' });
    daemon.propose({ ...moved, thought: OTHER, position: 1, target: '/filed/invoice.pdf', expiresAt: null });
    const { code, out } = await here(['inbox', '--home', home], { tty: true, columns: 200 });
    assert.equal(code, 0);
    const lines = out.replaceAll(/\u001b\[\d+m/g, '').split('\n');
    assert.match(lines[1] ?? '', /^abcdef0123 {2,}file-the-inbox {2,}write \/notes\/a\.md {2,}its rule asks/);
    assert.match(lines[2] ?? '', /^beef001234#1 .*move scan\.pdf -> ~\/Filed\/2026\/ /);
    assert.match(lines[3] ?? '', /^beef001234#2 .*move scan\.pdf -> \/filed\/invoice\.pdf .*never$/);
    assert.match(out, /inbox show --home .* ID/);
    const piped = await here(['inbox', '--home', home]);
    assert.doesNotMatch(piped.out, /See all of one/);
    assert.equal(JSON.parse((await here(['inbox', '--json', '--home', home])).out).length, 3);
  });

  it('says that nothing waits', async (t) => {
    const { home } = await running(t);
    assert.equal((await here(['inbox', '--home', home])).out, 'Nothing waits for you.\n');
  });

  it('show prints the diff, both names of a move, and all of what would be sent', async (t) => {
    const { daemon, home } = await running(t);
    daemon.propose({ thought: ID, before: 'one\nold\n', after: 'one\nnew\n' });
    daemon.propose({
      ...{
        thought: ID,
        position: 1,
        kind: 'move',
        mode: 'move',
        source: '/inbox/a.pdf',
        target: '/filed/b.pdf',
      },
      ...{ before: null, after: null, digest: null, held: 'its root is away' },
    });
    const content = `${'a long line '.repeat(500)}end`;
    daemon.propose({
      ...{ thought: ID, position: 2, kind: 'webhook', mode: 'send', target: 'webhook:home', content },
      ...{ before: null, after: null, editable: false },
    });
    const { code, out } = await here(['inbox', 'show', ID.slice(0, 6), '--home', home]);
    assert.equal(code, 0);
    assert.match(out, /abcdef0123#1 {2}file-the-inbox {2}proposed 1 h ago, denied in/);
    assert.match(out, /would replace \/notes\/a\.md\n.*@@.*\n {3}one\n {2}-old\n {2}\+new/);
    assert.match(
      out,
      /cannot be applied now: its root is away\nwould move \/inbox\/a\.pdf\n {2}to \/filed\/b\.pdf/,
    );
    assert.match(out, /would send to webhook:home\n {2}a long line .* end\n$/);
    const [only, ...none] = JSON.parse(
      (await here(['inbox', 'show', `${ID}#2`, '--json', '--home', home])).out,
    );
    assert.deepEqual([only.position, none.length], [1, 0]);
  });

  it('approve, reject: each says what became of it, and what cannot be is an answer of its own', async (t) => {
    const { daemon, home } = await running(t);
    daemon.add({ id: ID, state: 'proposed' });
    daemon.propose({ thought: ID });
    daemon.propose({ thought: ID, position: 1 });
    daemon.propose({ thought: OTHER, digest: null, held: 'its root is away' });
    const approved = await here(['inbox', 'approve', `${ID}#1`, OTHER, 'nonsense', '--json', '--home', home]);
    assert.equal(approved.code, 1);
    const results = JSON.parse(approved.out) as { ok: boolean; state: string; reason: string }[];
    assert.deepEqual(results.map(({ ok, state }) => [ok, state]).sort(), [
      [false, null],
      [false, 'proposed'],
      [true, 'applied'],
    ]);
    assert.ok(results.some(({ reason }) => /its root is away/.test(reason)));
    assert.ok(results.some(({ reason }) => /`nonsense` names no proposal/.test(reason)));
    const stale = await here(['inbox', 'approve', ID, '--digest', 'e'.repeat(64), '--home', home]);
    assert.deepEqual([stale.code, /not what was shown/.test(stale.out)], [1, true]);
    const rejected = await here(['inbox', 'reject', ID, OTHER, '--home', home]);
    assert.equal(rejected.code, 0);
    assert.match(rejected.out, /ok {2}abcdef0123#2 {2}denied/);
    assert.deepEqual(
      daemon.decided.map(({ position, state }) => [position, state]),
      [
        [0, 'applied'],
        [1, 'denied'],
        [0, 'denied'],
      ],
    );
  });

  it('approve --all asks for --yes where nobody can be asked, and needs ids or --all', async (t) => {
    const { daemon, home } = await running(t);
    daemon.add({ id: ID, state: 'proposed' });
    daemon.propose({ thought: ID });
    const asks = await here(['inbox', 'approve', '--all', '--home', home]);
    assert.deepEqual([asks.code, /or --yes/.test(asks.err)], [2, true]);
    for (const args of [[], [ID, '--all'], [ID, OTHER, '--digest', 'd'.repeat(64)]])
      assert.equal((await here(['inbox', 'approve', ...args, '--home', home])).code, 2);
    assert.equal(daemon.decided.length, 0);
    const all = await here(['inbox', 'approve', '--all', '--yes', '--home', home]);
    assert.deepEqual([all.code, daemon.decided.length], [0, 1]);
    assert.match((await here(['inbox', 'approve', '--all', '--yes', '--home', home])).out, /Nothing waits/);
  });

  it('edit approves what the editor leaves, nothing where it leaves it or fails, and only what can be edited', async (t) => {
    const { daemon, home } = await running(t);
    daemon.add({ id: ID, state: 'proposed' });
    daemon.propose({ thought: ID });
    const edit = (id: string, editor: string) =>
      here(['inbox', 'edit', id, '--yes', '--home', home], {
        env: { PATH: process.env['PATH'] ?? '', EDITOR: editor },
      });
    const none = await here(['inbox', 'edit', ID, '--yes', '--home', home]);
    assert.deepEqual([none.code, /no editor is known/.test(none.err)], [2, true]);
    const failed = await edit(ID, 'false');
    assert.deepEqual([failed.code, /ended with 1/.test(failed.err)], [1, true]);
    const same = await edit(ID, 'true');
    assert.deepEqual([same.code, /was not changed/.test(same.out)], [1, true]);
    assert.deepEqual(daemon.decided, []);
    const edited = await edit(ID, 'sed -i s/new/mine/');
    assert.equal(edited.code, 0, edited.err);
    assert.deepEqual(
      daemon.decided.map(({ content }) => content),
      ['mine\n'],
    );
    daemon.propose({ thought: OTHER, kind: 'tag', editable: false });
    const tag = await edit(OTHER, 'true');
    assert.match(tag.err, /cannot be edited.*\(proposal-not-editable\)/);
  });
});

describe('proposals over HTTP', () => {
  it('are refused with the reason where the path, the digest or the body is none', async (t) => {
    const { daemon, client } = await running(t);
    daemon.propose({ thought: ID });
    await assert.rejects(client.proposal(ID, 5), { code: 'proposal-unknown' });
    await assert.rejects(client.proposal('zz', 0), { code: 'request-invalid' });
    await assert.rejects(client.proposal(ID, -1), { code: 'request-invalid' });
    await assert.rejects(client.approve(ID, 0, { digest: 'short' }), { code: 'request-invalid' });
    await assert.rejects(client.approve(ID, 0, { digest: 'e'.repeat(64) }), { code: 'proposal-changed' });
    assert.equal((await client.proposals(ID.slice(0, 5))).length, 1);
    assert.deepEqual(await client.approve(ID, 0, { digest: 'd'.repeat(64), content: 'x' }), {
      thought: ID,
      position: 0,
      state: 'planned',
    });
  });
});
