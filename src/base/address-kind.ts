import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** What an address is: `public`, or why it is not. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'shared'
  | 'metadata'
  | 'unspecified'
  | 'multicast'
  | 'reserved';

/** Those that `allow_private` allows: this machine, and networks that a person has. */
export const PRIVATE_KINDS: ReadonlySet<AddressKind> = new Set([
  'loopback',
  'private',
  'link-local',
  'shared',
]);

/**
 * The kind of an address, as the system's resolver or a URL writes it. An IPv4 address within an IPv6 one (mapped,
 * compatible, NAT64, 6to4) is what the IPv4 address is: the packet would get there. What cannot be read is reserved.
 */
export function kindOf(address: string): AddressKind {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIPv4(bare)) return kindIn(bare, 'ipv4');
  if (!isIPv6(bare)) return 'reserved';
  const groups = groupsOf(bare);
  const inner = embedded(groups);
  if (inner !== null) return kindIn(inner, 'ipv4');
  return kindIn(bare, 'ipv6');
}

/** In this order: the first range that an address is in says what it is. */
const RANGES: readonly [AddressKind, 'ipv4' | 'ipv6', readonly string[]][] = [
  // What cloud machines ask for their own credentials.
  ['metadata', 'ipv4', ['169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32']],
  ['metadata', 'ipv6', ['fd00:ec2::254/128', 'fe80::a9fe:a9fe/128']],
  ['loopback', 'ipv4', ['127.0.0.0/8']],
  ['loopback', 'ipv6', ['::1/128']],
  ['unspecified', 'ipv4', ['0.0.0.0/8']],
  ['unspecified', 'ipv6', ['::/128']],
  ['private', 'ipv4', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['private', 'ipv6', ['fc00::/7', 'fec0::/10', '64:ff9b:1::/48']],
  ['link-local', 'ipv4', ['169.254.0.0/16']],
  ['link-local', 'ipv6', ['fe80::/10']],
  ['shared', 'ipv4', ['100.64.0.0/10']],
  ['multicast', 'ipv4', ['224.0.0.0/4']],
  ['multicast', 'ipv6', ['ff00::/8']],
  // Protocol assignments, documentation, benchmarks, 6to4 relays, and what nobody has.
  [
    'reserved',
    'ipv4',
    ['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ],
  ['reserved', 'ipv4', ['240.0.0.0/4']],
  ['reserved', 'ipv6', ['100::/64', '2001::/23', '2001:db8::/32', '3fff::/20', '5f00::/16']],
  ['public', 'ipv4', ['0.0.0.0/0']],
  // Everything else of IPv6 is not given out yet.
  ['public', 'ipv6', ['2000::/3']],
];

function kindIn(address: string, family: 'ipv4' | 'ipv6'): AddressKind {
  return lists().find(([, of, list]) => of === family && list.check(address, family))?.[0] ?? 'reserved';
}

let made: [AddressKind, 'ipv4' | 'ipv6', BlockList][] | undefined;

function lists() {
  made ??= RANGES.map(([kind, family, ranges]) => {
    const list = new BlockList();
    for (const range of ranges) {
      const [net = '', bits = ''] = range.split('/');
      list.addSubnet(net, Number(bits), family);
    }
    return [kind, family, list];
  });
  return made;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /[\d.]+$/.exec(address)?.[0] ?? '';
  const hex = dotted.includes('.') ? address.replace(dotted, pairOf(dotted)) : address;
  const [head = '', tail] = hex.split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const first = numbers(head);
  const last = tail === undefined ? [] : numbers(tail);
  return [...first, ...Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0), ...last];
}

function pairOf(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The IPv4 address that an IPv6 one leads to, or null. */
function embedded(groups: readonly number[]): string | null {
  const [a, b, c, d, e, f, high = 0, low = 0] = groups;
  const startsEmpty = a === 0 && b === 0 && c === 0 && d === 0;
  const isMapped = startsEmpty && ((e === 0 && f === 0xffff) || (e === 0xffff && f === 0));
  // `::` and `::1` are addresses of their own.
  const isCompatible = startsEmpty && e === 0 && f === 0 && (high !== 0 || low > 1);
  const isNat64 = a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0;
  if (isMapped || isCompatible || isNat64) return dottedOf(high, low);
  return a === 0x2002 ? dottedOf(b ?? 0, c ?? 0) : null;
}

function dottedOf(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
