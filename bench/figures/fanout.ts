import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figure } from '../figure.ts';
import { createHome, type Daemon, type Home, smallDocument, startDaemon } from '../home.ts';
import { type Child, cpuSeconds, memoryMb } from '../process.ts';
import { median, percentile, spread } from '../statistics.ts';

const READERS = 200;
const EVENTS_PER_SECOND = 100;
const CALLS_PER_SECOND = 100;
const SECONDS = 15;
const ROUNDS = 3;
/** Thoughts that are there to be listed. */
const THOUGHTS = 100;
const LIST = '/v1/thoughts?limit=50';
/** Time for what was told last to arrive. */
const AFTER_MS = 1000;
/** How often memory is looked at. */
const LOOK_MS = 250;
const TARGET_TOLD = 2;
const TARGET_LIST = 2;
const TARGET_LIST_MS = 25;
const TARGET_MEMORY = 1.5;

/** Two hundred followers and a hundred questions a second, while a hundred events a second are journaled. */
export const fanout: Figure = {
  name: 'fanout',
  async measure(bench) {
    const rounds: { ours: Load; bare: Load; aloneMb: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { aloneMb, ...ours } = await ofDaemon(bench);
      rounds.push({ ours, bare: await ofBare(bench, ours), aloneMb });
    }
    const told = rounds.map(({ ours, bare }) => compare(ours.told, bare.told));
    const list = rounds.map(({ ours, bare }) => compare(ours.list, bare.list));
    const memory = rounds.map(({ ours, aloneMb }) => ours.mb / aloneMb);
    const mid = (values: number[], digits = 1) => median(values).toFixed(digits);
    const listMs = median(list.map(({ ours }) => ours));
    const listRatio = median(list.map(({ ratio }) => ratio));
    const what = `${READERS} readers, ${EVENTS_PER_SECOND} events/s`;
    const lost = rounds.reduce((sum, { ours }) => sum + ours.notWhole, 0);
    return {
      rows: [
        {
          what: `${what}: told to read by the last, p99`,
          ours: `${mid(told.map(({ ours }) => ours))} ms`,
          baseline: `${mid(told.map(({ bare }) => bare))} ms bare Hono`,
          ratio: median(told.map(({ ratio }) => ratio)),
          target: `<= ${TARGET_TOLD}x`,
          met: median(told.map(({ ratio }) => ratio)) <= TARGET_TOLD && lost === 0,
        },
        {
          what: `${what}: 50 thoughts listed ${CALLS_PER_SECOND} times/s, p99`,
          ours: `${listMs.toFixed(1)} ms`,
          baseline: `${mid(list.map(({ bare }) => bare))} ms bare Hono`,
          ratio: listRatio,
          target: `<= ${TARGET_LIST}x or <= ${TARGET_LIST_MS} ms`,
          met: listRatio <= TARGET_LIST || listMs <= TARGET_LIST_MS,
        },
        {
          what: `${what}: resident memory`,
          ours: `${mid(
            rounds.map(({ ours }) => ours.mb),
            0,
          )} MB`,
          baseline: `${mid(
            rounds.map(({ aloneMb }) => aloneMb),
            0,
          )} MB without readers`,
          ratio: median(memory),
          target: `<= ${TARGET_MEMORY}x`,
          met: median(memory) <= TARGET_MEMORY,
        },
      ],
      notes: notesOf(rounds),
    };
  },
};

/** What a server came to under the load. */
interface Load {
  /** Milliseconds of each event from being told to having been read by the first, and by the last of the readers. */
  first: number[];
  told: number[];
  /** Events that did not reach every reader, and those that readers were told to have missed. */
  notWhole: number;
  /** Milliseconds of each call. */
  list: number[];
  /** The most resident memory that was seen. */
  mb: number;
  /** Processor time of the server, in shares of a core. */
  cores: number;
  /** What was told, and the bytes of the list, for another server to do the same. */
  framesFile: string;
  listBody: string;
}

async function ofDaemon(bench: Bench): Promise<Load & { aloneMb: number }> {
  const home = createHome(bench, 'http://127.0.0.1:9/v1');
  writeRule(home);
  const daemon = await startDaemon(bench, home, { quiet: true });
  await think(bench, home, daemon);
  const write = (round: string) => writeFiles(bench, home, round);
  const alone = await watched(bench, daemon.pid, write('alone'));
  const socket = join(home.folder, 'state', 'daemon.sock');
  const load = await underLoad(
    bench,
    { pid: daemon.pid, socket, events: '/v1/events?tokens=false', list: LIST },
    () => write('followed'),
  );
  await daemon.stop();
  return { ...load, aloneMb: alone.mb };
}

async function ofBare(bench: Bench, { framesFile, listBody }: Load): Promise<Load> {
  const folder = bench.folder('bare');
  const [socket, listFile] = [join(folder, 'bare.sock'), join(folder, 'list.json')];
  writeFileSync(listFile, listBody);
  const server = bench.children.program('bare-hono', [socket, framesFile, listFile]);
  await server.line((line) => line === 'listening');
  const load = await underLoad(
    bench,
    { pid: server.pid, socket, events: '/events', list: '/list' },
    async () => {
      process.kill(server.pid, 'SIGUSR2');
      await bench.pause(SECONDS * 1000);
    },
  );
  await server.stop();
  return load;
}

