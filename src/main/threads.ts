import type { Worker } from 'node:worker_threads';
import { startFilesThread } from '../senses/files/thread.ts';
import { type StoreThread, startStoreThread } from '../store/thread.ts';

/** The threads that every daemon needs, started before anything is known of what they are for. */
export interface Threads {
  files: Worker;
  store: StoreThread;
  /** Ends those that were never put to use; safe when all have ended. */
  end(): Promise<void>;
}

function startThreads(): Threads {
  const files = startFilesThread();
  const store = startStoreThread();
  return {
    files,
    store,
    async end() {
      await Promise.all([files.terminate(), store.close()]);
    },
  };
}

/** Lends threads to what needs them, and ends them with it. */
export async function withThreads<T>(work: (threads: Threads) => Promise<T>): Promise<T> {
  const threads = startThreads();
  try {
    return await work(threads);
  } finally {
    await threads.end();
  }
}
