import { MASK } from '../contract/problem.ts';
import { isMap, type KeyPath } from './key-path.ts';

/** Also keys that were misspelt on the way to `api_key`: what stands there is as secret. */
const SECRET_KEY = /(^|[_-])(api[_-]?key|key|token|secret|password|passwd|authorization)$/i;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i;

/** Whether a key names a secret. */
function isSecretKey(key: string | number): boolean {
  return typeof key === 'string' && SECRET_KEY.test(key);
}

/** A value as it may be shown: everything beneath a secret's key masked, and credentials in addresses. */
export function masked(path: KeyPath, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (path.some(isSecretKey)) return MASK;
  if (typeof value === 'string') return value.replace(CREDENTIALS, `$1${MASK}@`);
  if (Array.isArray(value)) return value.map((item) => masked([], item));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked([key], item)]));
}

/** The user name and password in an address, or null. */
export function credentialsIn(address: string): string | null {
  return (
    CREDENTIALS.exec(address)?.[0]
      .replace(/^[^/]*\/\//, '')
      .slice(0, -1) ?? null
  );
}
