import { Worker } from 'node:worker_threads';
import { workerUrl } from '../base/worker-url.ts';
import type { Store } from './store.ts';
import { type Call, fromWire, type Reply } from './wire.ts';
import type { StoreWorkerData } from './worker.ts';

/** How long the reader's thread is kept without a question: it costs some 20 MB [measured]. */
const READER_IDLE_MS = 10_000;

/** Young generation of a store thread's heap: the usual 48 MB only put off collecting what calls leave. */
const YOUNG_GENERATION_MB = 8;

/** Files of the schema, shipped beside the code. */
const MIGRATIONS = new URL('../../migrations/sqlite/', import.meta.url);

/**
 * Opens the store: one writer thread, and a read-only thread while somebody asks. Throws what
 * {@link openSqlite} and {@link migrate} throw. `onLost` is told when the writer dies: a lost store ends the daemon.
 */
export async function openStore(path: string, onLost: (error: Error) => void): Promise<Store> {
  const writer = startThread({ path, migrations: MIGRATIONS.href, role: 'writer' }, onLost);
  await writer.started;
  let reader: Thread | undefined;
  let idle: NodeJS.Timeout | undefined;

  const readerNow = (): Thread => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (reader && reader.waiting() > 0) {
        readerNow();
        return;
      }
      void reader?.close();
      reader = undefined;
    }, READER_IDLE_MS);
    idle.unref();
    reader ??= startThread({ path, migrations: MIGRATIONS.href, role: 'reader' }, () => {
      reader = undefined;
    });
    return reader;
  };

  return {
    // The catalogue ties names to inputs and outputs; the thread boundary erases them, so they are cast back here.
    write: (name, input) => writer.call(name, input) as never,
    read: (name, input) => readerNow().call(name, input) as never,
    close: async () => {
      clearTimeout(idle);
      await reader?.close();
      await writer.close();
    },
  };
}

interface Thread {
  started: Promise<unknown>;
  call(name: string, input: unknown): Promise<unknown>;
  waiting(): number;
  close(): Promise<void>;
}

function startThread(data: StoreWorkerData, onLost: (error: Error) => void): Thread {
  const worker = new Worker(workerUrl(import.meta.url, './worker'), {
    workerData: data,
    name: `store-${data.role}`,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const waiting = new Map<number, { resolve(output: unknown): void; reject(error: Error): void }>();
  let outbox: Call[] = [];
  let nextId = 1;
  let closing = false;

  const send = () => {
    worker.postMessage(outbox);
    outbox = [];
  };
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const lose = (error: Error) => {
    for (const each of waiting.values()) each.reject(error);
    waiting.clear();
    if (!closing) onLost(error);
  };
  worker.on('error', lose);
  worker.on('exit', () => {
    if (!closing || waiting.size > 0) lose(new Error(`the store's ${data.role} thread ended`));
  });
  worker.on('message', (replies: Reply[]) => {
    for (const reply of replies) {
      const each = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('error' in reply) {
        if (reply.id === 0) closing = true;
        each?.reject(fromWire(reply.error));
      } else each?.resolve(reply.output);
    }
  });

  const started = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
  started.catch(() => {
    // Reported to whoever opens the store; a reader's failure reaches its first caller through `exit`.
  });
  return {
    started,
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        if (outbox.push({ id, name, input }) === 1) queueMicrotask(send);
      }),
    waiting: () => waiting.size,
    close: async () => {
      closing = true;
      worker.postMessage('close');
      await exited;
    },
  };
}
