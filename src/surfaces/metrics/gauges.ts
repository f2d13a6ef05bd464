import { PROVIDER_STATES } from '../../contract/provider-health.ts';
import { HOLDERS, ROOT_STATES, SENSE_STATES, type StatusView } from '../../contract/status-view.ts';
import { THOUGHT_STATES } from '../../contract/thought.ts';
import { createBound, MOST_NAMES } from './bounded.ts';
import type { MetricName } from './catalogue.ts';
import type { Sample } from './sample.ts';

/** What of the process is not in its status. */
export interface Machine {
  /** Epoch milliseconds. */
  now: number;
  node: string;
  cpuSeconds: number;
}

/** How things stand now. No path, subject, id or text becomes a label: what is held is named only where rules and configuration chose the name. */
export function gaugesOf(status: StatusView, machine: Machine): Sample[] {
  return [
    ...processGauges(status, machine),
    ...queueGauges(status, machine.now),
    ...holdGauges(status),
    ...senseGauges(status),
    ...providerGauges(status),
    ...storageGauges(status, machine.now),
  ];
}

function processGauges(status: StatusView, { now, node, cpuSeconds }: Machine): Sample[] {
  const started = Date.parse(status.startedAt);
  const { p50, p99, max } = status.eventLoopDelayMs;
  return [
    one('build_info', 1, status.version, node),
    one('start_time_seconds', started / 1000),
    one('uptime_seconds', Math.max(0, now - started) / 1000),
    one('ready', status.ready ? 1 : 0),
    one('resident_memory_bytes', status.memoryMb * 1e6),
    one('cpu_seconds_total', cpuSeconds),
    one('event_loop_delay_seconds', p50 / 1000, 'p50'),
    one('event_loop_delay_seconds', p99 / 1000, 'p99'),
    one('event_loop_delay_seconds', max / 1000, 'max'),
    one('configuration_problems', status.problems.length),
    one('rules', status.rules.length),
  ];
}

function queueGauges(status: StatusView, now: number): Sample[] {
  const { waiting, oldest } = status.proposals;
  return [
    ...THOUGHT_STATES.map((state) => one('thoughts', status.queue[state], state)),
    one('oldest_ready_age_seconds', (status.oldestReadyMs ?? 0) / 1000),
    one('oldest_running_age_seconds', (status.oldestRunningMs ?? 0) / 1000),
    one('proposals_waiting', waiting),
    one('oldest_proposal_age_seconds', oldest === null ? 0 : age(oldest, now)),
  ];
}

function holdGauges({ holds }: StatusView): Sample[] {
  const bound = createBound();
  const found = holds.map(({ what, name, thoughts }) => {
    // Roots and outputs are held by their paths.
    const isChosen = what === 'provider' || what === 'rule';
    return { labels: [what, isChosen ? bound(name) : ''], thoughts };
  });
  // A kind of hold that is not there now is 0, so that a graph of it goes back to the ground.
  const none = HOLDERS.map((what) => ({ labels: [what, ''], thoughts: 0 }));
  return [
    ...summed('holds', [...found.map(({ labels }) => ({ labels, n: 1 })), ...none.map(zero)]),
    ...summed('held_thoughts', [
      ...found.map(({ labels, thoughts: n }) => ({ labels, n })),
      ...none.map(zero),
    ]),
  ];
}

const zero = ({ labels }: { labels: string[] }) => ({ labels, n: 0 });

function senseGauges({ senses }: StatusView): Sample[] {
  const roots = senses.flatMap((sense) => sense.roots).map((root, at) => ({ ...root, number: rootName(at) }));
  const sum = (metric: MetricName, count: (root: (typeof roots)[number]) => number) =>
    summed(
      metric,
      roots.map((root) => ({ labels: [root.number], n: count(root) })),
    );
  return [
    ...senses.flatMap(({ name, state }) =>
      SENSE_STATES.map((each) => one('sense_state', each === state ? 1 : 0, name, each)),
    ),
    ...summed(
      'root_state',
      roots.flatMap(({ number, state }) =>
        ROOT_STATES.map((each) => ({ labels: [number, each], n: each === state ? 1 : 0 })),
      ),
    ),
    ...sum('watched_files', ({ files }) => files),
    ...sum('watched_directories', ({ directories }) => directories),
    ...sum('watches', ({ watches }) => watches),
    ...sum('pending_changes', ({ pending }) => pending),
  ];
}

/** Counted from 1, as people do; the last of very many are counted together. */
function rootName(at: number): string {
  return at < MOST_NAMES ? String(at + 1) : 'other';
}

function providerGauges({ providers }: StatusView): Sample[] {
  return providers
    .slice(0, MOST_NAMES)
    .flatMap(({ name, state, slots, busy, spent }) => [
      ...PROVIDER_STATES.map((each) => one('provider_state', each === state ? 1 : 0, name, each)),
      one('provider_slots', slots, name),
      one('provider_busy_slots', busy, name),
      ...(spent === null
        ? []
        : [
            one('budget_used_tokens', spent.tokens, name),
            one('budget_used_money', spent.money, name),
            one('budget_used_calls', spent.calls, name),
          ]),
    ]);
}

function storageGauges({ storage }: StatusView, now: number): Sample[] {
  const { backups, retention } = storage;
  return [
    one('database_size_bytes', storage.databaseBytes),
    one('database_journal_bytes', storage.journalBytes),
    one('databases_quarantined', storage.quarantined),
    one('backups', backups.count),
    one('backups_size_bytes', backups.bytes),
    ...(backups.newest === null ? [] : [one('backup_age_seconds', age(backups.newest, now))]),
    one('backup_failed', backups.problem === null ? 0 : 1),
    ...(retention.waiting === null ? [] : [one('retention_waiting', retention.waiting)]),
    one('retention_removed_total', retention.removed),
  ];
}

function one(metric: MetricName, value: number, ...labels: string[]): Sample {
  return { metric, labels, value };
}

/** Where several have the same labels, their sum. */
function summed(metric: MetricName, found: readonly { labels: string[]; n: number }[]): Sample[] {
  const sums = new Map<string, Sample>();
  for (const { labels, n } of found) {
    const key = JSON.stringify(labels);
    const known = sums.get(key);
    sums.set(key, { metric, labels, value: (known?.value ?? 0) + n });
  }
  return [...sums.values()];
}

function age(at: string, now: number): number {
  return Math.max(0, now - Date.parse(at)) / 1000;
}
