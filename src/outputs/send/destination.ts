import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressKind, kindOf, PRIVATE_KINDS } from '../../base/address-kind.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';

/** Addresses that were looked at, for a socket to go to no other ones; or why it goes nowhere now. */
export type Destination =
  | { ok: true; addresses: LookupAddress[]; isLoopback: boolean }
  | { ok: false; reason: string };

/**
 * Resolves a host once and looks at every address it has: one that is not allowed among them is enough to send
 * nothing, as the name could lead there next.
 */
export async function destinationOf(
  url: URL,
  allowPrivate: boolean,
  lookup: LookupFunction,
  clock: Clock,
): Promise<Destination> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = await inTime(resolved(host, lookup), `${host} was not found in time`, clock);
  if (typeof found === 'string') return { ok: false, reason: found };
  for (const { address } of found) {
    const kind = kindOf(address);
    if (kind === 'public' || (allowPrivate && PRIVATE_KINDS.has(kind))) continue;
    return { ok: false, reason: refusal(host, address, kind) };
  }
  return {
    ok: true,
    addresses: found,
    isLoopback: found.every(({ address }) => kindOf(address) === 'loopback'),
  };
}

function refusal(host: string, address: string, kind: AddressKind): string {
  const what = host === address ? address : `${host} is ${address}, which`;
  if (PRIVATE_KINDS.has(kind))
    return `${what} is ${NAMES[kind]}: nothing is sent there without allow_private: true`;
  return `${what} is ${NAMES[kind]}: nothing is ever sent there`;
}

const NAMES: Record<AddressKind, string> = {
  public: 'a public address',
  loopback: 'this machine',
  private: 'an address of a private network',
  'link-local': 'a link-local address',
  shared: 'an address of a provider-internal network (CGNAT)',
  metadata: "a cloud machine's metadata service",
  unspecified: 'no address of any machine',
  multicast: 'a multicast address',
  reserved: 'a reserved address',
};

/** How long a name may take: the system's own resolver goes on for half a minute. */
const LOOKUP_MS = 5000;

async function inTime<T>(work: Promise<T>, otherwise: string, clock: Clock): Promise<T | string> {
  const over = new AbortController();
  const late = clock.sleep(LOOKUP_MS, over.signal).then(() => otherwise);
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

/** The addresses, or why there are none. */
function resolved(host: string, lookup: LookupFunction): Promise<LookupAddress[] | string> {
  const family = isIP(host);
  if (family !== 0) return Promise.resolve([{ address: host, family }]);
  return new Promise((resolve) => {
    lookup(host, { all: true }, (error, found) => {
      if (error !== null) return resolve(`${host} was not found (${systemCode(error) ?? messageOf(error)})`);
      if (typeof found === 'string') return resolve([{ address: found, family: isIP(found) }]);
      resolve(found.length === 0 ? `${host} has no address` : [...found]);
    });
  });
}

/** A look-up that knows these addresses alone, whatever the name leads to by now. */
export function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
