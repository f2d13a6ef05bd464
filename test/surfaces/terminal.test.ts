import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { age, ago, bytes, span } from '../../src/surfaces/cli/phrases.ts';
import { parseSince } from '../../src/surfaces/cli/since.ts';
import { printTable } from '../../src/surfaces/cli/table.ts';
import { createTerminal, fit, widthOf } from '../../src/surfaces/cli/terminal.ts';
import { here } from './command-line.ts';
import { running } from './running.ts';

const HARMFUL =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

function open(facts: { isTTY?: boolean; columns?: number; colour?: boolean; plain?: boolean } = {}) {
  const printed: string[] = [];
  const { colour = true, plain = false, ...sink } = facts;
  const terminal = createTerminal(
    { ...sink, write: (text) => printed.push(text) },
    {
      colour,
      plain,
      screen: { status: '' },
    },
  );
  return { terminal, printed: () => printed.join('') };
}

describe('the terminal', () => {
  it('redraws its last line beneath the others, each time with one write, and cuts it to fit', () => {
    const writes: string[] = [];
    const sink = { isTTY: true, columns: 12, write: (text: string) => writes.push(text) };
    const terminal = createTerminal(sink, { colour: false, plain: false, screen: { status: '' } });
    terminal.status('thinking about', ' it');
    terminal.status('thinking about', ' it');
    terminal.line('done');
    sink.columns = 40;
    terminal.status('2 left');
    terminal.status();
    terminal.line('end');
    assert.deepEqual(writes, [
      'thinking a…',
      '\r\x1b[2Kdone\nthinking a…',
      '\r\x1b[2K2 left',
      '\r\x1b[2K',
      'end\n',
    ]);
  });

  it('has no such line when piped or plain, and then a row of a table is a sentence', () => {
    for (const facts of [{ isTTY: false }, { isTTY: true, plain: true, columns: 20 }]) {
      const { terminal, printed } = open(facts);
      terminal.status('thinking');
      terminal.line('done');
      assert.equal(printed(), 'done\n');
    }
    const { terminal, printed } = open({ isTTY: true, plain: true, columns: 20 });
    const columns = [{ title: 'STATE' }, { title: 'AGE' }, { title: '', flexible: true }];
    printTable(terminal, columns, [
      [['green', 'done'], '-', 'a name that is longer than the terminal is wide'],
    ]);
    assert.equal(printed(), 'state done, a name that is longer than the terminal is wide\n');
  });

  it('prints nothing harmful, whatever it is given', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...'\u001b\u009b\u0007\u202e\u2066\r\u007f\ufeff\u{e0041}'),
      ),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const { terminal, printed } = open({ isTTY: true, colour: false });
        terminal.line('a', ['red', text], 'b');
        terminal.text(text.replaceAll('\t', ''));
        terminal.json({ [text]: text });
        terminal.jsonLine([text]);
        printTable(terminal, [{ title: text, flexible: true }], [[text]]);
        assert.doesNotMatch(printed(), HARMFUL);
        assert.ok(printed().isWellFormed());
      }),
    );
  });

  it('adds only its own colours to a harmless text', () => {
    const { terminal, printed } = open({ isTTY: true });
    terminal.line(['red', '\u001b[32mx']);
    assert.equal(printed(), '\u001b[31m\\x1b[32mx\u001b[39m\n');
  });

  it('has no colours when it is piped, or they are not wanted', () => {
    for (const facts of [{ isTTY: false }, { isTTY: true, colour: false }, {}]) {
      const { terminal, printed } = open(facts);
      terminal.line(['red', 'x']);
      assert.equal(printed(), 'x\n');
    }
  });

  it('keeps line breaks and tabs in running text, and shows them in a line', () => {
    const { terminal, printed } = open();
    terminal.text('a\r\nb\tc\rd');
    terminal.line('a\nb');
    assert.equal(printed(), 'a\nb\tc\\x0dda\\x0ab\n');
  });

  it('keeps JSON the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (value, text) => {
        const { terminal, printed } = open();
        terminal.json([value, text, '\u{e0041}\u202e\u001b\n']);
        assert.deepEqual(
          JSON.parse(printed()),
          JSON.parse(JSON.stringify([value, text, '\u{e0041}\u202e\u001b\n'])),
        );
      }),
    );
  });
});

