import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../base/worker-url.ts';

/** Young generation (MB) of its heap: the usual 48 only puts off collecting what scans leave. */
const YOUNG_GENERATION = 8;

/** Starts the thread that perceives files; it waits for its settings. */
export function startFilesThread(): Worker {
  return new Worker(workerUrl(import.meta.url, './worker'), {
    name: 'files',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });
}
