import type { Clock } from '../../base/clock.ts';
import { unlessAborted } from '../../base/unless-aborted.ts';
import type {
  EmbedResult,
  FailureKind,
  ModelOrders,
  OrderResult,
  Provider,
  ProviderFailure,
  ThinkCall,
  ThinkEvent,
} from '../../contract/provider.ts';
import type { Abilities } from '../../contract/provider-health.ts';
import { createTransport } from '../transport.ts';
import type { Protocol } from './protocol.ts';
import { addressOf } from './server/address.ts';
import { advised } from './server/advice.ts';
import { type Ask, asking, type Said } from './server/ask.ts';
import { type CallLimits, type CallSettings, think } from './server/call.ts';
import { vectorsIn } from './server/embeddings.ts';
import { errorIn } from './server/error-in.ts';
import { failureOfRefusal, failureOfThrown, refusesGrammar, statusOf } from './server/failure.ts';
import { inWords } from './server/in-words.ts';
import { cleaner } from './server/message.ts';
import type { LoadSettings, Native } from './server/native.ts';
import type { Offer } from './server/offer.ts';
import { type ListModels, probeServer } from './server/probe.ts';
import { unready } from './server/unready.ts';
import { Expired } from './server/watchdog.ts';

/** How a server is reached and asked, whatever it speaks. */
export interface ServerOptions {
  /** The provider's name in configuration and rules. */
  name: string;
  baseUrl: string;
  /** Never appears in a message. */
  apiKey?: string;
  /** `local-model` = whichever chat model is loaded. */
  model: string;
  limits: CallLimits;
  /** Calls at once; null = as many as the server says, else one. */
  slots: number | null;
  /** What its models are able to, where the server does not tell. */
  able?: Abilities;
  /** How models are loaded, where that is asked for and the server takes orders. */
  load?: LoadSettings;
  /** Of this program, for the User-Agent. */
  version: string;
  clock: Clock;
  /** PEM; certificates trusted besides the system's. */
  ca?: string;
}

/** What one family of servers speaks. */
export interface Family {
  protocol: Protocol;
  /** Lists its models, and finds out what it has beside the common API. */
  list(root: string, base: string, ask: Ask, settings: FamilySettings): ReturnType<ListModels>;
  /** What the server turned out to have beside it, as of the last probe. */
  native(): Native | null;
  /** After the address's base; absent = it makes no embeddings. */
  embeddings?: { path: string; body(texts: readonly string[], model: string): unknown };
}

export interface FamilySettings {
  /** `local-model`, or the one model that the provider is for. */
  model: string;
}

/** How long the loaded model is remembered: somebody may swap it at any time, and asking is cheap. */
const LOADED_MS = 5_000;

/** How long a tokenizer or an order to unload may take. */
const QUESTION_MS = 10_000;

