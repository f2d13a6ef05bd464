import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createBurst } from '../../../src/senses/logs/burst.ts';
import { isKnown, MOST_KNOWN, stillKnown } from '../../../src/senses/logs/cursor.ts';
import { createLineSplitter, KEPT, LONGEST_LINE } from '../../../src/senses/logs/lines.ts';
import { createLogPatterns } from '../../../src/senses/logs/patterns.ts';
import { createRecordGrouper, type LogRecord } from '../../../src/senses/logs/records.ts';
import { byAge, rotatedNames } from '../../../src/senses/logs/rotated-names.ts';
import { shapeOf } from '../../../src/senses/logs/shape.ts';

const texts = (bytes: Buffer | string, ...more: (Buffer | string)[]) => {
  const splitter = createLineSplitter(0);
  const lines = [bytes, ...more].flatMap((each) => splitter.push(Buffer.from(each)));
  const rest = splitter.flush();
  return [...lines, ...(rest ? [rest] : [])].map(({ text }) => text);
};

describe('lines of a log', () => {
  it('are the same whatever the pieces in which the bytes come, and every byte is in one of them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.map((each) => (each % 5 === 0 ? 10 : each))),
        fc.array(fc.integer({ min: 1, max: 20 })),
        (bytes, cuts) => {
          const splitter = createLineSplitter(100);
          const lines = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            lines.push(...splitter.push(Buffer.from(bytes.slice(at, at + cut))));
            at += cut;
          }
          const last = splitter.flush();
          if (last) lines.push(last);
          const whole = createLineSplitter(100);
          const expected = whole.push(Buffer.from(bytes));
          const rest = whole.flush();
          if (rest) expected.push(rest);
          assert.deepEqual(lines, expected);
          let next = 100;
          for (const { from, to } of lines) {
            assert.equal(from, next);
            next = to;
          }
          assert.equal(next, 100 + bytes.length);
        },
      ),
    );
  });

  it('end with a line feed, with or without a carriage return before it', () => {
    assert.deepEqual(texts('one\r\ntwo\n\nlast'), ['one', 'two', '', 'last']);
  });

  it('are read as UTF-8, else as what Windows wrote, without colours and the zeros of a hole', () => {
    assert.deepEqual(texts(Buffer.from([0xc3, 0xa4, 10, 0xe4, 10])), ['ä', 'ä']);
    assert.deepEqual(texts('\u001b[31mERROR\u001b[0m\n'), ['ERROR']);
    assert.deepEqual(texts('\tat\u009b31m x\u0000y\u0007 10%\r20%\n'), ['\tat x y  10% 20%']);
    assert.deepEqual(texts(Buffer.concat([Buffer.alloc(300), Buffer.from('after the hole\n')])), [
      'after the hole',
    ]);
  });

  it('that are very long are cut with a mark, and end at a megabyte though no end has come', () => {
    const [long = ''] = texts(`${'ä'.repeat(KEPT)}${'b'.repeat(KEPT)}\n`);
    assert.ok(long.startsWith('ä'.repeat(KEPT)));
    assert.match(long, /… \(a line of 49152 bytes\)$/);
    const splitter = createLineSplitter(0);
    const lines = splitter.push(Buffer.alloc(LONGEST_LINE + 5, 'x'));
    assert.deepEqual(
      lines.map(({ from, to }) => [from, to]),
      [[0, LONGEST_LINE]],
    );
    assert.equal(splitter.rest, LONGEST_LINE);
  });
});

