import { createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import type { IndexColumns } from '../../contract/event.ts';
import type { RootHealth } from '../../contract/status-view.ts';
import { adopt } from './adopt.ts';
import { createTeller, describe } from './health.ts';
import type { IgnoreMatcher } from './ignore.ts';
import { hashKnown } from './meet.ts';
import { type GroundMakers, goOnline, type Online } from './online.ts';
import { createPending } from './pending.ts';
import { type Found, findRoot, judge } from './presence.ts';
import { scan } from './scan.ts';
import type { Lane } from './sender.ts';
import { serve } from './serve.ts';
import { createSlice } from './slice.ts';
import type { StateFiles } from './state-files.ts';
import { createTree, resolve, takeIndex } from './tree.ts';
import { isPassing, PASSES_AFTER } from './trouble.ts';
import { createVigil, type Vigil } from './vigil.ts';

/** What a root is given. */
export interface RootOptions extends GroundMakers {
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
  loadIndex(): Promise<IndexColumns>;
  /** Milliseconds since the machine was started, its sleep included. */
  uptime(): number;
  onHealth(health: RootHealth, scanned: boolean): void;
}

/** One watched root, from its first look to the end of its signal. */
export interface Root {
  readonly path: string;
  /** Perceives until `signal` aborts. Rejects only where the index cannot be had, or for a defect. */
  run(signal: AbortSignal): Promise<void>;
  /** Scans the whole root. */
  scan(when: 'now' | 'when quiet'): void;
  configure(matcher: IgnoreMatcher, debounceMs: number): void;
  hashWhenIdle(paths: readonly string[]): void;
  /** A batch of it was accepted. */
  accepted(): void;
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
  const tree = createTree();
  let scanAgainAt = Number.POSITIVE_INFINITY;
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
    // The root is looked at while its index is on the way.
    const indexed = options.loadIndex().then((columns) => takeIndex(tree, columns));
    await Promise.all([indexed, perceive(indexed, signal)]);
  }

  async function perceive(indexed: Promise<void>, signal: AbortSignal): Promise<void> {
    const { uptime } = options;
    const vigil = createVigil({ now: () => clock.now(), monotonic: () => clock.monotonic(), uptime });
    signal.addEventListener('abort', () => lane.close(), { once: true });
    try {
      while (!signal.aborted) {
        ground ??= await arrive(indexed, signal);
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

  async function turn(here: Online, vigil: Vigil): Promise<void> {
    const now = clock.monotonic();
    const isIdle = pending.size === 0 && now - pending.lastHint > QUIET;
    if (!here.stillThere()) return;
    const isDue = now >= scanAgainAt || (here.remote && now >= here.nextPoll);
    if (vigil.needsScan(isIdle) || isDue) wanted = 'now';
    const isQuiet = now - pending.lastHint > QUIET || now - wantedSince > NEVER_QUIET;
    if (wanted === 'now' || (wanted === 'when quiet' && isQuiet)) await scanAll(here, vigil);
    else if (here.polled.size > 0 && now >= here.nextPoll)
      await poll(here, () => scan(here, [...here.polled], 'new', createSlice()));
    if (!here.signal.aborted) await serve(here, createSlice());
    if (toHash.length > 0 && pending.size === 0 && !here.signal.aborted) await hashSome(here);
    lane.flush();
  }

  async function scanAll(here: Online, vigil: Vigil): Promise<void> {
    wanted = null;
    scanAgainAt = Number.POSITIVE_INFINITY;
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
    if (tree.baselined) return;
    // What could not be read would be met as new by the next scan: the first one is not over.
    if ([...here.unreadable.values()].some(isPassing)) {
      scanAgainAt = clock.monotonic() + PASSES_AFTER;
      return;
    }
    tree.baselined = true;
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

  async function sleep(here: Online, vigil: Vigil): Promise<void> {
    const now = clock.monotonic();
    let until = Math.min(pending.next(), now + vigil.pulse);
    if (here.doubted.size > 0 || wanted === 'now' || toHash.length > 0) until = now;
    else if (wanted === 'when quiet') until = Math.min(until, now + QUIET);
    if (here.polled.size > 0 || here.remote) until = Math.min(until, here.nextPoll);
    until = Math.min(until, scanAgainAt);
    until = Math.min(until, tell());
    sleepsUntil = until;
    if (until <= now) await createSlice().rest();
    else await bell.wait(until - now, here.signal);
    sleepsUntil = 0;
  }

  async function arrive(indexed: Promise<void>, signal: AbortSignal): Promise<Online | null> {
    stateFiles.refresh();
    const found = findRoot(root, stateFiles, options.isRemote);
    // Whether an empty folder is the root is judged by the device of the indexed files.
    if (found.kind === 'directory' && found.empty) await indexed;
    const presence = judge(found, { identity: tree.folder, device: tree.rows.anyDevice() });
    if (presence.kind === 'offline' || found.kind === 'nothing') {
      offline = presence.kind === 'offline' ? presence.why : '';
      // An absent root is no reason to wait for it: the others may be ready.
      tell();
      return null;
    }
    return open(found, indexed, signal);
  }

  async function open(
    found: Extract<Found, { kind: 'directory' }>,
    indexed: Promise<void>,
    signal: AbortSignal,
  ): Promise<Online> {
    wanted = 'now';
    const adopted = Promise.withResolvers<void>();
    const here = await goOnline(
      {
        root,
        lane,
        stateFiles,
        clock,
        matcher,
        since: options.since,
        tree,
        indexed: adopted.promise,
        pending,
        hasher: options.hasher,
        watch: options.watch,
        isRemote: options.isRemote,
      },
      found,
      {
        hinted(now) {
          if (now + SOONEST_DUE < sleepsUntil) bell.ring();
        },
        doubted: () => bell.ring(),
        lost: () => want('when quiet'),
        hashed: (path) => toHash.push(path),
        gone(why) {
          offline = why;
        },
      },
      signal,
    );
    const settle = () => {
      if (!here.signal.aborted) adopt(here, found.identity);
      adopted.resolve();
    };
    if (tree.known) settle();
    // Where the index cannot be had, the root ends of that.
    else indexed.then(settle, () => undefined);
    return here;
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
    scan: want,
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
    accepted() {
      // A root that sleeps would tell its numbers only when it wakes.
      if (tell() < Number.POSITIVE_INFINITY) bell.ring();
    },
  };
}

/** A hint is due this much later (ms) at the earliest, so it need not wake a root that wakes before. */
const SOONEST_DUE = 18;
