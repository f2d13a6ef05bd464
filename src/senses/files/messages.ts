import type { RootConfig } from '../../contract/config.ts';
import type { FilesBatch, IndexColumns } from '../../contract/event.ts';
import type { RootHealth } from '../../contract/status-view.ts';

/** What is watched and how; the paths are absolute path texts. */
export interface FilesSettings {
  roots: RootConfig[];
  /** gitignore patterns for every root, besides each root's own. */
  ignorePatterns: string[];
  /** Milliseconds. */
  debounceMs: number;
}

/** Settings as the worker thread is given them; it perceives nothing before the first ones. */
export interface WorkerSettings extends FilesSettings {
  /** When they were put in force (epoch ms): what is made later beneath a root first met by them is new. */
  since: number;
  stateDirectory: string;
  databases: string[];
  retryMs: number;
}

/** From the main thread to the worker. */
export type ToWorker =
  /** Sent unasked for every root that is started. */
  | { type: 'index'; root: string; columns: IndexColumns }
  | { type: 'accepted' }
  | { type: 'rescan'; root: string | null }
  | { type: 'settings'; settings: WorkerSettings }
  | { type: 'hash'; root: string; paths: string[] }
  | { type: 'close' };

/** From the worker to the main thread. */
export type FromWorker =
  | { type: 'batch'; batch: FilesBatch }
  | { type: 'health'; health: RootHealth; scanned: boolean };
