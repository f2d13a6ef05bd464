import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Followed, LogFile } from './followed.ts';

type Act =
  | { do: 'write'; lines: number }
  | { do: 'part' }
  | { do: 'rename' | 'move away' | 'copy' | 'truncate' | 'wait' }
  | { do: 'look'; survives: boolean }
  | { do: 'die' };

const always = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('part' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('look' as const), survives: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const) }) },
);

/** What a logger and a daemon do, in any order. */
const life = (...rotations: ('rename' | 'move away' | 'copy' | 'truncate')[]) =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: always },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom(...rotations) }) },
    ),
    { minLength: 1, maxLength: 40 },
  ) as fc.Arbitrary<Act[]>;

/** Lives it, and compares what was told with what was written. */
async function live(acts: readonly Act[]): Promise<void> {
  const log = new LogFile();
  try {
    log.write('before anybody looked\n');
    const followed = new Followed(log.path);
    await followed.look();
    const written: string[] = [];
    const mayBeLost = new Set<string>();
    let inFile: string[] = [];
    let part = '';
    const line = () => `${part}line ${written.length} of them ${'x'.repeat(written.length % 50)}`;
    for (const act of acts) {
      switch (act.do) {
        case 'write':
          for (let left = act.lines; left > 0; left -= 1) {
            const text = line();
            log.write(`${text.slice(part.length)}\n`);
            written.push(text);
            inFile.push(text);
            part = '';
          }
          break;
        case 'part':
          if (part === '') {
            part = `part ${written.length} `;
            log.write(part);
          }
          break;
        case 'rename':
        case 'move away':
        case 'copy':
        case 'truncate':
          // Nobody cuts a line in two.
          if (part !== '') {
            const text = line();
            log.write(`${text.slice(part.length)}\n`);
            written.push(text);
            inFile.push(text);
            part = '';
          }
          if (act.do === 'rename') log.rename();
          else if (act.do === 'move away') log.rename(false);
          else if (act.do === 'copy') log.copyAndTruncate();
          else {
            for (const each of inFile) mayBeLost.add(each);
            log.truncate();
          }
          inFile = [];
          break;
        case 'look':
          if (!(await followed.look(act.survives))) followed.time += 700;
          // A percept that was not made durable is the end of that process.
          if (!act.survives) await followed.restart();
          break;
        case 'wait':
          followed.time += 3000;
          break;
        case 'die':
          await followed.restart();
          break;
        default:
          act satisfies never;
      }
    }
    if (part !== '') log.write(`${line().slice(part.length)}\n`);
    if (part !== '') written.push(line());
    await followed.settle();
    await followed.close();
    const told = followed.lines();
    const twice = told.filter((each, at) => told.indexOf(each) !== at);
    assert.deepEqual(twice, [], 'told twice');
    const missing = written.filter((each) => !told.includes(each) && !mayBeLost.has(each));
    assert.deepEqual(missing, [], 'never told');
    assert.deepEqual(
      // Of a line that was cut away, the beginning may have been there when it was looked at.
      told.filter((each) => !written.includes(each) && ![...mayBeLost].some((lost) => lost.startsWith(each))),
      [],
      'never written',
    );
  } finally {
    log.remove();
  }
}

const numRuns = Number(process.env['RUNS'] ?? 150);

describe('a log that is followed', () => {
  it('tells every line exactly once where it is rotated by renaming, whenever the process dies', () =>
    fc.assert(fc.asyncProperty(life('rename', 'move away'), live), { numRuns }));

  it('tells every line exactly once where it is copied and truncated', () =>
    fc.assert(fc.asyncProperty(life('copy'), live), { numRuns }));

  it('tells every line exactly once where a logger does both', () =>
    fc.assert(fc.asyncProperty(life('copy', 'rename'), live), { numRuns }));

  it('tells no line twice where it is truncated, and every line that was not cut away', () =>
    fc.assert(fc.asyncProperty(life('truncate', 'rename'), live), { numRuns }));
});
