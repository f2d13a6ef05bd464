import * as z from 'zod';

/** Headers that say what is sent, and how. */
const OURS =
  /^(host|connection|keep-alive|content-.*|transfer-encoding|te|trailer|upgrade|expect|proxy-.*|user-agent|idempotency-key|consciousness-.*)$/i;

/** One address that rules may send answers to. */
export const webhook = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'not an address' })
    .meta({ title: 'an address that begins with https:// or http://' })
    .describe('Where it is sent, by POST.'),
  secret_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not the name of a variable')
    .optional()
    .meta({ title: 'the name of an environment variable' })
    .describe('The variable with the key that what is sent is signed with (HMAC-SHA256).'),
  allow_private: z
    .boolean()
    .default(false)
    .describe('Also where the address is one of this machine or of a private network.'),
  headers: z
    .record(
      z
        .string()
        .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'not the name of a header')
        .refine((name) => !OURS.test(name), 'a header that is ours to set')
        .meta({ title: 'a header, but none of the connection and none that is set already' }),
      z
        .string()
        .max(4000)
        .regex(/^[\t\u0020-\u007e]*$/, 'characters that a header cannot have')
        .meta({ title: 'printable ASCII' }),
    )
    .default({})
    .describe('More headers; one with a key in it belongs into `.env`.'),
});
export type Webhook = z.output<typeof webhook>;

/** A shorter header or path is a word that anybody might write. */
const SHORTEST = 8;

/** What of a webhook nobody is told: where exactly it goes, since whoever knows may post there, too, and its headers. */
export function secretsOf({ url, headers }: Pick<Webhook, 'url' | 'headers'>): string[] {
  const behind = URL.parse(url);
  const path = behind === null ? '' : `${behind.pathname}${behind.search}`;
  return [url, ...[path, ...Object.values(headers)].filter((value) => value.length >= SHORTEST)];
}
