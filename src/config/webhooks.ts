import { isIP } from 'node:net';
import { kindOf, PRIVATE_KINDS } from '../base/address-kind.ts';
import { isMap, type KeyPath, valueAt } from './key-path.ts';
import { credentialsIn } from './secret.ts';

type Report = (path: KeyPath, value: unknown, facts: { message: string; allowed: string }) => void;

/** Addresses of webhooks that nothing would ever be sent to as they are written. What a name leads to is seen later. */
export function checkWebhooks(input: unknown, report: Report): void {
  const webhooks = valueAt(input, ['webhooks']);
  if (!isMap(webhooks)) return;
  for (const [name, settings] of Object.entries(webhooks)) {
    const key: KeyPath = ['webhooks', name, 'url'];
    const text = valueAt(settings, ['url']);
    if (typeof text !== 'string') continue;
    const wrong = problemOf(text, valueAt(settings, ['allow_private']) === true);
    if (wrong !== null) report(key, text, wrong);
  }
}

function problemOf(text: string, allowPrivate: boolean): { message: string; allowed: string } | null {
  if (credentialsIn(text) !== null)
    return {
      message: 'a user name or password in an address',
      allowed: 'the address alone; a key goes into headers, from the environment or .env',
    };
  const host = URL.parse(text)?.hostname.replace(/^\[|\]$/g, '');
  if (host === undefined) return null;
  const kind = host === 'localhost' ? 'loopback' : isIP(host) === 0 ? 'public' : kindOf(host);
  if (kind === 'public' || (allowPrivate && PRIVATE_KINDS.has(kind))) return null;
  return PRIVATE_KINDS.has(kind)
    ? {
        message: 'an address of this machine or of a private network',
        allowed: 'with `allow_private: true` beside it',
      }
    : {
        message: 'an address that nothing is ever sent to',
        allowed: 'a public one, or a private one with `allow_private: true`',
      };
}
