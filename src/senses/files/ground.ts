import type { Clock } from '../../base/clock.ts';
import { toFs } from '../../base/path-text.ts';
import type { Hasher } from './hash.ts';
import type { IgnoreMatcher } from './ignore.ts';
import type { LargeFiles } from './large-files.ts';
import type { Pending } from './pending.ts';
import type { Lane } from './sender.ts';
import type { StateFiles } from './state-files.ts';
import type { Directory, Tree } from './tree.ts';
import type { Watching } from './watching.ts';

/** What the parts that perceive one root share while it is online. */
export interface Ground {
  readonly root: string;
  readonly tree: Tree;
  readonly pending: Pending;
  readonly lane: Lane;
  readonly hasher: Hasher;
  readonly large: LargeFiles;
  readonly stateFiles: StateFiles;
  readonly clock: Clock;
  readonly watching: Watching;
  matcher: IgnoreMatcher;
  /** Epoch ms since when a file is new while the root's first scan is not complete. */
  readonly since: number;
  /** Resolves when {@link tree} has its index: only then can anything be met. */
  readonly indexed: Promise<void>;
  /** Directories that could not be watched, or whose watch does not tell all: they are polled. */
  readonly polled: Set<Directory>;
  /** Directories of which a watcher could not say what changed in them. */
  readonly doubted: Set<Directory>;
  /** Which limit that was. */
  limit: 'no-watches' | 'no-watchers' | 'no-files' | null;
  /** Whether changes by others raise no events in this directory. */
  isRemote(path: string | Buffer): boolean;
  /** Paths that could not be read, and the system's code. */
  readonly unreadable: Map<string, string>;
  readonly devices: Devices;
  /** Verifies that the root is still the directory that was watched; goes offline where it is not. */
  stillThere(): boolean;
  readonly signal: AbortSignal;
}

/** What is known of the device numbers of files. */
export interface Devices {
  /** Old numbers of devices that were found again under another one. */
  renumbered: Set<number>;
  /** Numbers of files that differ from their directory's, as on overlay file systems. */
  layered: Set<number>;
  /** Whether they are on a file system that others can change without an event here. */
  remote: Map<number, boolean>;
}

/** What `node:fs` calls a path relative to the root. */
export function fsPath(root: string, path: string): string | Buffer {
  if (path === '') return toFs(root);
  return toFs(root.endsWith('/') ? root + path : `${root}/${path}`);
}

/** The same for the names in one directory, of which a scan asks for very many. */
export function fsPathsIn(root: string, directory: string): (name: string) => string | Buffer {
  const path = directory === '' ? root : `${root.endsWith('/') ? root : `${root}/`}${directory}`;
  const prefix = path.endsWith('/') ? path : `${path}/`;
  // A path text without a backslash is the path itself.
  if (prefix.includes('\\')) return (name) => toFs(prefix + name);
  return (name) => (name.includes('\\') ? toFs(prefix + name) : prefix + name);
}
