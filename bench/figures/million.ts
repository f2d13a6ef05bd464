import { join } from 'node:path';
import type { Figure } from '../figure.ts';

const EVENTS = 1_000_000;
const TARGET_MS = 100;
const TARGET_GROWTH = 1.1;

interface Tenth {
  waiting: number;
  slowest: number;
  p99: number;
  mb: number;
}

/** A million events and thoughts through the real journal: memory, and the time of the question behind `status`. */
export const million: Figure = {
  name: 'million',
  onlyNamed: true,
  async measure(bench) {
    const file = join(bench.folder('million'), 'state', 'consciousness.db');
    const child = bench.children.program('million', [file, String(EVENTS)]);
    const tenths: Tenth[] = [];
    while (tenths.length < 10) {
      const line = await child.line((each) => each.startsWith(`{"tenth":${tenths.length + 1},`));
      // Written by the program beside this one.
      tenths.push(JSON.parse(line) as Tenth);
      bench.say(line);
    }
    const [first, last] = [tenths[0], tenths[9]];
    if (last?.waiting !== EVENTS || !first) throw new Error(`${last?.waiting} thoughts of ${EVENTS} events`);
    const slowest = Math.max(...tenths.map((tenth) => tenth.slowest));
    // By then heaps and page caches have grown to what they are allowed.
    const warm = tenths[2] ?? first;
    const growth = last.mb / warm.mb;
    return {
      rows: [
        {
          what: `${EVENTS} events: the question behind status, slowest`,
          ours: `${slowest.toFixed(0)} ms`,
          baseline: `${first.slowest.toFixed(0)} ms up to ${EVENTS / 10} events`,
          ratio: slowest / first.slowest,
          target: `<= ${TARGET_MS} ms`,
          met: slowest <= TARGET_MS,
        },
        {
          what: `${EVENTS} events: resident memory`,
          ours: `${last.mb.toFixed(0)} MB`,
          baseline: `${warm.mb.toFixed(0)} MB with ${(3 * EVENTS) / 10} events`,
          ratio: growth,
          target: `<= ${TARGET_GROWTH}x`,
          met: growth <= TARGET_GROWTH,
        },
      ],
      notes: [
        'Asked every 20 ms while batches of 200 files are journaled, each with an event, an index row and a thought ' +
          `that waits; p99 in the last tenth ${last.p99.toFixed(1)} ms. The index that the files sense holds in memory ` +
          'grows with the files watched, not with events, and is not part of it.',
      ],
    };
  },
};
