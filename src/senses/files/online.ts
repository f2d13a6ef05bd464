import { fromFs } from '../../base/path-text.ts';
import { fsPath, type Ground } from './ground.ts';
import type { Hasher } from './hash.ts';
import { createLargeFiles } from './large-files.ts';
import type { Found } from './presence.ts';
import { identityOf } from './state-files.ts';
import { type Directory, sameIdentity } from './tree.ts';
import type { Hints, Watching } from './watching.ts';

/** A root that is there. */
export interface Online extends Ground {
  /** On a file system where changes by others raise no events. */
  remote: boolean;
  /** Monotonic ms. */
  nextPoll: number;
}

/** What makes the parts of a ground that depend on the system. */
export interface GroundMakers {
  hasher(realRoot: () => Buffer | null): Hasher;
  watch(root: string, realPath: string, hints: Hints): Promise<Watching>;
  isRemote(path: string | Buffer): boolean;
}

/** What a root is told by its ground. */
export interface Told {
  /** A path was hinted at (monotonic ms). */
  hinted(now: number): void;
  doubted(): void;
  /** Hints were lost: everything may have changed. */
  lost(): void;
  /** A large file was hashed. */
  hashed(path: string): void;
  /** The root is not what was watched any more. */
  gone(why: string): void;
}

type Given = Pick<
  Ground,
  'root' | 'lane' | 'stateFiles' | 'clock' | 'matcher' | 'since' | 'tree' | 'indexed' | 'pending'
>;

/** Begins to watch a root that was found, until `signal` aborts or another thing is in its place. */
export async function goOnline(
  given: Given & GroundMakers,
  found: Extract<Found, { kind: 'directory' }>,
  told: Told,
  signal: AbortSignal,
): Promise<Online> {
  const { root, clock, pending } = given;
  const gone = new AbortController();
  const over = AbortSignal.any([signal, gone.signal]);
  const doubted = new Set<Directory>();
  const hint = (path: string) => {
    const now = clock.monotonic();
    if (!pending.hint(path, now)) told.lost();
    told.hinted(now);
  };
  const hints: Hints = {
    path: hint,
    directory(directory) {
      doubted.add(directory);
      told.doubted();
    },
    everything: told.lost,
  };
  const hasher = given.hasher(() => (gone.signal.aborted ? null : found.real));
  const hashed = (path: string) => {
    told.hashed(path);
    hint(path);
  };
  return {
    ...given,
    hasher,
    large: createLargeFiles(hasher, (path) => fsPath(root, path), hashed, over),
    watching: await given.watch(root, fromFs(found.real), hints),
    polled: new Set(),
    doubted,
    limit: null,
    unreadable: new Map(),
    devices: { renumbered: new Set(), layered: new Set(), remote: new Map() },
    signal: over,
    remote: found.remote,
    nextPoll: 0,
    stillThere() {
      const now = identityOf(root);
      if (now !== null && sameIdentity(found.identity, now)) return true;
      told.gone(now === null ? 'is not there any more' : 'another folder is in its place');
      gone.abort();
      return false;
    },
  };
}
