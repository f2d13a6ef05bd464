import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverrideContext,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { problem } from '../../contract/api.ts';
import { packageVersion } from '../version.ts';
import { idempotencyKey } from './input.ts';
import type { Answers, Route } from './route.ts';

/** The API as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const about: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'Consciousness',
      version: packageVersion(),
      summary: 'Senses, attention, memory and hands for a local model.',
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The daemon that serves this document.' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made by `consciousness token new`.' },
      },
    },
  };
  return createDocument(about, { override: open });
}

/** Answers may say more in a later version; what is asked may not. */
function open({ io, jsonSchema }: ZodOpenApiOverrideContext): void {
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

const ABOUT = [
  'Times are ISO 8601 in UTC; durations end in `Ms`. Paths are path text: bytes that are not UTF-8 are escaped.',
  'Errors are RFC 9457 problem details with a stable `code`.',
  'GET answers carry an entity tag; `If-None-Match` with it is answered 304.',
  'Lists give `next`, which is the `cursor` of the next page; null where there is none.',
].join('\n\n');

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { answers } = route;
  const hasBody = route.method !== 'GET';
  const codes = route.problems ?? [];
  return {
    operationId: route.name,
    summary: route.summary,
    description: [
      SCOPES[route.scope],
      ...(codes.length > 0 ? [`Problems of its own: ${codes.map((code) => `\`${code}\``).join(', ')}.`] : []),
    ].join('\n\n'),
    ...(route.scope === 'open' ? { security: [] } : {}),
    requestParams: {
      ...(hasKeys(route.params) ? { path: route.params } : {}),
      ...(hasKeys(route.query) ? { query: route.query } : {}),
      ...(takesKey(route) ? { header: keyHeader } : route.headers ? { header: route.headers } : {}),
    },
    ...(hasBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }
      : {}),
    responses: {
      ...answerOf(answers),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  };
}

const SCOPES = {
  open: 'Needs no token.',
  read: 'Needs a token of scope `read`.',
  act: 'Needs a token of scope `act`.',
  person: 'Only for a person: through the socket, or the dashboard.',
  owner: 'Only through the socket of the daemon, which only its owner can open.',
};

const keyHeader = z.object({
  'Idempotency-Key': idempotencyKey.describe(
    'Stands for this one request for a day: sent again with it, it is answered as the first time and not done again.',
  ),
});

function takesKey({ name, answers }: Route): boolean {
  return name === 'think' || (answers.kind === 'json' && answers.once);
}

function hasKeys(schema: z.ZodObject): boolean {
  return Object.keys(schema.shape).length > 0;
}

function answerOf(answers: Answers): ZodOpenApiResponsesObject {
  switch (answers.kind) {
    case 'json': {
      const content = { 'application/json': { schema: answers.schema } };
      return answers.status === 200
        ? { 200: { description: 'What was asked for.', content } }
        : { [`${answers.status}`]: { description: 'Accepted.', content } };
    }
    case 'stream':
      return {
        200: {
          description: 'Server-sent events; the data of each is JSON.',
          content: { 'text/event-stream': { schema: answers.schema } },
        },
      };
    case 'raw':
      return {
        200: { description: 'What was asked for.', content: { [answers.type]: { schema: answers.schema } } },
      };
    default:
      return answers satisfies never;
  }
}