describe('records of a log', () => {
  const group = (lines: string[], multiline = true) => {
    const grouper = createRecordGrouper(multiline);
    let at = 0;
    const records = lines.flatMap((text) => {
      const line = { from: at, to: at + text.length + 1, text };
      at = line.to;
      return grouper.push(line, /^\S/.test(text));
    });
    const last = grouper.flush();
    return [...records, ...(last ? [last] : [])];
  };

  it('are a line that begins one and those after it', () => {
    const records = group([' rest of one', 'two', '  at a', '  at b', 'three']);
    assert.deepEqual(
      records.map(({ text, lines }) => [text, lines]),
      [
        [' rest of one', 1],
        ['two\n  at a\n  at b', 3],
        ['three', 1],
      ],
    );
    assert.deepEqual(
      records.map(({ from, to }) => [from, to]),
      [
        [0, 13],
        [13, 31],
        [31, 37],
      ],
    );
  });

  it('are single lines where nothing says what begins one', () => {
    assert.deepEqual(
      group([' a', 'b'], false).map(({ text }) => text),
      [' a', 'b'],
    );
  });

  it('end at 500 lines and at 64 KB, and go on as another', () => {
    assert.deepEqual(
      group(['a', ...Array(1200).fill(' b')]).map(({ lines }) => lines),
      [500, 500, 201],
    );
    assert.deepEqual(
      group(['a', ...Array(6).fill(` ${'b'.repeat(16_000)}`)]).map(({ lines }) => lines),
      [5, 2],
    );
  });
});

describe('a burst', () => {
  const record = (text: string, from = 0): LogRecord => ({ from, to: from + 1, lines: 1, text });
  const burst = (most: number, ...lines: string[]) => {
    const gathered = createBurst(most);
    for (const [at, text] of lines.entries()) gathered.add(record(text, at), Date.UTC(2026, 0, 1, 0, 0, at));
    return gathered;
  };

  it('of few records is all of them', () => {
    const few = burst(3, 'one', 'two', 'three');
    assert.equal(few.text(), 'one\ntwo\nthree');
    assert.deepEqual([few.records, few.lines, few.from], [3, 3, 0]);
  });

  it('of many has the first and the last whole, and tells of the rest how many there were of which kind', () => {
    const many = Array.from({ length: 7 }, (_, at) => `GET "/a${at}" took ${at} ms`);
    assert.equal(
      burst(4, 'first', 'second', ...many, 'odd', 'last but one', 'last').text(),
      [
        'first',
        'second',
        '[…]',
        'last but one',
        'last',
        '',
        'and 8 more like these:',
        '7 × GET <text> took <n> ms (2026-01-01T00:00:02.000Z to 2026-01-01T00:00:08.000Z)',
        '1 × odd (2026-01-01T00:00:09.000Z)',
      ].join('\n'),
    );
  });

  it('counts every record once, and stays small however many and however long they are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.constantFrom('a', 'b 1', 'b 2', 'c'.repeat(70_000), 'd'), { maxLength: 40 }),
        (most, lines) => {
          const text = burst(most, ...lines).text();
          const [whole = '', rest = ''] = text.split(/\n\nand \d+ more like these:\n/);
          const counted = [...rest.matchAll(/^(\d+) × /gm)].reduce(
            (sum, [, count]) => sum + Number(count),
            0,
          );
          const shown = whole.split('\n').filter((line) => line !== '' && line !== '[…]').length;
          assert.equal(shown + counted, lines.length);
          assert.ok(shown <= most);
          assert.ok(text.length < 400_000);
        },
      ),
    );
    const varied = createBurst(2);
    for (let at = 0; at < 5000; at += 1)
      varied.add(record(`kind ${'x'.repeat((at % 60) + 1)} ${'y'.repeat((at % 61) + 1)}`), 0);
    assert.match(varied.text(), /\d+ of more than \d+ other shapes$/);
    assert.ok(varied.text().length < 100_000);
  });

  it('takes records for alike that differ in numbers, identities, texts, paths and addresses only', () => {
    const alike = [
      '2026-11-26T10:00:01Z worker 7: job 550e8400-e29b-41d4-a716-446655440000 failed: "no such file" /var/lib/a.db',
      '2026-11-27T11:30:59Z worker 12: job 123e4567-e89b-12d3-a456-426614174000 failed: "denied" /srv/other/b.db',
    ];
    assert.equal(new Set(alike.map(shapeOf)).size, 1);
    assert.notEqual(shapeOf('started'), shapeOf('stopped'));
  });
});

