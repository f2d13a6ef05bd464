import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  parseInputIdle,
  parseMutterIdle,
  parsePowerSource,
  parseSessionsIdle,
  readPresence,
} from '../../src/senses/presence.ts';

const NOW = 1_800_000_000_000;
const skip = process.platform === 'linux' ? false : 'looks at /dev and /sys of Linux';

describe('whether a person is there', { skip }, () => {
  function machine(t: TestContext, typedAgo: number | null) {
    const root = mkdtempSync(join(tmpdir(), 'presence-'));
    t.after(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, 'dev', 'pts'), { recursive: true });
    if (typedAgo !== null) {
      const terminal = join(root, 'dev', 'pts', '3');
      writeFileSync(terminal, '');
      utimesSync(terminal, (NOW - typedAgo) / 1000, NOW / 1000);
    }
    return (answers: Readonly<Record<string, string>>) =>
      readPresence({
        clock: { now: () => NOW },
        root,
        run: async (file, ...args) => answers[[file.split('/').at(-1), args[0]].join(' ').trim()] ?? null,
      });
  }

  const desktop = (hint: string, since: number) => ({
    'loginctl list-sessions': '  2 1000 user seat0 tty2 active no -\n',
    'loginctl show-session': `Type=wayland\nClass=user\nIdleHint=${hint}\nIdleSinceHint=${since * 1000}\n`,
  });

  it('is told by the last key at a terminal', async (t) => {
    assert.deepEqual(await machine(t, 90_000)({}), { onAc: true, idleMs: 90_000 });
  });

  it('is told by the desktop, and whichever was later counts', async (t) => {
    const ask = machine(t, 90_000);
    assert.equal((await ask({ 'gdbus call': '(uint64 1234,)\n' })).idleMs, 1234);
    assert.equal((await ask({ xprintidle: '5000\n' })).idleMs, 5000);
    assert.equal((await ask({ xprintidle: '500000\n' })).idleMs, 90_000);
    assert.equal((await machine(t, null)(desktop('yes', NOW - 700_000))).idleMs, 700_000);
  });

  it('is yes for a desktop that has not blanked its screen', async (t) => {
    assert.equal((await machine(t, null)(desktop('no', 0))).idleMs, 0);
  });

  it('is no where nobody has logged in, and unknown where nobody can be asked', async (t) => {
    assert.ok(((await machine(t, null)({ 'loginctl list-sessions': '' })).idleMs ?? 0) > 1000);
    assert.equal((await machine(t, null)({})).idleMs, null);
  });
});

describe('what programs tell of presence', () => {
  it('is read', () => {
    assert.equal(parseMutterIdle('(uint64 42,)'), 42);
    assert.equal(parseMutterIdle('Error: no such name'), null);
    assert.equal(parseInputIdle('    |   "HIDIdleTime" = 2500000000\n'), 2500);
    assert.equal(parseInputIdle(''), null);
    assert.equal(parsePowerSource("Now drawing from 'AC Power'\n"), true);
    assert.equal(parsePowerSource("Now drawing from 'Battery Power'\n"), false);
    assert.equal(parsePowerSource(''), null);
    const terminal = 'Type=tty\nClass=user\nIdleHint=no\nIdleSinceHint=0\n';
    assert.equal(parseSessionsIdle(terminal, NOW), null);
  });
});
