import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createSystemRandom } from '../../src/base/random.ts';
import { sealRule } from '../../src/config/rule-text.ts';
import type { ProviderHealth } from '../../src/contract/provider-health.ts';
import type { Rule } from '../../src/contract/rule.ts';
import type { JournaledThought, ThoughtRow } from '../../src/contract/thought-view.ts';
import { createHealthMonitor } from '../../src/mind/health.ts';
import { createPlaces } from '../../src/mind/places.ts';
import { createOpenAICompatibleProvider } from '../../src/mind/providers/openai-compatible.ts';
import { createMind, type MindOptions } from '../../src/mind/worker.ts';
import { createLeases } from '../../src/queue/lease.ts';
import { stayingAtHome } from './mind.ts';
import { allThoughts, temporaryStore } from './store.ts';

/** Limits short enough for tests, milliseconds. */
export const FIRST_TOKEN_MS = 400;
export const IDLE_MS = 300;

/** How often it is looked, where nothing happens. */
const LOOK_MS = 50;

const quiet = () => undefined;
const LOG = {
  debug: quiet,
  info: quiet,
  warning: quiet,
  error: quiet,
  critical: quiet,
  child: () => LOG,
  setLevel: quiet,
  reopen: quiet,
  flush: async () => undefined,
  close: async () => undefined,
};

/** The real thinking loop over a real store and a real provider; answers are finished as soon as they are recorded. */
export async function startThinking(
  t: TestContext,
  url: string,
  options: {
    slots?: number;
    maxRetries?: number;
    schema?: Record<string, unknown>;
    drainMs?: number;
    firstTokenMs?: number;
    /** Of the rule, in place of one that answers requests. */
    rule?: Partial<Pick<Rule, 'on' | 'prompt'>> & { mind?: Partial<Rule['mind']> };
    mind?: Partial<Pick<MindOptions, 'toolsFor'>>;
  } = {},
) {
  const { slots = 1, maxRetries = 1, schema = null } = options;
  // Before the store's own: nothing may ask a closed store.
  let close = async () => {};
  t.after(() => close());
  const { store, root } = await temporaryStore(t);
  const clock = systemClock;
  const random = createSystemRandom();
  const rule = sealRule(
    {
      name: 'ask',
      on: options.rule?.on ?? { request: {} },
      mind: {
        models: ['lmstudio/test-model'],
        offline: 'hold',
        schema,
        maxOutputTokens: null,
        cloud: 'never',
        ...options.rule?.mind,
      },
      outputs: [],
      prompt: options.rule?.prompt ?? '{{ request.text }}',
    },
    '',
  );
  await store.write('saveRules', {
    rules: [{ name: rule.name, version: rule.version, file: '', text: rule.text }],
    now: clock.now(),
  });
  const provider = createOpenAICompatibleProvider({
    name: 'lmstudio',
    baseUrl: url,
    model: 'test-model',
    limits: {
      headersMs: options.firstTokenMs ?? FIRST_TOKEN_MS,
      firstTokenMs: options.firstTokenMs ?? FIRST_TOKEN_MS,
      idleMs: IDLE_MS,
      totalMs: null,
    },
    slots,
    version: '0.0.0',
    clock,
  });
  const providers = new Map([['lmstudio', provider]]);
  const states: { at: number; health: ProviderHealth }[] = [];
  const heard = new Set<() => void>();
  const tell = () => {
    for (const look of heard) look();
  };
  const places = createPlaces();
  const health = createHealthMonitor({
    providers: [provider],
    places,
    clock,
    random,
    onChange(_name, now) {
      states.push({ at: clock.monotonic(), health: now });
      mind.look();
      tell();
    },
  });
  const finishAll = async () => {
    for (const thought of await store.write('answeredThoughts', { owner: 'me', limit: 100, but: [] }))
      await store.write('finish', { ...thought, outputs: [], now: clock.now() });
    mind.look();
    tell();
  };
  const mind = createMind({
    ...stayingAtHome(),
    ...options.mind,
    store,
    clock,
    random,
    log: LOG,
    health,
    places,
    owner: 'me',
    timezone: () => 'UTC',
    live: tell,
    plan: async () => [],
    dataFor: (_rule, data) => data,
    providers: () => providers,
    maxRetries: () => maxRetries,
    ...(options.drainMs === undefined ? {} : { drainMs: options.drainMs }),
    leases: createLeases({ store, clock, log: LOG, owner: 'me', onGap: quiet }),
    rules: () => [rule],
    pausedWhy: () => null,
    notNow: () => null,
    onWaiting: () => undefined,
    onLimited: quiet,
    onAnswered: () => void finishAll(),
    onOutdated: async () => undefined,
  });
  const stop = new AbortController();
  const thinking = mind.run(stop.signal);
  const running = Promise.all([thinking, health.watch(stop.signal)]);
  close = async () => {
    stop.abort();
    await running;
    provider.close?.();
  };

  return {
    store,
    root,
    rule,
    look: () => mind.look(),
    states,
    health: () => health.health('lmstudio'),
    async ask(...texts: string[]): Promise<void> {
      for (const text of texts)
        await store.write('acceptRequest', {
          key: text,
          text,
          rule: rule.name,
          version: rule.version,
          now: clock.now(),
        });
      mind.look();
    },
    /** Asks it to end, and resolves when it has. */
    async end() {
      stop.abort();
      await thinking;
    },
    thoughts: (): Promise<ThoughtRow[]> => allThoughts(store),
    async view(text: string): Promise<JournaledThought> {
      const row = (await allThoughts(store)).find((each) => each.content === text);
      const view = row && (await store.read('viewThought', { id: row.id }));
      if (!view) throw new Error(`nobody asked ${text}`);
      return view;
    },
    /**
     * Resolves when `check` is true, asked after everything that happens; rejects after `ms`. What a look takes beyond
     * its usual time is the machine's, busy with other things, and does not count.
     */
    async until(check: () => boolean | Promise<boolean>, ms: number, what: () => string): Promise<void> {
      let left = ms;
      let lookedAt = clock.monotonic();
      while (!(await check())) {
        const now = clock.monotonic();
        left -= Math.min(now - lookedAt, LOOK_MS);
        lookedAt = now;
        if (left <= 0) throw new Error(`not within ${ms} ms: ${what()}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        heard.add(resolve);
        const timer = setTimeout(resolve, LOOK_MS);
        await promise;
        clearTimeout(timer);
        heard.delete(resolve);
      }
    },
  };
}
