import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Resolves names for a socket: `localhost` without asking anybody, 127.0.0.1 before ::1, because local
 * servers mostly listen on IPv4 only while resolvers often answer ::1 first; the socket then tries both.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost') return dns.lookup(hostname, options, callback);
  if (options.all) return callback(null, LOOPBACK);
  callback(null, LOOPBACK[0].address, LOOPBACK[0].family);
};

const LOOPBACK: [dns.LookupAddress, dns.LookupAddress] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
