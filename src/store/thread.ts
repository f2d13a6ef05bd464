import { Worker } from 'node:worker_threads';
import { workerUrl } from '../base/worker-url.ts';
import type { Opening } from './recover.ts';
import { type Call, fromWire, type Reply, type ThreadStart } from './wire.ts';

/** Young generation of a store thread's heap: the usual 48 MB only put off collecting what calls leave. */
const YOUNG_GENERATION_MB = 8;

/** A thread of the store, which can be started before it is known which database it is for. */
export interface StoreThread {
  /**
   * Opens the database, once; what is called before waits for it. Resolves with how a writer found it; throws what
   * `openDatabase` throws. `onLost` is told when the thread dies later, or the database turns out to be damaged.
   */
  open(start: ThreadStart, onLost: (error: Error) => void): Promise<Opening | null>;
  call(name: string, input: unknown): Promise<unknown>;
  /** Calls that were not answered yet. */
  waiting(): number;
  /** Resolves when it has ended; safe before it is opened. */
  close(): Promise<void>;
}

export function startStoreThread(): StoreThread {
  const worker = new Worker(workerUrl(import.meta.url, './worker'), {
    name: 'store',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const waiting = new Map<number, { resolve(output: unknown): void; reject(error: Error): void }>();
  let outbox: Call[] = [];
  let nextId = 1;
  let closing = false;
  let dead: Error | null = null;
  let tellLost: (error: Error) => void = () => {};

  const send = () => {
    if (outbox.length > 0) worker.postMessage(outbox);
    outbox = [];
  };
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const lose = (error: Error) => {
    dead ??= error;
    for (const each of waiting.values()) each.reject(error);
    waiting.clear();
    if (!closing) tellLost(error);
  };
  worker.on('error', lose);
  worker.on('exit', () => lose(new Error('a thread of the store ended')));
  worker.on('message', (replies: Reply[]) => {
    for (const reply of replies) {
      const each = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('error' in reply) {
        const error = fromWire(reply.error);
        each?.reject(error);
        if (reply.id === OPENED) {
          closing = true;
          dead = error;
          // Those who ask, also those who asked already, are told why, not only that the thread ended.
          for (const other of waiting.values()) other.reject(error);
          waiting.clear();
        } else if (reply.error.code === 'database-damaged') tellLost(error);
      } else each?.resolve(reply.output);
    }
  });

  return {
    async open(start, onLost) {
      if (dead) throw dead;
      tellLost = onLost;
      const opened = new Promise<unknown>((resolve, reject) => waiting.set(OPENED, { resolve, reject }));
      worker.postMessage(start);
      // The thread's first answer is what it says of the database.
      return (await opened) as Opening | null;
    },
    call: (name, input) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(dead);
        const id = nextId++;
        waiting.set(id, { resolve, reject });
        // What one turn of the loop asks for goes in one message: each costs as much as several calls in it.
        if (outbox.push({ id, name, input }) === 1) setImmediate(send);
      }),
    waiting: () => waiting.size,
    close: async () => {
      closing = true;
      send();
      worker.postMessage('close');
      await exited;
    },
  };
}

/** Id of the reply that says whether the database was opened. */
const OPENED = 0;
