import type { Directory } from './tree.ts';

/** Watches the directories of one root. What it says are hints: that something may have changed, never what. */
export interface Watching {
  /** Directories watched. */
  readonly count: number;
  has(directory: Directory): boolean;
  /** Watches a directory anew; called before it is listed, so that nothing falls between. */
  watch(directory: Directory): Watched;
  unwatch(directory: Directory): void;
  close(): Promise<void>;
}

/**
 * `no-watches`, `no-watchers`, `no-files`: the system's limit of watched directories, of watchers, or of open
 * files is reached. `failed`: absent or unreadable, which listing it will tell.
 */
export type Watched = 'watched' | 'no-watches' | 'no-watchers' | 'no-files' | 'failed';

export interface Hints {
  /** Something may have changed at this path text, relative to the root. */
  path(path: string): void;
  /** Anything directly in this directory may have changed. */
  directory(directory: Directory): void;
  /** Anything beneath the root may have changed. */
  everything(): void;
}
