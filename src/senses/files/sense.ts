import type { Worker } from 'node:worker_threads';
import { createBell } from '../../base/bell.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { CodedError } from '../../base/errors.ts';
import type { Explanation } from '../../contract/api.ts';
import type { FilesBatch, IndexColumns } from '../../contract/event.ts';
import type { RootHealth } from '../../contract/status-view.ts';
import type { Perception, Sense } from '../sense.ts';
import { senseHealth } from './health.ts';
import type { FilesSettings, FromWorker, ToWorker } from './messages.ts';
import { startFilesThread } from './thread.ts';

export interface FilesSenseOptions extends FilesSettings {
  /** Absolute path text; never opened, watched or listed. */
  stateDirectory: string;
  /** Databases outside the state directory (absolute path texts): never opened either. */
  databases?: string[];
  /** How often (ms) absent roots are looked for, and folders that cannot be watched are polled. Default: 2000. */
  retryMs?: number;
  /** A root's index as journaled, asked for once whenever the root starts; its buffers are transferred. */
  loadIndex(root: string): Promise<IndexColumns>;
  clock?: Clock;
  /** Its thread, where that was started before; started now otherwise. */
  thread?: Worker;
  /** A root's health changed. */
  onHealth?(health: RootHealth): void;
}

/** Perceives files beneath roots, in a worker thread of its own. */
export interface FilesSense extends Sense<FilesBatch> {
  /** Resolves when every root that is online was scanned once; rejects when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void>;
  /** Scans one root, or all, as soon as possible. */
  rescan(root?: string): void;
  /** Puts other settings in force; roots that stay are scanned again. */
  reconfigure(settings: FilesSettings): void;
  /** Hashes indexed files that were never hashed (relative path texts), once nothing else is to do. */
  hashWhenIdle(root: string, paths: string[]): void;
  /** What keeps an absolute path text from being perceived; null where nothing does. */
  ignoredBy(path: string): Promise<Explanation['ignored']>;
  /** When its settings were put in force last (epoch ms). */
  since(): number;
  /** Resolves when the thread has ended. Safe twice. */
  close(): Promise<void>;
}

/** The thread ends of itself within so long (ms), or is ended: a hung disk may never answer. */
const END_WITHIN = 2000;

/** Makes the files sense. Its thread looks around at once and finds what changed since the index was journaled. */
export function createFilesSense(options: FilesSenseOptions): FilesSense {
  const { stateDirectory, databases = [], retryMs = 2000, clock = systemClock } = options;
  const worker = options.thread ?? startFilesThread();
  let settings: FilesSettings = { roots: [], ignorePatterns: [], debounceMs: 0 };
  const healths = new Map<string, { health: RootHealth; scanned: boolean }>();
  const arrived = createBell();
  const changed = new Set<() => void>();
  let since = clock.now();
  let unaccepted: FilesBatch | null = null;
  let failure: unknown = null;
  let closing = false;

  const post = (message: ToWorker, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer);
  const fail = (cause: unknown) => {
    failure ??= cause;
    arrived.ring();
    for (const tell of changed) tell();
  };
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      if (!closing)
        fail(new CodedError('files-sense-ended', 'the files sense ended by itself', { value: code }));
      resolve();
    });
  });
  worker.on('error', fail);
  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'batch':
        unaccepted = message.batch;
        arrived.ring();
        return;
      case 'health':
        healths.set(message.health.path, { health: message.health, scanned: message.scanned });
        if (settings.roots.some((root) => root.path === message.health.path))
          options.onHealth?.(message.health);
        for (const tell of changed) tell();
        return;
      default:
        message satisfies never;
    }
  });

  /** Not asked for by the thread, so that reading the index and starting the thread go on at once. */
  async function sendIndex(root: string): Promise<void> {
    try {
      const columns = await options.loadIndex(root);
      if (!closing) post({ type: 'index', root, columns }, buffersOf(columns));
    } catch (error) {
      fail(error);
    }
  }

  function reconfigure({ roots, ignorePatterns, debounceMs }: FilesSettings): void {
    const known = new Set(settings.roots.map((root) => root.path));
    settings = { roots, ignorePatterns, debounceMs };
    for (const path of healths.keys()) if (!roots.some((root) => root.path === path)) healths.delete(path);
    since = clock.now();
    post({
      type: 'settings',
      settings: { ...settings, since, stateDirectory, databases, retryMs },
    });
    // Its failures end the sense; nothing is thrown here.
    for (const { path } of roots) if (!known.has(path)) void sendIndex(path);
  }

  reconfigure(options);

  async function* perceive(signal: AbortSignal): AsyncGenerator<Perception<FilesBatch>> {
    while (!signal.aborted && !closing) {
      if (failure !== null) throw failure;
      // One that an earlier reader did not accept is perceived again.
      const batch = unaccepted;
      if (batch === null) await arrived.wait(LONG, signal);
      else {
        yield { batch, accept: () => accept(batch) };
        while (unaccepted === batch && failure === null && !signal.aborted && !closing)
          await arrived.wait(LONG, signal);
      }
    }
  }

  function accept(batch: FilesBatch): void {
    if (unaccepted !== batch) return;
    unaccepted = null;
    arrived.ring();
    post({ type: 'accepted' });
  }

  const isReady = () =>
    settings.roots.every(({ path }) => {
      const known = healths.get(path);
      return known !== undefined && (known.scanned || known.health.state === 'offline');
    });

  async function ready(signal: AbortSignal): Promise<void> {
    while (!isReady()) {
      signal.throwIfAborted();
      if (failure !== null) throw failure;
      await nextChange(signal);
    }
  }

  function nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        changed.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      changed.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  return {
    perceive,
    ready,
    health: () => senseHealth(settings.roots.map(({ path }) => healths.get(path)?.health ?? null)),
    rescan: (root) => post({ type: 'rescan', root: root ?? null }),
    reconfigure,
    since: () => since,
    hashWhenIdle: (root, paths) => post({ type: 'hash', root, paths }),
    async ignoredBy(path) {
      const { whyIgnored } = await import('./why-ignored.ts');
      return whyIgnored(path, { ...settings, stateDirectory, databases });
    },
    async close() {
      if (!closing) {
        closing = true;
        fail(new CodedError('files-sense-closed', 'the files sense was closed'));
        post({ type: 'close' });
        const timer = setTimeout(() => void worker.terminate(), END_WITHIN);
        await ended;
        clearTimeout(timer);
      }
      await ended;
    },
  };
}

/** The reader is woken by what arrives; this (ms) only bounds a timer. */
const LONG = 3_600_000;

function buffersOf(columns: IndexColumns): ArrayBuffer[] {
  // A view of memory that others share cannot be transferred; it is copied instead.
  const buffers = [columns.stats.buffer, columns.hashes.buffer];
  return buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}
