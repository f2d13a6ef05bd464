import { systemClock } from '../../src/base/clock.ts';
import type { Provider } from '../../src/contract/provider.ts';
import { createOpenAICompatibleProvider } from '../../src/mind/providers/openai-compatible.ts';
import { type Backlog, type Worked, workedByDaemon, workedByFetch } from '../backlog.ts';
import type { Bench } from '../bench.ts';
import type { Figure, Measured, Row } from '../figure.ts';
import { smallDocument } from '../home.ts';
import { llamaMissing } from '../llama.ts';
import { rawCall } from '../raw-call.ts';
import { median, percentile, spread } from '../statistics.ts';

const MODEL = 'scripted';
const PROMPT = smallDocument(0);
const ROUNDS = 5;
const EVERY_MS = 10;
const PACED = { calls: 1, tokens: 200 };
const TARGET_PACED = 1.05;
const SHORT = { calls: 200, tokens: 8 };
const TARGET_CALL_MS = 2;
const LONG = { calls: 10, tokens: 2000 };

const THOUGHTS = 200;
const SLOTS = 4;
const BACKLOG_ROUNDS = 3;
const ANSWER_TOKENS = 200;
/** Also measured, once each, and said in a note. */
const SHORTER_ANSWERS = [25, 50] as const;
const TARGET_BUSY = 0.95;

/** What our port to model servers adds to a call and to a token, and how busy a backlog keeps a real server. */
export const provider: Figure = {
  name: 'provider',
  async measure(bench) {
    const parts = [await portAgainstFetch(bench), await backlogAtLlama(bench)];
    return { rows: parts.flatMap(({ rows }) => rows), notes: parts.flatMap(({ notes }) => notes) };
  },
};

/** One call of so many tokens; tells each piece of the answer as it comes. */
type Ask = (tokens: number, onText: (text: string) => void) => Promise<void>;

async function portAgainstFetch(bench: Bench): Promise<Measured> {
  const paced = await alternately(bench, EVERY_MS, PACED);
  const short = await alternately(bench, 0, SHORT);
  const long = await alternately(bench, 0, LONG);
  const ratios = paced.ours.map(({ ms }, round) => ms / (paced.raw[round]?.ms ?? Number.NaN));
  const [ours, raw] = [short.ours, short.raw].map((runs) => median(runs.flatMap(({ calls }) => calls)));
  const [call, bareCall] = [ours ?? Number.NaN, raw ?? Number.NaN];
  const lags = (runs: Run[], share: number) =>
    percentile(
      runs.flatMap((run) => run.lags),
      share,
    ).toFixed(2);
  const perToken = (runs: Run[]) => (median(runs.flatMap(({ calls }) => calls)) * 1000) / LONG.tokens;
  return {
    rows: [
      {
        what: `port, ${1000 / EVERY_MS} tokens a second: time of ${PACED.tokens} tokens`,
        ours: `${(median(paced.ours.map(({ ms }) => ms)) / PACED.calls).toFixed(1)} ms`,
        baseline: `${(median(paced.raw.map(({ ms }) => ms)) / PACED.calls).toFixed(1)} ms raw fetch`,
        ratio: median(ratios),
        target: `<= ${TARGET_PACED}x`,
        met: median(ratios) <= TARGET_PACED,
      },
      {
        what: `port, calls of ${SHORT.tokens} tokens one after another, p50`,
        ours: `${call.toFixed(2)} ms`,
        baseline: `${bareCall.toFixed(2)} ms raw fetch`,
        ratio: call / bareCall,
        target: `<= ${TARGET_CALL_MS} ms more`,
        met: call - bareCall <= TARGET_CALL_MS,
      },
    ],
    notes: [
      `The port in one process with the raw fetch and its reader of events, the server in another; ${ROUNDS} rounds of ` +
        `each, in turn: ${PACED.calls} paced call, ${SHORT.calls} short ones. Paced, over the rounds: ${spread(ratios, 3)}x; ` +
        `from a token being sent to its words being heard, p50 ${lags(paced.ours, 0.5)} ms and p99 ${lags(paced.ours, 0.99)} ms, ` +
        `raw ${lags(paced.raw, 0.5)} ms and ${lags(paced.raw, 0.99)} ms.`,
      `A short call takes ${(call - bareCall).toFixed(2)} ms more than raw. Of an answer of ${LONG.tokens} tokens sent as fast as that goes, ` +
        `a token takes ${perToken(long.ours).toFixed(1)} µs, raw ${perToken(long.raw).toFixed(1)} µs.`,
    ],
  };
}

/** One run of the workload. */
interface Run {
  ms: number;
  /** Milliseconds of each call. */
  calls: number[];
  /** Milliseconds from each token's sending to its words being heard. */
  lags: number[];
}