interface Served {
  pid: number;
  socket: string;
  /** Paths of the event stream and the list. */
  events: string;
  list: string;
}

/** Readers and callers, each a process of its own, while `tell` makes the server tell. */
async function underLoad(bench: Bench, served: Served, tell: () => Promise<void>): Promise<Load> {
  const framesFile = join(bench.folder('frames'), 'frames.json');
  const readers = bench.children.program('event-readers', [
    served.socket,
    served.events,
    `${READERS}`,
    framesFile,
  ]);
  await readers.line((line) => line === 'subscribed');
  const calls = bench.children.program('list-calls', [
    served.socket,
    served.list,
    `${CALLS_PER_SECOND}`,
    `${SECONDS}`,
  ]);
  const { mb, cores } = await watched(bench, served.pid, Promise.all([tell(), calls.ended]));
  await bench.pause(AFTER_MS);
  process.kill(readers.pid, 'SIGUSR2');
  const got = await reportOf(readers);
  const { times, body } = await reportOf(calls);
  return {
    first: got.first,
    told: got.last,
    notWhole: got.events - got.whole + got.dropped,
    list: times,
    mb,
    cores,
    framesFile,
    listBody: body,
  };
}

/** The most resident memory (MB) and the processor time of a process until something has ended. */
async function watched(
  bench: Bench,
  pid: number,
  until: Promise<unknown>,
): Promise<{ mb: number; cores: number }> {
  const [began, before] = [performance.now(), cpuSeconds(pid)];
  let over = false;
  void until.finally(() => {
    over = true;
  });
  let mb = 0;
  while (!over) {
    mb = Math.max(mb, memoryMb(pid).now);
    await bench.pause(LOOK_MS);
  }
  await until;
  return { mb, cores: ((cpuSeconds(pid) - before) * 1000) / (performance.now() - began) };
}

/** What a program reports with its last line. */
async function reportOf(child: Child) {
  const code = await child.ended;
  if (code !== 0) await child.line(() => false);
  return JSON.parse(child.lines.at(-1) ?? '');
}

/** New files for {@link SECONDS}, so many a second. */
async function writeFiles(bench: Bench, home: Home, name: string): Promise<void> {
  const began = performance.now();
  for (let file = 0; file < EVENTS_PER_SECOND * SECONDS; file += 1) {
    const early = began + (file * 1000) / EVENTS_PER_SECOND - performance.now();
    if (early > 0) await bench.pause(early);
    writeFileSync(join(home.inbox, `${name}-${file}.txt`), smallDocument(file));
  }
}

/** Thoughts that need no model server. */
function writeRule(home: Home): void {
  const rule = `---
on:
  file: { paths: ["${home.inbox}/**/*.md"], settle: 1ms }
mind: { models: [builtin/extract] }
outputs:
  - write: "${home.notes}/{{ event.name }}"
    body: "{{ answer }}"
---
{{ file.text }}
`;
  writeFileSync(join(home.folder, 'rules', 'copy.md'), rule);
}

async function think(bench: Bench, home: Home, daemon: Daemon): Promise<void> {
  for (let file = 0; file < THOUGHTS; file += 1)
    writeFileSync(join(home.inbox, `${file}.md`), smallDocument(file));
  while ((await daemon.status()).queue.done < THOUGHTS) await bench.pause(200);
}

function compare(ours: readonly number[], bare: readonly number[]) {
  const [one, other] = [percentile(ours, 0.99), percentile(bare, 0.99)];
  return { ours: one, bare: other, ratio: one / other };
}

function notesOf(rounds: readonly { ours: Load; bare: Load; aloneMb: number }[]): string[] {
  const of = (measure: (load: Load) => number, digits = 1) =>
    (['ours', 'bare'] as const)
      .map((which) => {
        const values = rounds.map((round) => measure(round[which]));
        return `${which} ${spread(values, digits)}`;
      })
      .join(', ');
  const p50 = (values: readonly number[]) => percentile(values, 0.5);
  const p99 = (values: readonly number[]) => percentile(values, 0.99);
  return [
    `${ROUNDS} rounds of ${SECONDS} s: files written into a watched folder, no rule that wants them; every reader gets ` +
      'every event. Readers and callers are a process each, on the same cores, through a Unix socket. The bare server ' +
      '(Hono, its streamSSE, @hono/node-server) tells the same frames at the same pace, and answers with the bytes of ' +
      "the same list; it stores nothing and asks nothing. Ours counts from the event's own time, which is before its commit.",
    `Told to read by the last reader, ms: p50 ${of(({ told }) => p50(told), 0)}; p99 ${of(({ told }) => p99(told), 0)}; ` +
      `by the first, p50 ${of(({ first }) => p50(first), 0)}.`,
    `List, ms from when it was due: p50 ${of(({ list }) => p50(list))}; p99 ${of(({ list }) => p99(list))}.`,
    `Processor, cores: ${of(({ cores }) => cores, 2)}. Resident memory, MB: ${of(({ mb }) => mb, 0)}. ` +
      `Events not with every reader: ${of(({ notWhole }) => notWhole, 0)}.`,
  ];
}
