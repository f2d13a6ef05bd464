import * as z from 'zod';
import { CodedError, EXIT } from '../../../base/errors.ts';
import {
  codeBody,
  invitationView,
  newTokenBody,
  newTokenView,
  revokeBody,
  sessionView,
  tokenView,
} from '../../../contract/token-view.ts';
import { emptyBody } from '../input.ts';
import { answers, PLAIN, type Route } from '../route.ts';

/** Who is let in. */
export const accessRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'listTokens',
    method: 'GET',
    path: '/v1/tokens',
    scope: 'owner',
    summary: 'Tokens and sessions of the dashboard; their texts are kept nowhere.',
    answer: z.array(tokenView),
    handle: async (_, { desk }) => desk.tokens(),
  }),
  answers({
    ...PLAIN,
    name: 'newToken',
    method: 'POST',
    path: '/v1/tokens',
    scope: 'owner',
    summary: 'Makes a token; its text is told this once.',
    body: newTokenBody,
    status: 201,
    answer: newTokenView,
    problems: ['token-name-taken', 'tokens-too-many', 'disk-full'],
    handle: ({ body }, { desk }) => desk.make(body),
  }),
  answers({
    ...PLAIN,
    name: 'revokeTokens',
    method: 'POST',
    path: '/v1/tokens/revoke',
    scope: 'owner',
    summary: 'Takes tokens back, with every stream that they have open.',
    body: revokeBody,
    answer: z.array(tokenView),
    problems: ['token-unknown', 'token-not-forgotten'],
    handle: ({ body }, { desk }) => desk.revoke(body),
  }),
  answers({
    ...PLAIN,
    name: 'inviteSession',
    method: 'POST',
    path: '/v1/sessions',
    scope: 'owner',
    summary: 'A link to the dashboard, good for one use within a minute.',
    body: emptyBody,
    status: 201,
    answer: invitationView,
    problems: ['http-off', 'http-port'],
    handle: (_, { desk }) => desk.invite(),
  }),
  answers({
    ...PLAIN,
    name: 'enterSession',
    method: 'POST',
    path: '/v1/session',
    scope: 'open',
    summary: 'A session for the code of a link; only a page of the daemon may ask.',
    body: codeBody,
    status: 201,
    answer: sessionView,
    problems: ['code-refused', 'origin-refused', 'too-many-guesses'],
    async handle({ body, request }, { desk }) {
      // The guard has looked whether it is an origin of ours; here there has to be one.
      if (request.headers.has('origin')) return desk.enter(body.code);
      throw new CodedError(
        'origin-refused',
        'a code is exchanged by a page of the daemon, and by nobody else',
        {
          allowed: 'an Origin',
          exitCode: EXIT.usage,
        },
      );
    },
  }),
];