/** The same work on the port and on raw fetch, in turn, each warmed up by one run that does not count. */
async function alternately(
  bench: Bench,
  everyMs: number,
  work: { calls: number; tokens: number },
): Promise<{ ours: Run[]; raw: Run[] }> {
  const server = bench.children.program('token-server', [`${everyMs}`]);
  const url = await server.line((line) => line.startsWith('http'));
  const port = createOpenAICompatibleProvider({
    name: 'scripted',
    baseUrl: url,
    model: MODEL,
    limits: { headersMs: 30_000, firstTokenMs: 30_000, idleMs: 30_000, totalMs: null },
    slots: 1,
    version: '0.0.0',
    clock: systemClock,
  });
  const askRaw: Ask = (maxTokens, onText) =>
    rawCall(url, { model: MODEL, prompt: PROMPT, maxTokens }, onText);
  const ours: Run[] = [];
  const raw: Run[] = [];
  const sides = [
    { ask: askOf(port), runs: ours },
    { ask: askRaw, runs: raw },
  ];
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { ask, runs } of round % 2 === 0 ? sides : sides.toReversed()) {
      const run = await runOf(ask, work);
      if (round >= 0) runs.push(run);
    }
  }
  port.close?.();
  await server.stop();
  return { ours, raw };
}

function askOf(port: Provider): Ask {
  const { signal } = new AbortController();
  return async (maxOutputTokens, onText) => {
    const nothing = { document: null, documentName: null, schema: null };
    for await (const event of port.think(
      { model: MODEL, prompt: PROMPT, maxOutputTokens, ...nothing },
      signal,
    )) {
      if (event.kind === 'text') onText(event.text);
      if (event.kind === 'failed') throw new Error(event.failure.message);
    }
  };
}

async function runOf(ask: Ask, { calls, tokens }: { calls: number; tokens: number }): Promise<Run> {
  const run: Run = { ms: 0, calls: [], lags: [] };
  for (let call = 0; call < calls; call += 1) {
    const before = run.lags.length;
    const began = performance.now();
    await ask(tokens, (text) => {
      const heardAt = process.hrtime.bigint();
      for (const sentAt of text.trimEnd().split(' ')) run.lags.push(Number(heardAt - BigInt(sentAt)) / 1e6);
    });
    run.calls.push(performance.now() - began);
    if (run.lags.length - before !== tokens)
      throw new Error(`${run.lags.length - before} of ${tokens} tokens came`);
  }
  run.ms = run.calls.reduce((sum, ms) => sum + ms, 0);
  return run;
}

async function backlogAtLlama(bench: Bench): Promise<Measured> {
  const missing = llamaMissing();
  if (missing !== null) {
    bench.say(missing);
    return { rows: [], notes: [`How busy a backlog keeps the slots was not measured: ${missing}.`] };
  }
  const rounds = await worked(bench, ANSWER_TOKENS, BACKLOG_ROUNDS);
  const shorter: string[] = [];
  for (const tokens of SHORTER_ANSWERS) {
    for (const { ours, bare } of await worked(bench, tokens, 1))
      shorter.push(
        `${tokens} tokens in ${ours.callMs.toFixed(0)} ms, ${share(ours.busy)} (raw ${share(bare.busy)})`,
      );
  }
  const middle = (of: (round: { ours: Worked; bare: Worked }) => number) => median(rounds.map(of));
  const busy = middle(({ ours }) => ours.busy);
  const row: Row = {
    what: `${THOUGHTS} files queued: ${SLOTS} slots of llama-server busy`,
    ours: share(busy),
    baseline: `${share(middle(({ bare }) => bare.busy))} ${SLOTS} loops of raw fetch`,
    ratio: middle(({ ours, bare }) => ours.busy / bare.busy),
    target: `>= ${100 * TARGET_BUSY} %`,
    met: busy >= TARGET_BUSY,
  };
  const shares = rounds.map(({ ours }) => ours.busy);
  return {
    rows: [row],
    notes: [
      `Answers of ${ANSWER_TOKENS} tokens of a tiny model on the same cores, ${middle(({ ours }) => ours.callMs).toFixed(0)} ms each; all files ` +
        `were ready before the first call. By the server's log: the time between each call being given a slot and leaving it, ` +
        `of ${SLOTS} times that from the first to the last. Over ${BACKLOG_ROUNDS} rounds ${spread(shares, 3)}.`,
      `A slot waits ${middle(({ ours }) => ours.gapMs).toFixed(1)} ms (p50) for its next call, raw ${middle(({ bare }) => bare.gapMs).toFixed(1)} ms; the ` +
        `processor time of a thought is ${middle(({ ours }) => ours.cpuMs).toFixed(1)} ms, of a raw call ${middle(({ bare }) => bare.cpuMs).toFixed(1)} ms.`,
      `Quicker calls: ${shorter.join('; ')}.`,
    ],
  };
}

async function worked(
  bench: Bench,
  tokens: number,
  rounds: number,
): Promise<{ ours: Worked; bare: Worked }[]> {
  const backlog: Backlog = { thoughts: THOUGHTS, slots: SLOTS, tokens };
  const all: { ours: Worked; bare: Worked }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bench.say(`${THOUGHTS} answers of ${tokens} tokens`);
    all.push({ bare: await workedByFetch(bench, backlog), ours: await workedByDaemon(bench, backlog) });
  }
  return all;
}

const share = (value: number) => `${(100 * value).toFixed(1)} %`;
