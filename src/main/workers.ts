import { dataSeenBy } from '../attention/decide.ts';
import type { Clock } from '../base/clock.ts';
import { loadContentHash } from '../base/content-hash.ts';
import { createDisks } from '../base/disk.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { createExtractor } from '../capture/extract.ts';
import { type CaptureWorker, createCaptureWorker } from '../capture/worker.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Gap } from '../contract/output.ts';
import { createEmbedder, type Embedder } from '../mind/embed.ts';
import { createPlaces } from '../mind/places.ts';
import { createExperience } from '../mind/reason.ts';
import type { AttemptTold } from '../mind/report.ts';
import { createMind, type Mind } from '../mind/worker.ts';
import { plan } from '../outputs/plan.ts';
import { createProposals, type Proposals } from '../outputs/proposals.ts';
import { createOutputs, type Outputs } from '../outputs/worker.ts';
import type { Holds } from '../queue/holds.ts';
import { createLeases, type Leases } from '../queue/lease.ts';
import type { Presence } from '../queue/manners.ts';
import { createPauses, type Pauses } from '../queue/pauses.ts';
import type { Store } from '../store/store.ts';
import { cloudGate } from './cloud-gate.ts';
import type { Configuration } from './configuration.ts';
import { createMannersWatch, type MannersWatch } from './manners.ts';
import { createMcpServers, type McpServers } from './mcp-servers.ts';
import { createProviderSet, type ProviderSet } from './providers.ts';
import { createRouting, type Routing } from './routing.ts';
import { sendersOf } from './senders.ts';
import { createTools } from './tools.ts';

export interface WorkersOptions {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  holds: Holds;
  owner: string;
  version: string;
  configuration: Configuration;
  environment: Readonly<Record<string, string | undefined>>;
  /** Times of which the ledger knows nothing. */
  gaps: readonly Gap[];
  live(event: LiveEvent): void;
  onAttempt(attempt: AttemptTold): void;
  isOffline(root: string): boolean;
  /** A command of ours, as a person is to type it. */
  line(command: string): string;
  /** Looks whether a person is there, and what the machine runs on. */
  presence(): Promise<Presence>;
}

/** Everything that works on thoughts, in flow order. */
export interface Workers {
  capture: CaptureWorker;
  mind: Mind;
  outputs: Outputs;
  proposals: Proposals;
  leases: Leases;
  providers: ProviderSet;
  routing: Routing;
  pauses: Pauses;
  manners: MannersWatch;
  mcp: McpServers;
  embedder: Embedder;
  /** Rules or providers are other ones now, or well again. */
  onRouting(): void;
  /** Lets go of what outlives the loops. */
  close(): Promise<void>;
}

/** Builds the workers; each tells the next that there is something in its rows. */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { store, clock, random, log, holds, owner, configuration, live } = options;
  const places = createPlaces();
  const providers = createProviderSet({
    config: configuration.config(),
    places,
    version: options.version,
    clock,
    random,
    onChange: () => onRouting(),
  });
  const pauses = await createPauses({ store, line: options.line, now: () => clock.now() });
  const manners = createMannersWatch({
    clock,
    log,
    configuration,
    presence: options.presence,
    onChange: () => onRouting(),
  });
  const { notNow } = manners;
  const routing = await createRouting({ store, configuration, providers, holds, pauses, notNow });
  const leases = createLeases({
    store,
    clock,
    log,
    owner,
    onGap() {
      capture.queued();
      mind.look();
      outputs.answered();
    },
  });
  const diskOf = createDisks(() => clock.monotonic());
  const extractor = createExtractor(diskOf);
  const capture = createCaptureWorker({
    store,
    extractor,
    clock,
    log,
    onReady: () => mind.look(),
    live,
    rule: (version) => configuration.allRules().find((rule) => rule.version === version),
    isOffline: options.isOffline,
  });
  const gate = cloudGate(options, providers);
  const { secrets } = gate;
  const hash = await loadContentHash();
  const outputs = createOutputs({
    store,
    clock,
    log,
    holds,
    owner,
    hash,
    diskOf,
    outputRoots: () => configuration.config().outputRoots,
    watchedRoots: () => configuration.config().roots,
    gaps: options.gaps,
    sending: { senders: sendersOf({ ...options, secrets }), random, staysHere: gate.staysHere },
    live,
    onFinished: () => mind.look(),
  });
  const proposals = createProposals({
    store,
    clock,
    owner,
    hash,
    diskOf,
    outputRoots: () => configuration.config().outputRoots,
    gaps: options.gaps,
    expire: () => configuration.config().values.proposals.expire,
    live,
    onApproved: (thought) => outputs.approved(thought),
  });
  const mcp = createMcpServers({ config: configuration.config(), environment: options.environment, log });
  const tools = createTools({ config: () => configuration.config(), extractor, clock, mcp, secrets });
  const mind = createMind({
    ...gate,
    experience: createExperience(clock),
    toolsFor: (rule, signal) => tools.for(rule, signal),
    store,
    clock,
    random,
    log,
    health: providers.health,
    places,
    owner,
    timezone: () => configuration.config().values.timezone,
    live,
    onAttempt: options.onAttempt,
    plan: (request) => {
      const { values, outputRoots } = configuration.config();
      return plan({ ...request, timezone: values.timezone, outputRoots, gaps: options.gaps }, diskOf);
    },
    dataFor: dataSeenBy,
    providers: () => providers.map(),
    maxRetries: (provider) => providers.maxRetries(provider),
    leases,
    rules: () => configuration.allRules(),
    onAnswered: () => outputs.answered(),
    pausedWhy: pauses.why,
    notNow,
    onWaiting: (versions) => routing.waits(versions),
    onLimited: (limited) => routing.limit(limited),
    onOutdated: () => configuration.settle(store),
  });
  const onRouting = () => {
    routing.update();
    mind.look();
  };
  return {
    capture,
    mind,
    outputs,
    proposals,
    leases,
    providers,
    routing,
    pauses,
    manners,
    mcp,
    embedder: createEmbedder({
      store,
      model: () => configuration.config().values.embeddings.model ?? null,
      batch: () => configuration.config().values.embeddings.batch,
      providers: () => providers.map(),
    }),
    onRouting,
    async close() {
      await extractor.close();
      await mcp.close();
    },
  };
}
