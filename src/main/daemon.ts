import type { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Broadcast } from '../base/broadcast.ts';
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { CaptureWorker } from '../capture/worker.ts';
import type { ChangeResult } from '../contract/api.ts';
import { LOG_LEVELS } from '../contract/config.ts';
import type { HttpView } from '../contract/http-view.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import { dayOf } from '../contract/template-scope.ts';
import type { ThoughtRow } from '../contract/thought-view.ts';
import type { Journal } from '../journal/journal.ts';
import type { Retainer } from '../journal/retain.ts';
import type { Embedder } from '../mind/embed.ts';
import type { Mind } from '../mind/worker.ts';
import type { Proposals } from '../outputs/proposals.ts';
import type { Outputs } from '../outputs/worker.ts';
import type { Holds } from '../queue/holds.ts';
import type { Leases } from '../queue/lease.ts';
import type { Pauses } from '../queue/pauses.ts';
import type { FilesSense } from '../senses/files/sense.ts';
import type { Keeper } from '../store/keeper.ts';
import type { Changed } from '../store/operations/change.ts';
import type { Store } from '../store/store.ts';
import type { Daemon } from '../surfaces/daemon.ts';
import { accept, findThought, pageOfThoughts, wholeId } from './ask.ts';
import type { Configuration } from './configuration.ts';
import { explain } from './explain.ts';
import type { Observed } from './observed.ts';
import { createOnce } from './once.ts';
import type { ProviderSet } from './providers.ts';
import { queueView } from './queue-view.ts';
import type { Routing } from './routing.ts';
import { createRuleFiles } from './rule-files.ts';
import { ruleViews } from './rule-views.ts';
import { runFiles } from './run-files.ts';
import type { Senses } from './senses.ts';
import { statusOf } from './status.ts';
import { createTrying } from './trying.ts';
import { undo, undoable } from './undo.ts';

export interface DaemonParts {
  clock: Clock;
  random: Random;
  log: Log;
  lastError(): { at: number; message: string } | null;
  /** Fails at once while the disk takes nothing: whoever asks is told. */
  store: Store;
  configuration: Configuration;
  events: Broadcast<LiveEvent>;
  live(event: LiveEvent): void;
  version: string;
  owner: string;
  startedAt: number;
  holds: Holds;
  routing: Routing;
  providers: ProviderSet;
  mind: Mind;
  outputs: Pick<Outputs, 'undo'>;
  proposals: Proposals;
  journal: Journal;
  leases: Leases;
  pauses: Pauses;
  embedder: Embedder;
  onRouting(): void;
  capture: CaptureWorker;
  sense: FilesSense;
  senses: Pick<Senses, 'health'>;
  keeper: Pick<Keeper, 'facts'>;
  retainer: Pick<Retainer, 'facts'>;
  http(): HttpView;
  loopDelay: ReturnType<typeof monitorEventLoopDelay>;
  observed: Pick<Observed, 'metrics' | 'progress' | 'recent'>;
  stopping: AbortController;
}

