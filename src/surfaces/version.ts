import { readFileSync } from 'node:fs';

/** The version of this package, from its package.json: the same two steps up in a checkout and when built. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(version);
}
