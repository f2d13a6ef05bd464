import type { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Config } from '../contract/config.ts';
import type { HttpView } from '../contract/http-view.ts';
import { type ConfigProblem, problemLine } from '../contract/problem.ts';
import type { Rule } from '../contract/rule.ts';
import type { HoldView, SenseHealth, StatusView, StorageView } from '../contract/status-view.ts';
import { wokenBy } from '../contract/woken-by.ts';
import type { Lanes } from '../mind/lanes.ts';
import type { Mind } from '../mind/worker.ts';
import type { Holds } from '../queue/holds.ts';
import type { QueueFacts } from '../store/queries/queue-facts.ts';
import type { Spent } from '../store/queries/spending.ts';
import { homeOption } from '../surfaces/cli/line.ts';
import type { Recent } from '../surfaces/metrics/recent.ts';
import type { ProviderSet } from './providers.ts';

export interface StatusFacts {
  version: string;
  instance: string;
  startedAt: number;
  now: number;
  ready: boolean;
  stopping: boolean;
  config: Config;
  rules: readonly Rule[];
  problems: readonly ConfigProblem[];
  senses: SenseHealth[];
  facts: QueueFacts;
  spent: readonly Spent[];
  holds: Holds;
  lanes: Lanes;
  providers: ProviderSet;
  mind: Pick<Mind, 'busy'>;
  recent: Recent['of'];
  storage: StorageView;
  http: HttpView;
  lastError: { at: number; message: string } | null;
  loopDelay: ReturnType<typeof monitorEventLoopDelay>;
}

/** The daemon at a glance. */
export function statusOf(input: StatusFacts): StatusView {
  const { config, facts, rules, problems } = input;
  return {
    version: input.version,
    pid: process.pid,
    instance: input.instance,
    home: {
      config: config.folders.config,
      rules: config.folders.rules,
      state: config.folders.state,
      option: homeOption(config.folders.home),
    },
    startedAt: new Date(input.startedAt).toISOString(),
    ready: input.ready,
    stopping: input.stopping,
    senses: input.senses,
    rules: rules.map((rule) => ({
      name: rule.name,
      version: rule.version,
      wokenBy: wokenBy(rule.on),
      paths: rule.on.file?.paths ?? [],
      models: rule.mind.models,
      problem: problemOf(rule.file, problems),
    })),
    outputRoots: config.outputRoots,
    problems: [...problems.map(problemLine), ...(input.http.problem === null ? [] : [input.http.problem])],
    queue: facts.queue,
    proposals: {
      waiting: facts.proposals.waiting,
      oldest: facts.proposals.oldestAt === null ? null : new Date(facts.proposals.oldestAt).toISOString(),
    },
    holds: input.holds.list().map(({ until, ...hold }) => ({
      ...hold,
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      since: new Date(hold.since).toISOString(),
      thoughts: heldBy(hold, facts, input),
    })),
    providers: [...input.providers.map().values()].map(({ name, slots }) => ({
      name,
      busy: input.mind.busy(name),
      recent: input.recent(name),
      spent: input.spent.find((each) => each.provider === name) ?? null,
      ...input.providers.health.health(name),
      // What is in force, whatever the server says.
      slots,
    })),
    oldestReadyMs: ageOf(facts.oldestReadyAt, input.now),
    oldestRunningMs: ageOf(facts.oldestRunningAt, input.now),
    storage: input.storage,
    http: input.http,
    lastError: input.lastError && {
      at: new Date(input.lastError.at).toISOString(),
      message: input.lastError.message,
    },
    eventLoopDelayMs: {
      p50: milliseconds(input.loopDelay.percentile(50)),
      p99: milliseconds(input.loopDelay.percentile(99)),
      max: milliseconds(input.loopDelay.max),
    },
    memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
  };
}

/** What is wrong with a rule's file, whose last good version is in force; null where nothing is. */
export function problemOf(file: string, problems: readonly ConfigProblem[]): string | null {
  const found = problems.find((problem) => problem.file === file && problem.severity === 'error');
  return found ? `its file is broken, the last good version is in force: ${problemLine(found)}` : null;
}

/** How many thoughts wait because of a hold. */
function heldBy(
  hold: { what: HoldView['what']; name: string },
  facts: QueueFacts,
  { lanes, rules }: Pick<StatusFacts, 'lanes' | 'rules'>,
): number {
  if (hold.what === 'root' || hold.what === 'output') return facts.queue.answered;
  if (hold.what === 'rule') {
    const version = rules.find((rule) => rule.name === hold.name)?.version;
    return version === undefined ? 0 : (facts.readyByVersion[version] ?? 0);
  }
  if (hold.what !== 'provider') return facts.queue.ready;
  let thoughts = 0;
  for (const [version, where] of lanes.routes) {
    if (where.kind === 'held' && where.provider === hold.name) thoughts += facts.readyByVersion[version] ?? 0;
  }
  return thoughts;
}

function ageOf(at: number | null, now: number): number | null {
  return at === null ? null : Math.max(0, now - at);
}

/** The histogram counts nanoseconds over its own timer: what is beyond that is the delay. */
function milliseconds(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e5 - LOOP_RESOLUTION_MS * 10) / 10);
}

/** How often the event loop's delay is sampled: 50 times a second would cost 0.3 % of a core [measured]. */
export const LOOP_RESOLUTION_MS = 1000;