/** The running daemon as surfaces see it. */
export function createDaemon(parts: DaemonParts): Daemon {
  const { store, clock, configuration, log } = parts;
  let ready = false;
  parts.sense.ready(parts.stopping.signal).then(
    () => {
      ready = true;
    },
    () => undefined, // stopped before it was ready
  );

  async function change(
    ids: string[],
    apply: (whole: string[]) => Promise<Changed[]>,
  ): Promise<ChangeResult[]> {
    const results: ChangeResult[] = [];
    for (const id of ids) {
      try {
        results.push(...(await apply([await wholeId(store, id)])));
      } catch (error) {
        if (!(error instanceof CodedError) || !error.code.startsWith('thought-')) throw error;
        results.push({ id, ok: false, state: null, reason: error.message });
      }
    }
    await tell(results);
    return results;
  }

  async function tell(results: ChangeResult[]): Promise<void> {
    const at = new Date(clock.now()).toISOString();
    const changed = results.filter(({ ok }) => ok);
    for (const each of changed.flatMap(({ id, replayedAs }) => (replayedAs ? [id, replayedAs] : [id]))) {
      const row = await store.read('thoughtRow', { id: each });
      if (!row) continue;
      const { id, rule, context, state, reason } = row;
      parts.live({ type: 'state', at, thought: id, rule, subject: context.subject, state, reason });
    }
    parts.capture.queued();
    parts.mind.look();
  }

  function assertKnown(name: string): void {
    const names = configuration.allRules().map((rule) => rule.name);
    if (names.includes(name)) return;
    throw new CodedError('rule-unknown', `there is no rule ${name}`, {
      value: name,
      allowed: names.join(', '),
    });
  }

  /** Says of a ready thought why nobody takes it just now. */
  function withHold<Row extends ThoughtRow>(row: Row): Row {
    const version = configuration.allRules().find((rule) => rule.name === row.rule)?.version;
    const reason =
      row.state === 'ready' && version !== undefined
        ? parts.routing.why(version, row.context.asked === true)
        : null;
    return reason === null ? row : { ...row, reason };
  }

  const daemon: Daemon = {
    async status() {
      return statusOf({
        version: parts.version,
        instance: parts.owner,
        startedAt: parts.startedAt,
        now: clock.now(),
        ready,
        stopping: parts.stopping.signal.aborted,
        config: configuration.config(),
        rules: configuration.rules(),
        problems: configuration.problems(),
        senses: [parts.sense.health(), ...parts.senses.health()],
        facts: await store.read('queueFacts', undefined),
        spent: await store.read('spentOn', {
          day: dayOf(clock.now(), configuration.config().values.timezone),
        }),
        holds: parts.holds,
        lanes: parts.routing.lanes(),
        providers: parts.providers,
        mind: parts.mind,
        recent: parts.observed.recent,
        storage: { ...parts.keeper.facts(), retention: parts.retainer.facts() },
        http: parts.http(),
        lastError: parts.lastError(),
        loopDelay: parts.loopDelay,
      });
    },
    queue: () => queueView(parts),
    rules: async () =>
      ruleViews({
        rules: configuration.rules(),
        problems: configuration.problems(),
        folder: configuration.config().folders.rules,
        facts: await store.read('ruleFacts', undefined),
        now: clock.now(),
        timezone: configuration.config().values.timezone,
        paused: parts.pauses.why,
        why: parts.routing.why,
      }),
    async thoughts(query) {
      const { items, next } = await pageOfThoughts(store, query);
      return { items: items.map(withHold), next };
    },
    thought: async (id) => withHold(await findThought(store, id)),
    async think(request) {
      const row = await accept(request, configuration.allRules(), { store, clock, random: parts.random });
      parts.routing.asked();
      await tell([{ id: row.id, ok: true, state: row.state, reason: '' }]);
      return withHold(row);
    },
    async retry(which) {
      const now = clock.now();
      if ('ids' in which) return change(which.ids, (ids) => store.write('retry', { ids, now }));
      const results = await store.write('retry', { ids: 'dead', now });
      await tell(results);
      return results;
    },
    cancel: (ids) =>
      change(ids, async (whole) => {
        const results = await store.write('cancel', { ids: whole, now: clock.now() });
        for (const { id, ok } of results) if (ok) parts.leases.revoke(id);
        return results;
      }),
    async run(request) {
      const view = await runFiles(request, {
        store,
        journal: parts.journal,
        clock,
        random: parts.random,
        roots: configuration.config().roots.map((root) => root.path),
        rules: configuration.rules(),
        ignoredBy: (file) => parts.sense.ignoredBy(file),
      });
      parts.routing.asked();
      parts.capture.queued();
      return view;
    },
    undo: (which) => undo(which, store, parts.outputs),
    lastDone: () => store.read('lastApplied', undefined),
    undoable: (query) => undoable(query, store),
    proposals: async (thought) =>
      parts.proposals.list(thought === null ? null : await wholeId(store, thought)),
    proposal: async (thought, position) => parts.proposals.show(await wholeId(store, thought), position),
    approve: async (thought, position, what) =>
      parts.proposals.approve(await wholeId(store, thought), position, what),
    reject: async (thought, position) => parts.proposals.reject(await wholeId(store, thought), position),
    async pause(rule) {
      if (rule !== null) assertKnown(rule);
      const view = await parts.pauses.pause(rule);
      log.info('paused', { rule: rule ?? 'all' });
      parts.onRouting();
      return view;
    },
    async resume(rule) {
      // A rule whose file is gone may still be paused.
      if (rule !== null && !parts.pauses.view().rules.includes(rule)) assertKnown(rule);
      const view = await parts.pauses.resume(rule);
      log.info('resumed', { rule: rule ?? 'all' });
      parts.onRouting();
      return view;
    },
    async embed(texts) {
      const { model = '' } = configuration.config().values.embeddings;
      const vectors = await parts.embedder.embed(texts, parts.stopping.signal);
      return { model, vectors: vectors.map((vector) => Array.from(vector)) };
    },
    explain: (path) =>
      explain(path, {
        store,
        roots: configuration.config().roots.map((root) => root.path),
        rules: configuration.rules(),
        why: parts.routing.why,
        senses: [parts.sense.health()],
        ignoredBy: (file) => parts.sense.ignoredBy(file),
      }),
    vitals: ({ since, spans }) => {
      const to = parts.clock.now();
      return store.read('vitalsSeries', { from: Math.min(since, to), to, spans });
    },
    config: async () => configuration.view(),
    async processes(question) {
      const { lookAtProcesses } = await import('./look.ts');
      return lookAtProcesses({ ...question, signal: parts.stopping.signal });
    },
    async vitalsNow() {
      const { lookAtVitals } = await import('./look.ts');
      return lookAtVitals(parts.stopping.signal);
    },
    ...createTrying(configuration.config, configuration.allRules),
    ...createRuleFiles(configuration.config, log),
    once: createOnce(store, clock),
    feed: (after, limit) => store.read('feed', { after, limit }),
    feedPlace: (mark) => store.read('feedPlace', { mark }),
    live: (signal) => parts.events.listen(signal),
    setLogLevel(level) {
      const known = LOG_LEVELS.find((each) => each === level.toUpperCase());
      if (!known)
        throw new CodedError('log-level-unknown', 'no such log level', {
          value: level,
          allowed: LOG_LEVELS.join(', '),
        });
      log.setLevel(known);
      log.info('log level changed', { to: known });
    },
    metrics: async () => parts.observed.metrics.text(await daemon.status()),
    progress: parts.observed.progress,
    stop: () => parts.stopping.abort(),
  };
  return daemon;
}
