/** Where a model server is. */
export interface Address {
  origin: URL;
  /** Path before `/chat/completions` and `/models`, without a trailing slash. */
  base: string;
  /** Path before what a server has beside `/v1`. */
  root: string;
  /** Whether prompts stay on this machine or its private network. */
  local: boolean;
}

/** Reads a base URL as people write it: with or without a trailing slash, `/v1`, or the endpoint itself. */
export function addressOf(baseUrl: string): Address {
  const url = new URL(baseUrl);
  const path = url.pathname
    .replace(/\/(chat\/completions|messages|models|api(\/chat)?)?\/*$/, '')
    .replace(/\/+$/, '');
  const base = path === '' ? '/v1' : path;
  return { origin: new URL(url.origin), base, root: base.replace(/\/v1$/, ''), local: isLocal(url.hostname) };
}

/** Loopback, private and link-local addresses, and names that only a private network resolves. */
function isLocal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host.includes(':')) return host === '::1' || /^(f[cd]|fe[89ab])/.test(host);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) {
    return /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./.test(host);
  }
  return !host.includes('.') || /\.(localhost|local|lan|internal|home\.arpa)$/.test(host);
}
