import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { countFsyncs } from '../fsyncs.ts';
import { createHome, type Daemon, type Home, smallDocument, startDaemon, startModel } from '../home.ts';
import { fsyncTimes } from '../machine.ts';
import { median, percentile } from '../statistics.ts';

const WARM_UP = 20;
const THOUGHTS = 100;
const TRACED = 20;
const FSYNCS = 10;
const REST_MS = 10;

/** What a thought costs besides the model and the settling: from its event to its note on disk. */
export const overhead: Figure = {
  name: 'overhead',
  async measure(bench) {
    const model = await startModel(bench);
    const home = createHome(bench, model.url);
    const daemon = await startDaemon(bench, home);
    await thinkEach(bench, home, daemon, 'warm-up', WARM_UP);
    const before = fsyncTimes(home.folder);
    const thoughts = await thinkEach(bench, home, daemon, 'note', THOUGHTS);
    const fsync = median([...before, ...fsyncTimes(home.folder)]);
    const traced = await countFsyncs(daemon.pid, home, async () => {
      await thinkEach(bench, home, daemon, 'traced', TRACED);
    });
    await daemon.stop();
    await model.stop();

    const toNote = thoughts.map(({ seen, noted }) => noted - seen);
    const p50 = percentile(toNote, 0.5);
    const allowed = FSYNCS * fsync + REST_MS;
    const toDone = thoughts.map(({ seen, done }) => done - seen);
    const fromWrite = thoughts.map(({ written, noted }) => noted - written);
    return {
      rows: [
        {
          what: 'overhead of a thought, p50',
          ours: `${p50.toFixed(1)} ms`,
          baseline: `${FSYNCS} fsyncs of ${fsync.toFixed(2)} ms + ${REST_MS} ms = ${allowed.toFixed(1)} ms`,
          ratio: p50 / allowed,
          target: '<= 1x',
          met: p50 <= allowed,
        },
      ],
      notes: [
        `${THOUGHTS} files, one at a time, from the journal taking the event to the note having its name; a rule ` +
          `that settles after 1 ms, which is included. p99 ${percentile(toNote, 0.99).toFixed(1)} ms; to the thought being ` +
          `done, p50 ${percentile(toDone, 0.5).toFixed(1)} ms; from the file's write to the note, p50 ${percentile(fromWrite, 0.5).toFixed(1)} ms.`,
        traced === null
          ? 'The fsyncs were not counted: that needs strace.'
          : `fsyncs of a thought, counted by strace over ${TRACED}: ${traced.map(({ what, count }) => `${what} ${(count / TRACED).toFixed(1)}`).join(', ')}.`,
      ],
    };
  },
};

interface Times {
  written: number;
  /** The journal took its event. */
  seen: number;
  noted: number;
  done: number;
}

/** Drops files one at a time, each once the thought about the one before is done. */
async function thinkEach(
  bench: Bench,
  home: Home,
  daemon: Daemon,
  name: string,
  count: number,
): Promise<Times[]> {
  const all: Times[] = [];
  for (let index = 0; index < count; index += 1) {
    const file = `${name}-${index}.md`;
    const times: Times = { written: 0, seen: 0, noted: 0, done: 0 };
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (times.seen > 0 && times.noted > 0 && times.done > 0) resolve();
    };
    const watcher = watch(home.notes, (_, changed) => {
      if (changed === file && times.noted === 0) times.noted = Date.now();
      look();
    });
    const off = daemon.onEvent((event) => {
      if (event.type === 'perceived' && event.path.endsWith(file)) times.seen = Date.parse(event.at);
      if (event.type === 'state' && event.state === 'done' && event.subject.endsWith(file))
        times.done = Date.parse(event.at);
      look();
    });
    writeFileSync(join(home.inbox, file), smallDocument(index));
    times.written = Date.now();
    await promise;
    off();
    watcher.close();
    all.push(times);
    await bench.pause(5);
  }
  return all;
}
