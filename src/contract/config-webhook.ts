import * as z from 'zod';

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
  headers: z.record(z.string().min(1), z.string()).default({}).describe('More headers.'),
});
export type Webhook = z.output<typeof webhook>;
