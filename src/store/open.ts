import { CodedError } from '../base/errors.ts';
import type { Reads } from './catalogue.ts';
import { amendRecord } from './record-file.ts';
import type { Opening } from './recover.ts';
import { type Store, valueNow } from './store.ts';
import { type StoreThread, startStoreThread } from './thread.ts';

/** How long the reader's thread is kept without a question: it costs some 20 MB [measured]. */
const READER_IDLE_MS = 10_000;

/** A writer with fewer operations to do answers sooner than a reader that is to be started first: 0.15 s [measured]. */
const SOON_DONE = 200;

/** What may take a second in a large database: never asked of the writer, which everybody waits for. */
const COSTLY: ReadonlySet<string> = new Set<keyof Reads>([
  'pageThoughts',
  'explainFile',
  'ruleFacts',
  'appliedBy',
  'vitalsSeries',
]);

/** Files of the schema, shipped beside the code. */
export const MIGRATIONS = new URL('../../migrations/sqlite/', import.meta.url);

export interface OpenOptions {
  /** Where the database is lost and no backup can take its place, begin with an empty one. */
  fresh: boolean;
  /** Epoch ms. */
  now: number;
}

/** A store, and how its database was found. */
export interface OpenedStore extends Store {
  opening: Opening;
}

/**
 * Opens the store: one writer thread, and a read-only one while somebody asks more than the writer has time
 * for. Throws what `openDatabase` throws. `onLost` is told when the writer dies or the database turns out to be
 * damaged: a lost store ends the daemon.
 */
export async function openStore(
  path: string,
  onLost: (error: Error) => void,
  options: OpenOptions = { fresh: false, now: Date.now() },
): Promise<OpenedStore> {
  const { store, opened } = beginStore(path, onLost, startStoreThread(), options);
  return { ...store, opening: await opened };
}

/** The same with a thread that was started before. What is asked before it is opened waits, and is refused where that fails. */
export function beginStore(
  path: string,
  onLost: (error: Error) => void,
  writer: StoreThread,
  options: OpenOptions,
): { store: Store; opened: Promise<Opening> } {
  const start = { path, migrations: MIGRATIONS.href, ...options };
  let lost = false;
  const lose = (error: Error) => {
    if (lost) return;
    lost = true;
    if (isDamage(error)) amendRecord(path, { damage: { reason: String(error.value), sure: false } });
    onLost(error);
  };
  let isOpen = false;
  const opened = writer.open({ ...start, role: 'writer' }, lose).then((opening) => {
    isOpen = true;
    if (opening === null) throw new Error('the writer did not say how it found the database');
    return opening;
  });
  let reader: StoreThread | undefined;
  let readerIsOpen = false;
  let idle: NodeJS.Timeout | undefined;

  const readerNow = (): StoreThread => {
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
    reader ??= startReader();
    return reader;
  };

  function startReader(): StoreThread {
    const thread = startStoreThread();
    const drop = (error: Error) => {
      // The thread that says so lives on, and is closed with the store.
      if (isDamage(error)) lose(error);
      else if (reader === thread) reader = undefined;
    };
    // Where it cannot be opened, its callers are told.
    readerIsOpen = false;
    thread.open({ ...start, role: 'reader' }, drop).then(() => {
      readerIsOpen = reader === thread;
    }, drop);
    return thread;
  }

  async function read(name: string, input: unknown): Promise<unknown> {
    const waiting = writer.waiting();
    if (isOpen && COSTLY.has(name)) return readerNow().call(name, input);
    if (isOpen && (reader !== undefined || waiting > 0)) {
      const thread = readerNow();
      if (readerIsOpen || waiting >= SOON_DONE) return thread.call(name, input);
    }
    try {
      return await writer.call(name, input);
    } catch (error) {
      // A disk that takes no changes can still be read.
      if (!(error instanceof CodedError) || error.code !== 'store-unavailable') throw error;
      return readerNow().call(name, input);
    }
  }

  const store: Store = {
    // The catalogue ties names to inputs and outputs; the thread boundary erases them, so they are cast back here.
    write: (name, input) => writer.call(name, valueNow(input)) as never,
    read: (name, input) => read(name, input) as never,
    close: async () => {
      clearTimeout(idle);
      await reader?.close();
      await writer.close();
    },
  };
  return { store, opened };
}

function isDamage(error: Error): error is CodedError {
  return error instanceof CodedError && error.code === 'database-damaged';
}
