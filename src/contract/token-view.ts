import * as z from 'zod';
import { duration } from './duration.ts';

/** What every session is listed as, and revoked by. */
export const SESSION_NAME = 'dashboard';

const scopes = z
  .array(z.enum(['read', 'act']))
  .describe('`read`: look at everything. `act`: also change things.');

/** `token list`: one token, or one session of the dashboard. Its text is told once and kept nowhere. */
export const tokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['token', 'session']).describe('`session`: an open dashboard.'),
    scopes,
    createdAt: z.string(),
    usedAt: z
      .string()
      .nullable()
      .describe('Null where it never was; after a restart of the daemon, to the minute.'),
    expiresAt: z.string().nullable().describe('Of a session: if it is not used until then.'),
    expired: z.boolean(),
  })
  .meta({ id: 'Token' });
export type TokenView = z.output<typeof tokenView>;

/** `token new`: the only time that its text is told. */
export const newTokenView = tokenView
  .extend({ token: z.string().describe('Goes into `Authorization: Bearer …`; it is not told again.') })
  .meta({ id: 'NewToken' });
export type NewTokenView = z.output<typeof newTokenView>;

/** A way in for one page of the dashboard. */
export const invitationView = z
  .object({
    code: z.string().describe('Good for one use.'),
    url: z.string().describe('The dashboard, with the code where no server is told of it.'),
    expiresAt: z.string(),
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.output<typeof invitationView>;

/** What a page gets for its code. */
export const sessionView = z
  .object({
    token: z.string().describe('For the memory of the page, and no other place.'),
    scopes,
    expiresAt: z.string().describe('If it is not used until then.'),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof sessionView>;

const tokenName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/i,
    'letters, digits, . _ and -, at most 64, the first a letter or digit',
  )
  .refine((name) => !/^[0-9a-f]{8}$/.test(name), 'it looks like the id of a token')
  .refine((name) => name !== SESSION_NAME, 'sessions of the dashboard are called so');

/** `POST /v1/tokens` */
export const newTokenBody = z.strictObject({
  name: tokenName,
  act: z.boolean().default(false).describe('Also change things.'),
  expires: duration.optional().describe('After so long; omitted: never.'),
});
export type NewToken = z.output<typeof newTokenBody>;

/** `POST /v1/tokens/revoke` */
export const revokeBody = z.union(
  [
    z.strictObject({ which: z.string().min(1).max(64).describe('An id, or a name.') }),
    z.strictObject({ all: z.literal(true).describe('Sessions, too.') }),
  ],
  { error: 'either {"which"} (the id or the name of a token) or {"all": true}' },
);
export type WhichTokens = z.output<typeof revokeBody>;

/** `POST /v1/session` */
export const codeBody = z.strictObject({ code: z.string().min(1).max(200) });
