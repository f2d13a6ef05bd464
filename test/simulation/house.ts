import { attend } from '../../src/attention/attend.ts';
import { dataSeenBy } from '../../src/attention/decide.ts';
import { replacements } from '../../src/attention/reload.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { ContentHash } from '../../src/base/content-hash.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import type { Extractor } from '../../src/capture/extraction.ts';
import { createCaptureWorker } from '../../src/capture/worker.ts';
import type { Provider } from '../../src/contract/provider.ts';
import type { Rule } from '../../src/contract/rule.ts';
import { createJournal } from '../../src/journal/journal.ts';
import { createUpkeep } from '../../src/main/upkeep.ts';
import { createHealthMonitor, type HealthMonitor } from '../../src/mind/health.ts';
import { createPlaces } from '../../src/mind/places.ts';
import { createMind } from '../../src/mind/worker.ts';
import { plan } from '../../src/outputs/plan.ts';
import { createOutputs } from '../../src/outputs/worker.ts';
import { createHolds } from '../../src/queue/holds.ts';
import { createLeases } from '../../src/queue/lease.ts';
import type { ClaimInput } from '../../src/store/operations/claim.ts';
import { patientStore } from '../../src/store/patient.ts';
import { eventData } from '../../src/store/queries/list-thoughts.ts';
import type { Store } from '../../src/store/store.ts';
import { stayingAtHome } from '../support/mind.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { nothingSent } from '../support/sending.ts';
import type { Life } from './life.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import { createSimulatedSense, ROOT } from './simulated-sense.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { VirtualTime } from './virtual-time.ts';

const OUTPUT_ROOTS = ['/inbox/notes', '/notes'];

export interface HouseOptions {
  life: Life;
  store: Store;
  disk: SimulatedDisk;
  servers: readonly SimulatedServer[];
  time: VirtualTime;
  random: SeededRandom;
  hash: ContentHash;
  /** Which rules are in force, for all lives. */
  rules(): readonly Rule[];
  /** Something happened that must never happen. */
  wrong(what: string): void;
}

/** One life of a daemon: the real loops on a simulated world. */
export interface House {
  /** The sense is told that something may have changed. */
  hint(): void;
  /** Rules are other ones now. */
  reload(): Promise<void>;
  ask(key: string): Promise<void>;
  cancel(): Promise<void>;
  retryAll(): Promise<void>;
  /** Ends in order; resolves when every loop has. */
  stop(): Promise<void>;
  /** The loops that have not ended. */
  left(): string;
}