/** A provider for a server of one family. */
export function createServerProvider(options: ServerOptions, family: Family): Provider {
  const { name, clock, model: ownModel, limits } = options;
  const address = addressOf(options.baseUrl);
  const { origin, root, base } = address;
  const apiKey = options.apiKey ?? '';
  let told = options.slots ?? 1;
  const transport = createTransport({
    origin,
    connections: MOST_CONNECTIONS,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const headers = {
    'user-agent': `ConsciousnessOrchestrator/${options.version}`,
    ...family.protocol.headers(apiKey),
  };
  const { protocol } = family;
  const settings: CallSettings = { name, protocol, address, apiKey, headers, transport, clock, limits };
  const clean = cleaner('', apiKey);
  let known: { loaded: string; until: number } | undefined;
  let offer: Offer | null = null;
  /** Models and schemas that the server does not hold them to. */
  const loose = new Set<string>();
  const loads = new Map<string, Promise<OrderResult>>();

  const probe = async (signal: AbortSignal) => {
    const probed = await probeServer(
      { name, address, apiKey, model: ownModel, headers, transport, clock },
      async (ask) => withAble(await family.list(root, base, ask, { model: ownModel }), options.able),
      signal,
    );
    offer = probed.offer;
    told = options.slots ?? probed.health.slots ?? told;
    const { loaded } = probed.health;
    known = loaded === null ? undefined : { loaded, until: clock.monotonic() + LOADED_MS };
    return probed.health;
  };

  /** One question that is no call; what goes wrong is a failure, but for an aborted signal. */
  const question = async (
    what: string,
    ms: number,
    signal: AbortSignal,
    put: (ask: Ask) => Promise<Said>,
  ): Promise<Said | ProviderFailure> => {
    let expired: unknown;
    try {
      const said = await asking({ transport, headers, clock }, what, ms, signal, (ask, watchdog) =>
        put(ask).finally(() => {
          expired = watchdog.signal.reason;
        }),
      );
      if (said.status < 400 && errorIn(said.value) === undefined) return said;
      return advised(settings, failureOfRefusal(said, clock.now(), clean), statusOf(said));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (expired instanceof Expired) return { kind: 'timed-out', message: expired.message };
      return advised(settings, failureOfThrown(error, false, clean));
    }
  };

  const load = async (model: string, signal: AbortSignal): Promise<OrderResult> => {
    const order = family.native()?.load;
    if (order === undefined) return notTaken(name);
    const said = await question('loaded model', limits.firstTokenMs, signal, (ask) =>
      order(ask, root, model, options.load ?? {}),
    );
    if ('kind' in said && !/already (?:been )?loaded/i.test(said.message))
      return { ok: false, failure: said };
    await probe(signal);
    return { ok: true, detail: `${model} is loaded${contextWords(offer, model)}` };
  };

  /** However many calls need a model, it is loaded once. */
  const loadOnce = (model: string, signal: AbortSignal): Promise<OrderResult> => {
    // It goes on where the first who needed it has gone.
    const running = loads.get(model) ?? load(model, NEVER).finally(() => loads.delete(model));
    loads.set(model, running);
    return unlessAborted(running, signal);
  };

  const orders: ModelOrders = {
    load: loadOnce,
    async unload(model, signal) {
      const order = family.native()?.unload;
      if (order === undefined) return notTaken(name);
      const said = await question('unloaded model', QUESTION_MS, signal, (ask) => order(ask, root, model));
      if ('kind' in said) return { ok: false, failure: said };
      await probe(signal);
      return { ok: true, detail: `${model} is unloaded` };
    },
  };

  /** Asked for, it would be loaded with settings and a time to live that nobody chose. */
  const isUnloaded = (model: string) =>
    offer?.unloaded.includes(model) === true && family.native()?.load !== undefined;

  async function* ask(call: ThinkCall, model: string, signal: AbortSignal): AsyncGenerator<ThinkEvent> {
    const looseKey = `${model} ${JSON.stringify(call.schema)}`;
    const grammar = call.schema !== null && !loose.has(looseKey);
    let said = false;
    for await (const event of think(settings, grammar ? call : inWords(call), model, grammar, signal)) {
      // What breaks off in the middle is no refusal, and a second answer would follow on half of the first.
      if (event.kind === 'failed' && grammar && !said && refusesGrammar(event.failure)) {
        loose.add(looseKey);
        return yield* ask(call, model, signal);
      }
      said = true;
      yield event;
    }
  }

  return {
    name,
    get slots() {
      return told;
    },
    local: address.local,
    probe,
    models: orders,
    async *think(call, signal) {
      let model = call.model === 'local-model' ? ownModel : call.model;
      if (model === 'local-model') {
        if (known === undefined || known.until < clock.monotonic()) {
          const health = await probe(signal);
          if (health.loaded === null) return yield { kind: 'failed', failure: unready(health) };
        }
        model = known?.loaded ?? model;
      } else if (isUnloaded(model)) {
        const loaded = await loadOnce(model, signal);
        if (!loaded.ok)
          return yield { kind: 'failed', failure: { ...loaded.failure, kind: heldKind(loaded) } };
      }
      for await (const event of ask(call, model, signal)) {
        if (event.kind === 'failed') known = undefined;
        yield event;
      }
    },
    async countTokens(text, model, signal) {
      const native = family.native();
      const meant = model === 'local-model' && ownModel === model ? (known?.loaded ?? model) : model;
      if (native?.countTokens === undefined) return null;
      const { countTokens } = native;
      let counted: number | null = null;
      await question('count of tokens', QUESTION_MS, signal, async (put) => {
        const seen: Said[] = [];
        counted = await countTokens(
          async (...args) => {
            const said = await put(...args);
            seen.push(said);
            return said;
          },
          root,
          text,
          meant,
        );
        return seen.at(-1) ?? NOTHING_SAID;
      });
      return counted;
    },
    async embed(texts, model, signal): Promise<EmbedResult> {
      const { embeddings } = family;
      if (embeddings === undefined) return { ok: false, failure: noEmbeddings(name) };
      const { path, body } = embeddings;
      if (isUnloaded(model)) {
        const loaded = await loadOnce(model, signal);
        if (!loaded.ok) return loaded;
      }
      const where = path.startsWith('/api/') ? root : base;
      const said = await question('embeddings', limits.firstTokenMs, signal, (put) =>
        put(`${where}${path}`, body(texts, model)),
      );
      return 'kind' in said ? { ok: false, failure: said } : vectorsIn(said.value, texts.length);
    },
    close: () => transport.close(),
  };
}

function withAble(listed: Awaited<ReturnType<ListModels>>, able: Abilities = {}): typeof listed {
  const { offer } = listed;
  if (offer === null || Object.keys(able).length === 0) return listed;
  const abilities = offer.chat.map((model) => [model, { ...able, ...offer.abilities[model] }]);
  return {
    ...listed,
    offer: { ...offer, abilities: { ...offer.abilities, ...Object.fromEntries(abilities) } },
  };
}

/** Of sockets: places of the provider bound them, and a probe needs one more. */
const MOST_CONNECTIONS = 66;

const NEVER = new AbortController().signal;

const NOTHING_SAID: Said = { status: 200, body: '', value: undefined, retryAfter: '' };

function contextWords(offer: Offer | null, model: string): string {
  const context = offer?.abilities[model]?.context;
  return context === undefined ? '' : ` with ${context} tokens of context`;
}

function notTaken(name: string): OrderResult {
  const message = `${name} takes no orders to load or unload models: do it there`;
  return { ok: false, failure: { kind: 'refused', message } };
}

function noEmbeddings(name: string): ProviderFailure {
  return { kind: 'refused', message: `${name} makes no embeddings` };
}

/** That a model cannot be loaded is the server's matter, not the thought's. */
function heldKind({ failure }: Extract<OrderResult, { ok: false }>): FailureKind {
  return failure.kind === 'unavailable' || failure.kind === 'overloaded' ? failure.kind : 'no-model';
}
