import { Worker } from 'node:worker_threads';
import { messageOf, systemCode } from '../base/errors.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { ExtractJob, Preparation } from './extract-worker.ts';
import type { ExtractLimits } from './extraction.ts';
import type { FormatText } from './extractors/port.ts';

/** How often a busy worker's memory is looked at, milliseconds. */
const MEMORY_CHECK_MS = 200;

/** A worker thread that exists while there is something to read and a little longer; one job at a time. */
export interface ExtractThread {
  /** Begins to exist and loads what it needs, for a document of this format that is to come. */
  prepare(format: string): void;
  /** Rejects only with the signal's reason; whatever goes wrong with the document is a reason. */
  run(job: ExtractJob, signal: AbortSignal): Promise<FormatText>;
  /** Whether the thread exists now. */
  running(): boolean;
  close(): Promise<void>;
}

export function createExtractThread(limits: ExtractLimits): ExtractThread {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  const end = async () => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  return {
    prepare(format) {
      worker ??= start(limits);
      const preparation: Preparation = { format };
      worker.postMessage(preparation);
    },
    async run(job, signal) {
      signal.throwIfAborted();
      clearTimeout(idle);
      worker ??= start(limits);
      worker.ref();
      const ended = await watch(worker, job, limits, signal);
      if (ended.kind !== 'answer') await end();
      if (ended.kind === 'aborted') throw signal.reason;
      worker?.unref();
      idle = setTimeout(end, limits.idleMs).unref();
      return ended.kind === 'answer' ? ended.result : { kind: 'unreadable', reason: ended.reason };
    },
    running: () => worker !== undefined,
    close: end,
  };
}

function start(limits: ExtractLimits): Worker {
  const worker = new Worker(workerUrl(import.meta.url, './extract-worker'), {
    name: 'extract',
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 16 },
    // Libraries may print warnings that quote the document; none of that belongs on the daemon's terminal.
    // Nobody reads these streams, as reading would keep the process alive while the thread is idle.
    stdout: true,
    stderr: true,
  });
  // An idle worker may fail too; without a listener that would end the daemon. `watch` has its own.
  worker.on('error', () => {});
  return worker;
}

type Ended =
  | { kind: 'answer'; result: FormatText }
  | { kind: 'broken'; reason: string }
  | { kind: 'aborted' };

/** Sends one job and waits for whatever comes first: the answer, a limit, a crash or the signal. */
function watch(worker: Worker, job: ExtractJob, limits: ExtractLimits, signal: AbortSignal): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const broken = (reason: string) => resolve({ kind: 'broken', reason });
  const onMessage = (result: FormatText) => resolve({ kind: 'answer', result });
  const onError = (error: unknown) => broken(crashReason(error, limits));
  const onExit = () => broken('could not be read: its reader stopped');
  const onAbort = () => resolve({ kind: 'aborted' });
  const timer = setTimeout(
    () => broken(`could not be read: it took longer than ${limits.timeMs / 1000} s`),
    limits.timeMs,
  );
  const memory = setInterval(async () => {
    if ((await buffersMb(worker)) > limits.memoryMb) broken(memoryReason(limits));
  }, MEMORY_CHECK_MS);
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  signal.addEventListener('abort', onAbort, { once: true });
  worker.postMessage(job, [job.bytes.buffer]);
  return promise.finally(() => {
    clearTimeout(timer);
    clearInterval(memory);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    signal.removeEventListener('abort', onAbort);
  });
}

/** Megabytes beside the heap, which `resourceLimits` does not count: decompressed streams live there. */
async function buffersMb(worker: Worker): Promise<number> {
  try {
    const { external_memory } = await worker.getHeapStatistics();
    return external_memory / 1024 / 1024;
  } catch {
    return 0; // It ended meanwhile; its exit tells.
  }
}

function crashReason(error: unknown, limits: ExtractLimits): string {
  if (systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY') return memoryReason(limits);
  return `could not be read: its reader crashed (${messageOf(error)})`;
}

function memoryReason(limits: ExtractLimits): string {
  return `could not be read: it needs more than ${limits.memoryMb} MB of memory`;
}