describe('the expressions of a rule on a log', () => {
  const none = { match: null, ignore: null, begins: null };

  it('want what matches and is not to be ignored; ^ and $ are the ends of lines', () => {
    const patterns = createLogPatterns({ ...none, match: '^ERROR', ignore: 'harmless$' });
    const records = ['ERROR one', 'INFO two', 'ERROR harmless', 'a\nERROR b'];
    assert.deepEqual(patterns.match(records), { wanted: [true, false, false, true], undecided: 0 });
  });

  it('want what they are too slow to tell, and say which one it was', () => {
    const patterns = createLogPatterns({ ...none, match: '^(a+)+$' });
    const { wanted, undecided } = patterns.match(['aaa', 'b', `${'a'.repeat(40)}!`, 'b', 'aa']);
    assert.deepEqual(wanted, [true, false, true, false, true]);
    assert.equal(undecided, 1);
    assert.equal(patterns.slow(), '^(a+)+$');
  });

  it('do not hold up the daemon with one slow text after another', () => {
    const patterns = createLogPatterns({ ...none, match: '^(a+)+$' });
    const began = performance.now();
    const { undecided } = patterns.match(Array(1000).fill(`${'a'.repeat(40)}!`));
    assert.equal(undecided, 1000);
    assert.ok(performance.now() - began < 5000);
  });
});

describe('the rotated files that are known', () => {
  const file = (ino: number, birth: number) => ({ dev: 1, ino, birth });

  it('are the newest 200: older ones are known by their age, but for those that tell none', () => {
    const aged = Array.from({ length: 300 }, (_, at) => file(at, at + 1));
    const kept = stillKnown(aged, aged);
    assert.equal(kept.length, 200);
    for (const each of aged) assert.ok(isKnown(kept, each));
    assert.ok(!isKnown(kept, file(999, 400)));
    const ageless = aged.map(({ ino }) => file(ino, 0));
    assert.equal(stillKnown(ageless, ageless).length, 300);
  });
});

describe('the rotated files of a log', () => {
  it('are known by their names', () => {
    const isRotated = rotatedNames('app.log');
    for (const name of [
      'app.log.1',
      'app.log-20261126',
      'app.log.2026-11-26',
      'app.1.log',
      'app-2026-11-26.log',
      'app.log.old',
    ])
      assert.ok(isRotated(name), name);
    for (const name of [
      'app.log',
      'app.log.1.gz',
      'app.log.bak',
      'application.log.1',
      'app.logs',
      'app.log~',
      'other.log.1',
    ])
      assert.ok(!isRotated(name), name);
    const isDated = rotatedNames('app.2026-11-26.log', true);
    assert.ok(isDated('app.2026-11-25.log'));
    assert.ok(!isDated('web.2026-11-25.log'));
    assert.ok(!rotatedNames('app.2026-11-26.log')('app.2026-11-25.log'));
  });

  it('are in order by birth, by their last change, and by number', () => {
    const at = (name: string, birth: number, mtime = 0) => ({ name, birth, mtime });
    const sorted = [
      at('app.log.2', 5),
      at('app.log.10', 5),
      at('app.log.1', 5),
      at('b', 7),
      at('a', 5, 1),
    ].sort(byAge);
    assert.deepEqual(
      sorted.map(({ name }) => name),
      ['app.log.10', 'app.log.2', 'app.log.1', 'a', 'b'],
    );
  });

  it('that are older than all that are kept are known', () => {
    const known = Array.from({ length: MOST_KNOWN }, (_, at) => ({ dev: 1, ino: at, birth: 1000 + at }));
    assert.ok(isKnown(known, { dev: 1, ino: 9999, birth: 10 }));
    assert.ok(!isKnown(known, { dev: 1, ino: 9999, birth: 5000 }));
    assert.ok(!isKnown(known.slice(1), { dev: 1, ino: 9999, birth: 10 }));
  });
});
