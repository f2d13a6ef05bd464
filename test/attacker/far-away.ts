/** Preloaded into a daemon: `cloud.example` leads to this machine, and nothing but its name tells. */
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

const lookup: LookupFunction = (hostname, options, callback) =>
  real(hostname === 'cloud.example' ? '127.0.0.1' : hostname, options, callback);
const real = dns.lookup;
Object.assign(dns, { lookup });
