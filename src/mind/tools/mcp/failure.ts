import { messageOf, systemCode } from '../../../base/errors.ts';
import { createScrubber } from '../../../base/scrub.ts';
import type { McpServerSettings } from './server.ts';

const LINE = 400;
/** Shorter values are rather a switch or a level than a secret, and words of everybody's errors. */
const SHORTEST_SECRET = 8;
const MOST_CAUSES = 5;

/** Makes one line of what happened with a server, without the secrets that it was given. */
export function createTeller(settings: McpServerSettings): (what: string) => string {
  const secrets = secretsOf(settings);
  const scrub = createScrubber(() => secrets);
  return (what) => oneLine(scrub(`${settings.name}: ${what}`));
}

/** An error with its causes, as far as they say more: `fetch failed` alone explains nothing. */
export function reasonOf(error: unknown): string {
  let reason = '';
  let each = error;
  for (let count = 0; each !== undefined && count < MOST_CAUSES; count++) {
    const message = messageOf(each) || (systemCode(each) ?? 'unknown');
    if (!reason.includes(message)) reason += reason === '' ? message : `: ${message}`;
    each = each instanceof Error ? each.cause : undefined;
  }
  return reason;
}

function secretsOf({ env = {}, headers = {} }: McpServerSettings): string[] {
  const words = Object.values(headers).flatMap((value) => value.split(' '));
  const values = [...Object.values(env), ...Object.values(headers), ...words];
  return values.filter((value) => value.length >= SHORTEST_SECRET);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LINE ? `${line.slice(0, LINE)}…` : line;
}
