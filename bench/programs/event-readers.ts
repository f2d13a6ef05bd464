import { writeFileSync } from 'node:fs';
import http from 'node:http';

// Many readers of one event stream, through a Unix socket. Says `subscribed` when all of them are, and at SIGUSR2 what
// they got: how long after it was told each event was with the last of them. What the first one got, and when, goes
// into a file, so that another server can be made to tell the same.
const [socketPath = '', path = '', count = '1', file = ''] = process.argv.slice(2);
const readers = Number(count);

interface Told {
  /** Epoch ms: as the event itself says. */
  at: number;
  got: number;
  /** Milliseconds from being told to having been read by the first and by the last reader so far. */
  first: number;
  last: number;
}

const told = new Map<string, Told>();
const frames: { after: number; frame: string }[] = [];
const began = performance.now();
let subscribed = 0;
let dropped = 0;

for (let reader = 0; reader < readers; reader += 1) {
  const request = http.get({ socketPath, path, agent: false, headers: { accept: 'text/event-stream' } });
  request.on('response', (response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) take(part, reader);
    });
    response.on('end', () => fail('a stream has ended'));
  });
  request.on('error', (error) => fail(error.message));
}

function take(frame: string, reader: number): void {
  if (!frame.includes('data:')) {
    if (frame.startsWith(': open')) subscribed += 1;
    if (subscribed === readers) console.log('subscribed');
    return;
  }
  if (reader === 0) frames.push({ after: performance.now() - began, frame });
  if (frame.includes('event: dropped') || frame.includes('event: gap')) dropped += 1;
  const known = told.get(frame);
  if (known) {
    known.got += 1;
    known.last = Date.now() - known.at;
    return;
  }
  const at = Date.parse(/"at":"([^"]+)"/.exec(frame)?.[1] ?? '');
  if (Number.isNaN(at)) return;
  const first = Date.now() - at;
  told.set(frame, { at, got: 1, first, last: first });
}

function fail(why: string): void {
  console.error(why);
  process.exit(1);
}

process.on('SIGUSR2', () => {
  writeFileSync(file, JSON.stringify(frames));
  const whole = [...told.values()].filter(({ got }) => got === readers);
  const report = {
    events: told.size,
    whole: whole.length,
    dropped,
    first: whole.map(({ first }) => first),
    last: whole.map(({ last }) => last),
  };
  console.log(JSON.stringify(report));
  process.exit(0);
});
