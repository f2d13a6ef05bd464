import { uptime } from 'node:os';
import { parentPort } from 'node:worker_threads';
import xxhash from 'xxhash-wasm';
import { systemClock } from '../../base/clock.ts';
import type { RootConfig } from '../../contract/config.ts';
import type { IndexColumns } from '../../contract/event.ts';
import { fsPath } from './ground.ts';
import { createHasher } from './hash.ts';
import { ignoreMatcher } from './ignore.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts';
import { createOverflowGuess, queueLength } from './overflow.ts';
import { isRemote } from './presence.ts';
import { createRoot, type Root } from './root.ts';
import { createSender } from './sender.ts';
import { createStateFiles } from './state-files.ts';
import { watchDirectories } from './watch-directories.ts';
import { watchRecursively } from './watch-recursively.ts';

// The entry of the worker thread that perceives files; its start is its only work at import.
if (parentPort) await perceiveRoots((message) => parentPort?.postMessage(message), parentPort);

interface Running {
  root: Root;
  stop: AbortController;
  index: PromiseWithResolvers<IndexColumns>;
  ended: Promise<void>;
}

/** Lets a root end that never got its index. */
const NO_INDEX: IndexColumns = {
  paths: '',
  stats: new Float64Array(0),
  hashes: new BigUint64Array(0),
  baselined: false,
};

interface Port {
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  close(): void;
}

async function perceiveRoots(post: (message: FromWorker) => void, port: Port): Promise<void> {
  const hashing = await xxhash();
  const running = new Map<string, Running>();
  const sender = createSender((batch) => post({ type: 'batch', batch }));
  const guess = createOverflowGuess(queueLength(), () => {
    for (const { root } of running.values()) root.scan('when quiet');
  });

  function begin(config: RootConfig, settings: WorkerSettings): void {
    const { path } = config;
    const stop = new AbortController();
    const index = Promise.withResolvers<IndexColumns>();
    const root = createRoot({
      root: path,
      matcher: ignoreMatcher([...settings.ignorePatterns, ...config.ignorePatterns]),
      debounceMs: settings.debounceMs,
      since: settings.since,
      retryMs: settings.retryMs,
      lane: sender.lane(path),
      stateFiles: createStateFiles(settings.stateDirectory, settings.databases),
      clock: systemClock,
      hasher: (realRoot) => createHasher(hashing, realRoot),
      loadIndex: () => index.promise,
      watch: async (root, realPath, hints) => {
        if (process.platform !== 'linux') return watchRecursively(realPath, hints);
        const name = realPath.slice(realPath.lastIndexOf('/') + 1);
        return watchDirectories((directory) => fsPath(root, directory.path), name, hints, guess);
      },
      isRemote,
      uptime: () => uptime() * 1000,
      onHealth: (health, scanned) => post({ type: 'health', health, scanned }),
    });
    // A defect in one root ends the thread, and with it the sense: nothing may go on half perceived.
    const ended = root.run(stop.signal).catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
    running.set(path, { root, stop, index, ended });
  }

  async function end(path: string): Promise<void> {
    const ending = running.get(path);
    running.delete(path);
    ending?.stop.abort();
    ending?.index.resolve(NO_INDEX);
    await ending?.ended;
  }

  async function configure(settings: WorkerSettings): Promise<void> {
    const wanted = new Map(settings.roots.map((config) => [config.path, config]));
    const unwanted = [...running.keys()].filter((path) => !wanted.has(path));
    for (const [path, config] of wanted) {
      const matcher = ignoreMatcher([...settings.ignorePatterns, ...config.ignorePatterns]);
      const known = running.get(path);
      if (known) known.root.configure(matcher, settings.debounceMs);
      else begin(config, settings);
    }
    await Promise.all(unwanted.map(end));
  }

  async function handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'index':
        running.get(message.root)?.index.resolve(message.columns);
        return;
      case 'accepted': {
        const root = sender.accepted();
        return root === null ? undefined : running.get(root)?.root.accepted();
      }
      case 'rescan':
        for (const { root } of running.values())
          if (message.root === null || root.path === message.root) root.scan('now');
        return;
      case 'settings':
        return configure(message.settings);
      case 'hash':
        return running.get(message.root)?.root.hashWhenIdle(message.paths);
      case 'close':
        await Promise.all([...running.keys()].map(end));
        return port.close();
      default:
        message satisfies never;
    }
  }

  port.on('message', (message) => {
    void handle(message);
  });
}