describe('a table', () => {
  const columns = [
    { title: 'ID' },
    { title: 'N', align: 'right' as const },
    { title: 'ABOUT', flexible: true },
  ];

  it('is aligned by the columns that characters take, not by their number', () => {
    const { terminal, printed } = open();
    printTable(terminal, columns, [
      ['日本', '7', 'x'],
      ['e\u0301', '10', 'y'],
    ]);
    assert.equal(printed(), 'ID     N  ABOUT\n日本   7  x\ne\u0301     10  y\n');
  });

  it('fits the terminal by cutting the flexible column, and is whole when piped', () => {
    const long = 'word '.repeat(40).trim();
    const narrow = open({ isTTY: true, columns: 40, colour: false });
    printTable(narrow.terminal, columns, [['abcdef', '1', long]]);
    for (const line of narrow.printed().trimEnd().split('\n')) assert.ok(widthOf(line) <= 40, line);
    assert.match(narrow.printed(), /…\n$/);
    const piped = open();
    printTable(piped.terminal, columns, [['abcdef', '1', long]]);
    assert.ok(piped.printed().includes(long));
  });

  it('never cuts through a character that takes two columns', () => {
    assert.equal(fit('日本語', 4), '日…');
    assert.equal(fit('日本語', 6), '日本語');
    assert.equal(fit('abc', 0), '');
  });
});

describe('colour', () => {
  const coloured = /\u001b\[/;

  it('is used at a terminal and fits its width', async (t) => {
    const { home, daemon } = await running(t);
    daemon.add({ state: 'dead', reason: 'because '.repeat(30) });
    const { out } = await here(['thoughts', '--home', home], { tty: true, columns: 70 });
    assert.match(out, /\u001b\[31mdead/);
    for (const line of out.replaceAll(/\u001b\[\d+m/g, '').split('\n')) assert.ok(widthOf(line) <= 70, line);
  });

  it('is not used where NO_COLOR, --no-color or a dumb terminal says so', async (t) => {
    const { home, daemon } = await running(t);
    daemon.add({ state: 'dead' });
    const args = ['thoughts', '--home', home];
    assert.match((await here(args, { tty: true })).out, coloured);
    assert.match((await here(args, { tty: true, env: { NO_COLOR: '' } })).out, coloured);
    assert.doesNotMatch((await here(args, { tty: true, env: { NO_COLOR: '1' } })).out, coloured);
    assert.doesNotMatch((await here(args, { tty: true, env: { TERM: 'dumb' } })).out, coloured);
    assert.doesNotMatch((await here([...args, '--no-color'], { tty: true })).out, coloured);
    assert.doesNotMatch(
      (await here(['show', 'ffffffff', '--no-color', '--home', home], { tty: true })).err,
      coloured,
    );
  });
});

describe('phrases', () => {
  it('say times as people do', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    assert.equal(ago('2026-11-22T11:59:59.500Z', now), 'just now');
    assert.equal(ago('2026-11-22T11:58:00Z', now), '2 min ago');
    assert.equal(ago('2026-11-20T11:00:00Z', now), '2 d ago');
    assert.equal(ago('2026-11-22T12:00:03Z', now), 'in 3.0 s');
    assert.deepEqual([age(723), age(-5), age(2100)], ['less than 1 s', 'less than 1 s', '2.1 s']);
    assert.deepEqual([999, 2100, 59_000, 3_600_000].map(span), ['999 ms', '2.1 s', '59 s', '1 h']);
    assert.deepEqual([0, 999, 4000, 1_250_000, 80e9].map(bytes), [
      '0 B',
      '999 B',
      '4.0 KB',
      '1.3 MB',
      '80.0 GB',
    ]);
  });

  it('understand since when', () => {
    const now = Date.parse('2026-11-22T12:00:00Z');
    assert.equal(parseSince('90m', now), now - 90 * 60_000);
    assert.equal(parseSince('3d', now), now - 3 * 86_400_000);
    assert.equal(parseSince('2026-11-22T08:00:00Z', now), Date.parse('2026-11-22T08:00:00Z'));
    assert.equal(parseSince('2026-11-22', now), new Date(2026, 10, 22).getTime());
    for (const wrong of ['', '3', 'd', 'yesterday', '2026-13-45', '3 weeks ago']) {
      assert.throws(() => parseSince(wrong, now), { code: 'since-invalid', exitCode: 2 });
    }
  });
});
