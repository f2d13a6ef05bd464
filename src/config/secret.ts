import { MASK } from '../contract/problem.ts';
import { dotted, isMap, type KeyPath } from './key-path.ts';

/** Also keys that were misspelt on the way to `api_key`: what stands there is as secret. */
const SECRET_KEY = /(^|[_-])(api[_-]?key|key|token|secret|password|passwd|authorization)$/i;
/** The path, and what comes after it, of an address that has one. */
const BEHIND_HOST = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)[/?#].+$/i;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i;

/** Whether a key names a secret. */
function isSecretKey(key: string | number): boolean {
  return typeof key === 'string' && SECRET_KEY.test(key);
}

/** Whatever is handed on to others: the variables of an MCP server, and headers. */
const HANDED_ON = /^(?:mcp_servers\.[^.]+\.(?:env|headers)|webhooks\.[^.]+\.headers)\./;
/** Whoever knows it may post there. */
const POSTED_TO = /^webhooks\.[^.]+\.url$/;

/**
 * A value as it may be shown: everything beneath a secret's key masked, what is handed on to others, where webhooks go
 * but for the host, and credentials in addresses. `path`: from the top of the configuration.
 */
export function masked(path: KeyPath, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (path.some(isSecretKey) || HANDED_ON.test(dotted(path))) return MASK;
  if (typeof value === 'string') {
    const shown = value.replace(CREDENTIALS, `$1${MASK}@`);
    return POSTED_TO.test(dotted(path)) ? shown.replace(BEHIND_HOST, `$1/${MASK}`) : shown;
  }
  if (Array.isArray(value)) return value.map((item, at) => masked([...path, at], item));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked([...path, key], item)]));
}

/** The user name and password in an address, or null. */
export function credentialsIn(address: string): string | null {
  return (
    CREDENTIALS.exec(address)?.[0]
      .replace(/^[^/]*\/\//, '')
      .slice(0, -1) ?? null
  );
}
