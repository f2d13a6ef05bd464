import type { Clock } from '../../../base/clock.ts';
import type { ProviderFailure } from '../../../contract/provider.ts';
import type { Abilities, ProviderHealth, ProviderState } from '../../../contract/provider-health.ts';
import type { Transport } from '../../transport-exchange.ts';
import type { Address } from './address.ts';
import { keyRefused, noModel, notAnswering } from './advice.ts';
import { type Ask, asking, type Said } from './ask.ts';
import { errorIn } from './error-in.ts';
import { failureOfRefusal, failureOfThrown, statusOf } from './failure.ts';
import { cleaner } from './message.ts';
import type { Offer } from './offer.ts';
import { Expired } from './watchdog.ts';

/** How long a server may take to list its models. */
const PROBE_MS = 5_000;

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

/** Lists models: what the list says, and the answer itself for where it says nothing of models. */
export type ListModels = (ask: Ask) => Promise<{ said: Said; offer: Offer | null }>;

export interface Probed {
  health: ProviderHealth;
  /** Null where it did not say. */
  offer: Offer | null;
}

/**
 * Asks a server for its models and judges by the body, never by the status.
 * Rejects only with the reason of an aborted signal.
 */
export async function probeServer(
  settings: ProbeSettings,
  list: ListModels,
  signal: AbortSignal,
): Promise<Probed> {
  const { clock } = settings;
  const clean = cleaner('', settings.apiKey);
  let expired: unknown;
  try {
    const { said, offer } = await asking(settings, 'list of models', PROBE_MS, signal, (ask, watchdog) =>
      list(ask).finally(() => {
        expired = watchdog.signal.reason;
      }),
    );
    if (offer === null || errorIn(said.value) !== undefined) {
      const failure = failureOfRefusal(said, clock.now(), clean);
      return { health: unusable(settings, failure, statusOf(said)), offer: null };
    }
    return { health: usable(settings, offer), offer };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = expired instanceof Expired ? expired.message : undefined;
    const reason = notAnswering(settings, why ?? failureOfThrown(error, false, clean).message);
    return { health: health(settings, 'offline', reason), offer: null };
  }
}

function usable(settings: ProbeSettings, offer: Offer): ProviderHealth {
  if (offer.loaded !== null || settings.model !== 'local-model') return health(settings, 'online', '', offer);
  const none = health(settings, 'loading', noModel(settings), offer);
  return offer.unloaded.length > 0 ? { ...none, noneLoaded: true } : none;
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
    ...(offer === undefined ? {} : { abilities: abilitiesOf(offer, settings.model) }),
    ...(offer === undefined || offer.slots === null ? {} : { slots: offer.slots }),
    checkedAt: settings.clock.now(),
  };
}

/** With what `local-model` means. */
function abilitiesOf({ abilities, loaded }: Offer, own: string): Record<string, Abilities> {
  const meant = own === 'local-model' ? loaded : own;
  const able = meant === null ? undefined : abilities[meant];
  return able === undefined ? abilities : { ...abilities, 'local-model': able };
}
