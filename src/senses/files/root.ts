import { createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import { fromFs } from '../../base/path-text.ts';
import type { RootHealth } from '../../contract/api.ts';
import type { IndexColumns } from '../../contract/event.ts';
import { fsPath, type Ground } from './ground.ts';
import type { Hasher } from './hash.ts';
import { createTeller, describe } from './health.ts';
import type { IgnoreMatcher } from './ignore.ts';
import { createLargeFiles } from './large-files.ts';
import { hashKnown } from './meet.ts';
import { createPending } from './pending.ts';
import { type Found, findRoot, judge } from './presence.ts';
import { scan } from './scan.ts';
import type { Lane } from './sender.ts';
import { serve } from './serve.ts';
import { createSlice } from './slice.ts';
import { identityOf, type StateFiles } from './state-files.ts';
import { type Directory, type Identity, resolve, sameIdentity, type Tree, treeOf } from './tree.ts';
import { createVigil } from './vigil.ts';
import type { Hints, Watching } from './watching.ts';

/** What a root is given. */
export interface RootOptions {
  /** Absolute path text. */
  root: string;
  matcher: IgnoreMatcher;
  debounceMs: number;
  /** Epoch ms: beneath a root that was never scanned, what is younger than this is new. */
  since: number;
  /** How often an absent root is looked for, and at least between two polls. */
  retryMs: number;
  lane: Lane;
  stateFiles: StateFiles;
  clock: Clock;
  hasher(realRoot: () => Buffer | null): Hasher;
  loadIndex(): Promise<IndexColumns>;
  watch(root: string, realPath: string, hints: Hints): Promise<Watching>;
  onHealth(health: RootHealth, scanned: boolean): void;
}

/** One watched root, from its first look to the end of its signal. */
export interface Root {
  readonly path: string;
  /** Perceives until `signal` aborts. Rejects only where the index cannot be had, or for a defect. */
  run(signal: AbortSignal): Promise<void>;
  /** Scans as soon as it is quiet. */
  scan(): void;
  configure(matcher: IgnoreMatcher, debounceMs: number): void;
  hashWhenIdle(paths: readonly string[]): void;
}

/** No hint for so long (ms) is quiet enough to scan after a suspected overflow; while it is never quiet, it is scanned after the longer time. */
const QUIET = 100;
const NEVER_QUIET = 5000;

export function createRoot(options: RootOptions): Root {
  const { root, clock, lane, stateFiles } = options;
  const bell = createBell();
  let { matcher, debounceMs } = options;
  const toHash: string[] = [];
  let wanted: 'now' | 'when quiet' | null = null;
  let wantedSince = 0;
  let sleepsUntil = Number.POSITIVE_INFINITY;
  let ground: Online | null = null;
  let offline = 'was not looked at yet';
  let scanning = false;
  let scanned = false;
  let tree: Tree | null = null;
  let identity: Identity | null = null;
  let baselineSince: number | null = null;
  const pending = createPending(() => debounceMs);

  const want = (how: 'now' | 'when quiet') => {
    if (wanted === null) wantedSince = clock.monotonic();
    wanted = wanted === 'now' ? 'now' : how;
    bell.ring();
  };
  const tell = createTeller(
    clock,
    () => {
      const health = describe({ root, tree, ground, pending, lane, scanning, offline });
      return { health, scanned };
    },
    options.onHealth,
  );

  async function run(signal: AbortSignal): Promise<void> {
    tree = treeOf(await options.loadIndex());
    baselineSince = tree.baselined ? null : options.since;
    const vigil = createVigil(clock);
    signal.addEventListener('abort', () => lane.close(), { once: true });
    try {
      while (!signal.aborted) {
        ground ??= await arrive(tree, signal);
        if (ground === null) {
          await bell.wait(options.retryMs, signal);
          continue;
        }
        await turn(ground, vigil);
        if (ground.signal.aborted) await leave(ground);
        else await sleep(ground, vigil);
      }
    } finally {
      await ground?.watching.close();
    }
  }

  async function turn(here: Online, vigil: ReturnType<typeof createVigil>): Promise<void> {
    const now = clock.monotonic();
    const isIdle = pending.size === 0 && now - pending.lastHint > QUIET;
    if (!here.stillThere()) return;
    if (vigil.needsScan(isIdle) || (here.remote && now >= here.nextPoll)) wanted = 'now';
    const isQuiet = now - pending.lastHint > QUIET || now - wantedSince > NEVER_QUIET;
    if (wanted === 'now' || (wanted === 'when quiet' && isQuiet)) await scanAll(here, vigil);
    else if (here.polled.size > 0 && now >= here.nextPoll)
      await poll(here, () => scan(here, [...here.polled], 'new', createSlice()));
    if (!here.signal.aborted) await serve(here, createSlice());
    if (toHash.length > 0 && pending.size === 0 && !here.signal.aborted) await hashSome(here);
    lane.flush();
  }

  async function scanAll(here: Online, vigil: ReturnType<typeof createVigil>): Promise<void> {
    wanted = null;
    scanning = !scanned;
    if (scanning) tell();
    here.unreadable.clear();
    stateFiles.refresh();
    const slice = createSlice();
    const between = async () => {
      if (pending.next() <= clock.monotonic()) await serve(here, slice);
    };
    await poll(here, () => scan(here, [here.tree.top], 'all', slice, between));
    scanning = false;
    if (here.signal.aborted) return;
    scanned = true;
    vigil.scanned();
    if (here.baselineSince === null) return;
    here.baselineSince = null;
    baselineSince = null;
    lane.finishBaseline();
    await lane.room();
  }

  /** Polls at most a twentieth of the time, however large the tree. */
  async function poll(here: Online, work: () => Promise<void>): Promise<void> {
    const began = clock.monotonic();
    await work();
    const ended = clock.monotonic();
    here.nextPoll = ended + Math.max(options.retryMs, 20 * (ended - began));
  }

  async function hashSome(here: Online): Promise<void> {
    const slice = createSlice();
    while (toHash.length > 0 && !slice.over() && !lane.full) {
      const path = toHash.pop() ?? '';
      const { parent, name } = resolve(here.tree.top, path);
      hashKnown(here, parent, name);
    }
    if (lane.full) await lane.room();
  }

  async function sleep(here: Online, vigil: ReturnType<typeof createVigil>): Promise<void> {
    const now = clock.monotonic();
    let until = Math.min(pending.next(), now + vigil.pulse);
    if (here.doubted.size > 0 || wanted === 'now' || toHash.length > 0) until = now;
    else if (wanted === 'when quiet') until = Math.min(until, now + QUIET);
    if (here.polled.size > 0 || here.remote) until = Math.min(until, here.nextPoll);
    until = Math.min(until, tell());
    sleepsUntil = until;
    if (until <= now) await createSlice().rest();
    else await bell.wait(until - now, here.signal);
    sleepsUntil = 0;
  }

  async function arrive(known: Tree, signal: AbortSignal): Promise<Online | null> {
    stateFiles.refresh();
    const found = findRoot(root, stateFiles);
    const presence = judge(found, { identity, device: known.rows.anyDevice() });
    if (presence.kind === 'offline' || found.kind === 'nothing') {
      offline = presence.kind === 'offline' ? presence.why : '';
      // An absent root is no reason to wait for it: the others may be ready.
      tell();
      return null;
    }
    return open(known, found, signal);
  }

  async function open(
    known: Tree,
    found: Extract<Found, { kind: 'directory' }>,
    signal: AbortSignal,
  ): Promise<Online> {
    const gone = new AbortController();
    const over = AbortSignal.any([signal, gone.signal]);
    identity = found.identity;
    const hasher = options.hasher(() => (gone.signal.aborted ? null : found.real));
    const doubted = new Set<Directory>();
    const hint = (path: string) => {
      const now = clock.monotonic();
      if (!pending.hint(path, now)) want('when quiet');
      if (now + QUIET_AT_LEAST < sleepsUntil) bell.ring();
    };
    const hints: Hints = {
      path: hint,
      directory: (directory) => {
        doubted.add(directory);
        bell.ring();
      },
      everything: () => want('when quiet'),
    };
    const largeDone = (path: string) => {
      hint(path);
      toHash.push(path);
    };
    const large = createLargeFiles(hasher, (path) => fsPath(root, path), largeDone, over);
    const watching = await options.watch(root, fromFs(found.real), hints);
    wanted = 'now';
    return {
      root,
      tree: known,
      pending,
      lane,
      hasher,
      large,
      stateFiles,
      clock,
      watching,
      matcher,
      baselineSince,
      polled: new Set(),
      doubted,
      limit: null,
      unreadable: new Map(),
      devices: { renumbered: new Set(), layered: new Set() },
      signal: over,
      remote: found.remote,
      nextPoll: 0,
      stillThere() {
        const now = identityOf(root);
        if (now !== null && sameIdentity(identity, now)) return true;
        offline = now === null ? 'is not there any more' : 'another folder is in its place';
        gone.abort();
        return false;
      },
    };
  }

  async function leave(here: Online): Promise<void> {
    await here.watching.close();
    pending.clear();
    for (const directory of here.polled) directory.identity = null;
    here.tree.top.identity = null;
    ground = null;
    tell();
  }

  return {
    path: root,
    run,
    scan: () => want('now'),
    configure(nextMatcher, nextDebounce) {
      matcher = nextMatcher;
      debounceMs = nextDebounce;
      if (ground) ground.matcher = nextMatcher;
      want('now');
    },
    hashWhenIdle(paths) {
      for (const path of paths) toHash.push(path);
      bell.ring();
    },
  };
}

/** A hint is due this much later (ms) at the earliest, so it need not wake a root that wakes before. */
const QUIET_AT_LEAST = 18;

/** A root that is there. */
export interface Online extends Ground {
  remote: boolean;
  /** Monotonic ms. */
  nextPoll: number;
}
