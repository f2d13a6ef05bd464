import type { Clock } from '../../base/clock.ts';
import type { RootHealth, SenseHealth } from '../../contract/status-view.ts';
import type { Ground } from './ground.ts';
import type { Pending } from './pending.ts';
import type { Lane } from './sender.ts';
import { type Tree, walk } from './tree.ts';
import { isPassing } from './trouble.ts';

export interface RootFacts {
  root: string;
  tree: Tree;
  /** Null = offline, for the reason in `offline`. */
  ground: (Ground & { remote: boolean }) | null;
  pending: Pending;
  lane: Lane;
  scanning: boolean;
  offline: string;
}

/** A root's health as `status` shows it. */
export function describe(facts: RootFacts): RootHealth {
  const { ground, tree } = facts;
  const isPolling = ground !== null && (ground.polled.size > 0 || ground.remote);
  const state =
    ground === null ? 'offline' : facts.scanning ? 'scanning' : isPolling ? 'polling' : 'watching';
  let directories = 0;
  if (ground) for (const each of walk(tree.top)) if (each.identity) directories += 1;
  return {
    path: facts.root,
    state,
    detail: ground === null ? facts.offline : detailOf(ground),
    files: tree.rows.size,
    directories,
    watches: ground?.watching.count ?? 0,
    pending: facts.pending.size + facts.lane.size,
  };
}

/** Numbers alone are told at most so often (ms). */
const TELL_EVERY = 250;

/**
 * Tells a root's health when it changed: its state at once, its numbers every 250 ms. Returns when to call it
 * again (monotonic ms); Infinity where everything is told.
 */
export function createTeller(
  clock: Clock,
  ask: () => { health: RootHealth; scanned: boolean },
  onHealth: (health: RootHealth, scanned: boolean) => void,
): () => number {
  let state = '';
  let numbers = '';
  let at = Number.NEGATIVE_INFINITY;
  return () => {
    const { health, scanned } = ask();
    const nextState = `${health.state} ${scanned} ${health.detail}`;
    const nextNumbers = `${health.files} ${health.directories} ${health.watches} ${health.pending}`;
    if (nextState === state && nextNumbers === numbers) return Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    if (nextState === state && now < at + TELL_EVERY) return at + TELL_EVERY;
    state = nextState;
    numbers = nextNumbers;
    at = now;
    onHealth(health, scanned);
    return Number.POSITIVE_INFINITY;
  };
}

/** The health of the sense from that of its roots; null stands for a root that has told nothing yet. */
export function senseHealth(roots: readonly (RootHealth | null)[]): SenseHealth {
  const told = roots.filter((root) => root !== null);
  const offline = told.filter((root) => root.state === 'offline');
  const detail = told
    .filter((root) => root.detail !== '')
    .map((root) => `${root.path}: ${root.detail}`)
    .join('; ');
  return { name: 'files', state: stateOf(), detail, roots: told };

  function stateOf(): SenseHealth['state'] {
    if (told.length < roots.length || told.some((root) => root.state === 'scanning')) return 'starting';
    if (offline.length > 0) return offline.length === told.length ? 'offline' : 'degraded';
    if (told.some((root) => root.state === 'polling')) return 'polling';
    return detail === '' ? 'ok' : 'degraded';
  }
}

/** Which limit it is, and the command that raises it. */
const LIMITS = {
  'no-watches': 'watches; to raise the limit: sudo sysctl fs.inotify.max_user_watches=524288',
  'no-watchers': 'watchers; to raise the limit: sudo sysctl fs.inotify.max_user_instances=1024',
  'no-files': 'open files; to raise the limit: ulimit -n 65536 (systemd: LimitNOFILE=65536)',
} as const;

const folders = (count: number) => `${count} folder${count === 1 ? ' is' : 's are'}`;

function detailOf(ground: Ground & { remote: boolean }): string {
  const parts: string[] = [];
  if (ground.remote)
    parts.push('is on a network file system, which does not tell of changes by others: it is polled');
  const remote = [...ground.polled].filter((each) => ground.devices.remote.get(each.identity?.dev ?? -1));
  const [share] = remote;
  if (share)
    parts.push(
      `${folders(remote.length)} polled, on a network file system that does not tell of changes by others: ${share.path}`,
    );
  const refused = ground.polled.size - remote.length;
  if (refused > 0)
    parts.push(
      `${folders(refused)} polled, as the system allows no more ${LIMITS[ground.limit ?? 'no-watches']}`,
    );
  const [unreadable] = ground.unreadable;
  if (unreadable) {
    const others = ground.unreadable.size > 1 ? ` and ${ground.unreadable.size - 1} more` : '';
    const again = isPassing(unreadable[1]) ? '; it is tried again' : '';
    const limit = /^E[MN]FILE$/.test(unreadable[1]) ? `, no more ${LIMITS['no-files']}` : '';
    parts.push(
      `cannot read ${unreadable[0] || 'the folder itself'}${others} (${unreadable[1]}${limit})${again}`,
    );
  }
  return parts.join('; ');
}