/** Begins a life; resolves when its loops run. */
export async function beginHouse(options: HouseOptions): Promise<House> {
  const { life, disk, time, random, hash, servers } = options;
  const { clock } = time;
  const owner = `i-${random.hex(4)}`;
  const stopping = new AbortController();
  const { signal } = stopping;
  const store = patientStore(options.store, { clock, signal, onTrouble: () => undefined });
  const live = () => undefined;
  const log = logOf(options);
  const holds = createHolds(clock, live);
  const journal = createJournal({ store, clock, live });
  await journal.register([ROOT], clock.now());
  // A version is durable before anybody can make a thought of it.
  let inForce = options.rules();
  await saveRules(store, inForce, clock);
  await store.write('sweep', { owner, everyone: true, now: clock.now() });
  await settle();

  const reached = disk.reachedBy(life);
  const diskOf = () => reached;
  const providers = new Map<string, Provider>(servers.map((server) => [server.name, server.reachedBy(life)]));
  const places = createPlaces();
  const health = createHealthMonitor({
    providers: [...providers.values()],
    places,
    clock,
    random,
    onChange: () => mind.look(),
  });
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
  const capture = createCaptureWorker({
    store,
    extractor: extractorOf(options),
    clock,
    log,
    onReady: () => mind.look(),
    live,
    rule: () => undefined,
    isOffline: () => false,
  });
  const outputs = createOutputs({
    store,
    clock,
    log,
    holds,
    owner,
    hash,
    diskOf,
    outputRoots: () => OUTPUT_ROOTS,
    sending: nothingSent(),
    gaps: [],
    live,
    onFinished: () => mind.look(),
  });
  const mind = createMind({
    ...stayingAtHome(),
    store: watchingClaims(store, { rules: () => inForce, wrong: options.wrong }, health),
    clock,
    random,
    log,
    health,
    places,
    owner,
    timezone: () => 'UTC',
    live,
    plan: (request) => plan({ ...request, timezone: 'UTC', outputRoots: OUTPUT_ROOTS, gaps: [] }, diskOf),
    dataFor: dataSeenBy,
    providers: () => providers,
    maxRetries: () => 3,
    leases,
    rules: () => inForce,
    onAnswered: () => outputs.answered(),
    onOutdated: settle,
    pausedWhy: () => null,
    notNow: () => null,
    onWaiting: () => undefined,
    onLimited: () => undefined,
  });
  const sense = createSimulatedSense({ ...options, store });

  async function settle(): Promise<void> {
    const unclaimed = await store.write('unclaimedThoughts', undefined);
    const changes = replacements(unclaimed, inForce, (thought) => eventData(thought.data));
    if (changes.length > 0) await store.write('replaceThoughts', { replacements: changes, now: clock.now() });
  }

  const left = new Set<string>();
  /** A loop that ends with an error would end the daemon. */
  const stage = (name: string, run: (signal: AbortSignal) => Promise<void>) => {
    const own = new AbortController();
    left.add(name);
    const ended = run(own.signal)
      .finally(() => left.delete(name))
      .catch((error: unknown) => {
        if (!own.signal.aborted && !life.isOver()) options.wrong(`${name} ended: ${messageOf(error)}`);
      });
    return {
      async stop() {
        own.abort(new Error('stopped'));
        await ended;
      },
    };
  };
  const stages = [
    stage('files sense', (own) =>
      attend({
        perceptions: sense.perceive(own),
        journal,
        rules: () => inForce,
        onQueued: capture.queued,
        onBaselined: () => undefined,
      }),
    ),
    stage('capture', capture.run),
    stage('mind', mind.run),
    stage('outputs', outputs.run),
    stage(
      'upkeep',
      createUpkeep({
        store,
        clock,
        owner,
        log,
        configuration: { settle },
        leases,
        capture,
        mind,
        outputs,
        proposals: { expire: async () => {} },
      }),
    ),
    stage('leases', leases.keep),
    stage('providers', health.watch),
  ];

  return {
    hint: sense.hint,
    async reload() {
      const next = options.rules();
      await saveRules(store, next, clock);
      inForce = next;
      await settle();
      capture.queued();
      mind.look();
    },
    async ask(key) {
      const rule = inForce.find((each) => each.on.request !== undefined);
      if (!rule) return;
      const request = {
        key,
        text: `request ${key}`,
        rule: rule.name,
        version: rule.version,
        now: clock.now(),
      };
      await store.write('acceptRequest', request);
      mind.look();
    },
    async cancel() {
      const some = { state: null, rule: null, since: null, unprocessed: true, subject: null, limit: 5 };
      const [row] = await store.read('listThoughts', some);
      if (!row) return;
      const results = await store.write('cancel', { ids: [row.id], now: clock.now() });
      for (const { id, ok } of results) if (ok) leases.revoke(id);
      mind.look();
    },
    async retryAll() {
      const given = { state: null, rule: null, since: null, unprocessed: false, subject: null, limit: 1000 };
      const rows = await store.read('listThoughts', given);
      const ids = rows
        .filter(
          ({ state, reason }) =>
            state === 'dead' || (state === 'cancelled' && reason.endsWith('by a person')),
        )
        .map(({ id }) => id);
      if (ids.length > 0) await store.write('retry', { ids, now: clock.now() });
      capture.queued();
      mind.look();
    },
    async stop() {
      for (const each of stages) await each.stop();
      stopping.abort();
    },
    left: () => [...left].join(', '),
  };
}

async function saveRules(store: Store, rules: readonly Rule[], clock: Clock): Promise<void> {
  const stored = rules.map(({ name, version, file, text }) => ({ name, version, file, text }));
  await store.write('saveRules', { rules: stored, now: clock.now() });
}

/** Says so when a thought could be claimed for a provider that is held. */
function watchingClaims(
  store: Store,
  { rules, wrong }: Pick<HouseOptions, 'rules' | 'wrong'>,
  health: HealthMonitor,
): Store {
  const isOnline = (version: string) =>
    rules()
      .find((rule) => rule.version === version)
      ?.mind.models.some((model) => health.health(model.slice(0, model.indexOf('/'))).state === 'online');
  return {
    ...store,
    write(name, input) {
      const lanes = claimOf(name, input)?.lanes ?? [];
      for (const { versions } of lanes)
        for (const version of versions) if (!isOnline(version)) wrong(`${version} was claimed while held`);
      return store.write(name, input);
    },
  };
}

function claimOf(name: string, input: unknown): ClaimInput | null {
  const claim = name === 'claim' && typeof input === 'function' ? input() : input;
  return name === 'claim' && isClaim(claim) ? claim : null;
}

function isClaim(input: unknown): input is ClaimInput {
  return typeof input === 'object' && input !== null && 'lanes' in input;
}

/** Texts are read from the simulated disk; only a content that the journal knows is the one to think about. */
function extractorOf({ life, disk, time, random, hash }: HouseOptions): Extractor {
  return {
    expect: () => undefined,
    async extract(request, signal) {
      await time.clock.sleep(random.fraction() * 15, signal);
      if (life.isOver()) return life.never();
      const text = disk.files().get(request.path);
      if (text === undefined || (request.hash !== null && hash(Buffer.from(text)) !== request.hash))
        return { kind: 'changed' };
      return { kind: 'text', text, format: 'text', characters: text.length, truncated: false };
    },
    close: () => Promise.resolve(),
  };
}

/** What the loops log as an error must not happen in a world whose faults all pass. */
function logOf({ life, wrong }: HouseOptions): Log {
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warning: () => undefined,
    error(event, fields) {
      if (!life.isOver()) wrong(`logged: ${event} ${JSON.stringify(fields, shown)}`);
    },
    critical: () => undefined,
    child: () => log,
    setLevel: () => undefined,
    reopen: () => undefined,
    flush: () => undefined,
    close: () => undefined,
  };
  return log;
}

function shown(_: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
