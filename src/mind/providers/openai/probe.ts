import type { Clock } from '../../../base/clock.ts';
import type { ProviderFailure, ProviderHealth, ProviderState } from '../../../contract/provider.ts';
import type { Transport } from '../../transport-exchange.ts';
import { keyRefused, noModel, notAnswering } from './advice.ts';
import { textOf } from './body-text.ts';
import { errorIn } from './chunk.ts';
import { failureOfRefusal, failureOfThrown, statusOf } from './failure.ts';
import { parseJson } from './json.ts';
import { cleaner } from './message.ts';
import { nativeOfferOf, type Offer, offerOf } from './models.ts';
import type { Address } from './request.ts';
import { createWatchdog, Expired } from './watchdog.ts';

/** How long a server may take to list its models. */
const PROBE_MS = 5_000;
/** Bytes of a list of models that are read. */
const LIST_LIMIT = 4 * 1024 * 1024;

export interface ProbeSettings {
  name: string;
  address: Address;
  apiKey: string;
  /** `local-model`, or the one model that this provider is for. */
  model: string;
  headers: Record<string, string>;
  transport: Transport;
  clock: Clock;
}

/**
 * Asks a server for its models and judges by the body, never by the status.
 * Rejects only with the reason of an aborted signal.
 */
export async function probeServer(settings: ProbeSettings, signal: AbortSignal): Promise<ProviderHealth> {
  const { address, clock, transport, headers } = settings;
  const watchdog = createWatchdog(clock, signal);
  const clean = cleaner('', settings.apiKey);
  const get = async (path: string) => {
    const exchange = await transport.send({ method: 'GET', path, headers, signal: watchdog.signal });
    return {
      status: exchange.status,
      body: await textOf(exchange.body, LIST_LIMIT),
      retryAfter: exchange.header('retry-after'),
    };
  };
  try {
    watchdog.expect('list of models', PROBE_MS);
    const listed = await get(`${address.base}/models`);
    const body = parseJson(listed.body);
    const offer = errorIn(body) === undefined ? offerOf(body) : null;
    if (offer === null)
      return unusable(settings, failureOfRefusal(listed, clock.now(), clean), statusOf(listed));
    return usable(settings, (await native(get, address.root)) ?? offer);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = watchdog.signal.reason instanceof Expired ? watchdog.signal.reason.message : undefined;
    const reason = notAnswering(settings, why ?? failureOfThrown(error, false, clean).message);
    return health(settings, 'offline', reason);
  } finally {
    watchdog.stop();
  }
}

async function native(get: (path: string) => Promise<{ body: string }>, root: string): Promise<Offer | null> {
  const body = parseJson((await get(`${root}/api/v1/models`)).body);
  return errorIn(body) === undefined ? nativeOfferOf(body) : null;
}

function usable(settings: ProbeSettings, offer: Offer): ProviderHealth {
  if (offer.loaded !== null || settings.model !== 'local-model') return health(settings, 'online', '', offer);
  return health(settings, 'loading', noModel(settings), offer);
}

function unusable(settings: ProbeSettings, failure: ProviderFailure, status: number): ProviderHealth {
  const { name, address } = settings;
  if (failure.kind === 'loading') return health(settings, 'loading', `${name} is loading its model`);
  if (failure.kind === 'no-model') return health(settings, 'loading', noModel(settings));
  if (failure.kind === 'overloaded') {
    const retryAt = settings.clock.now() + (failure.retryAfterMs ?? 0);
    return { ...health(settings, 'overloaded', `${name} is overloaded`), retryAt };
  }
  if (status === 401 || status === 403) {
    return health(settings, 'offline', keyRefused(settings, failure.message));
  }
  if (failure.kind === 'unavailable') {
    return health(settings, 'offline', notAnswering(settings, failure.message));
  }
  const where = `${address.origin.origin}${address.base}`;
  const reason = `${name}: what answers at ${where} lists no models (${failure.message}): correct its base_url`;
  return health(settings, 'offline', reason);
}

function health(
  settings: ProbeSettings,
  state: ProviderState,
  reason: string,
  offer?: Offer,
): ProviderHealth {
  return {
    state,
    reason,
    models: offer?.chat ?? [],
    loaded: offer?.loaded ?? null,
    ...(offer === undefined || offer.context === null ? {} : { context: offer.context }),
    checkedAt: settings.clock.now(),
  };
}
