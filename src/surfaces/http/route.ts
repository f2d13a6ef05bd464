import * as z from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { Access, Scope } from '../../contract/access.ts';
import type { Desk } from '../access/desk.ts';
import type { Daemon } from '../daemon.ts';
import type { McpHandler } from '../mcp/http.ts';
import { jsonBody } from './body.ts';
import type { Hub } from './hub.ts';
import { checked } from './input.ts';
import { callersKey, replyOnce } from './once.ts';
import { jsonResponse } from './reply.ts';
import { eventStream, STREAM_HEADERS } from './sse.ts';
import type { Turns } from './turns.ts';

/**
 * What a caller must be allowed to: nothing, a scope of tokens, to be the person themselves (through the socket or the
 * dashboard), or to come through the socket.
 */
export type RouteScope = 'open' | Scope | 'person' | 'owner';

/** What handlers work with. */
export interface House {
  daemon: Daemon;
  hub: Hub;
  desk: Desk;
  turns: Turns;
  clock: Clock;
  /** The OpenAPI document, as JSON text. */
  document(): Promise<string>;
  /** Answers MCP clients. */
  mcp(): Promise<McpHandler>;
  report(error: unknown): void;
}

/** A request as it came in. */
export interface Incoming {
  request: Request;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Null = nobody that is known. */
  access: Access | null;
}

/** A request whose every part has the shape that its route asks for. */
export interface Asked<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
  /** Null = nobody that is known; only of routes that are open. */
  access: Access | null;
  /** `Idempotency-Key`, made this caller's own; null where there is none. */
  key: string | null;
  request: Request;
}

/** What is true of a route whatever it answers with. */
interface About {
  /** As the OpenAPI document and the clients made of it call it. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/thoughts/{id}` */
  path: string;
  scope: RouteScope;
  /** One sentence. */
  summary: string;
  /** Headers that it heeds, besides `Idempotency-Key` where it is done once. */
  headers?: z.ZodObject;
  /** Takes turns with others of its kind: it costs much to answer. */
  costly?: true;
  /** Codes of the problems that are this route's own. */
  problems?: readonly string[];
}

/** What it asks for. */
interface Asks<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  params: Params;
  query: Query;
  /** Read only where the method has one. */
  body: Body;
}

/** How it answers, for the OpenAPI document. */
export type Answers =
  | { kind: 'json'; schema: z.ZodType; status: number; once: boolean }
  | { kind: 'stream'; schema: z.ZodType }
  | { kind: 'raw'; schema: z.ZodType; type: string };

/** A route: what the document, the guard and the app need to know, and what answers. */
export interface Route extends About, Asks<z.ZodObject, z.ZodObject, z.ZodType> {
  answers: Answers;
  run(incoming: Incoming, house: House): Promise<Response>;
}

const nothing = z.strictObject({});
/** The parts of a route that asks for nothing. */
export const PLAIN = { params: nothing, query: nothing, body: nothing };

/** A route that answers with one JSON document. */
export function answers<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer,
>(
  route: About &
    Asks<Params, Query, Body> & {
      answer: z.ZodType<Answer>;
      /** Default: 200. */
      status?: 200 | 201 | 202;
      /** The same `Idempotency-Key` again is answered as the first time, and nothing is done again. */
      once?: true;
      handle(asked: Asked<Params, Query, Body>, house: House): Promise<Answer>;
      /** Where that which was made is found. */
      location?(answer: Answer): string;
    },
): Route {
  const { status = 200, once = false } = route;
  return {
    ...route,
    answers: { kind: 'json', schema: route.answer, status, once },
    async run(incoming, house) {
      const asked = await askedOf(route, incoming);
      const work = async () => {
        const answer = await inTurn(route, asked, house, () => route.handle(asked, house));
        const headers: Record<string, string> = route.location ? { location: route.location(answer) } : {};
        return { status, headers, body: JSON.stringify(answer) };
      };
      const reply = once ? await replyOnce(asked, route.name, house.daemon, work) : await work();
      return jsonResponse(reply, incoming.request);
    },
  };
}

/** In turn, where it costs much; who has gone is not answered any more. */
function inTurn<Answer>(
  { costly }: About,
  { access, request }: { access: Access | null; request: Request },
  { turns }: House,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  if (!costly) return answer();
  return turns.run(access?.kind === 'token' ? access.id : 'owner', request.signal, answer);
}

/** A route that tells events until its caller goes away, or nothing more comes. */
export function streams<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  route: About &
    Asks<Params, Query, Body> & {
      /** The data of each event. */
      event: z.ZodType;
      /** Ends when the signal aborts. */
      open(
        asked: Asked<Params, Query, Body>,
        house: House,
        signal: AbortSignal,
      ): Promise<AsyncIterable<{ id: string | null; event: { type: string } }>>;
    },
): Route {
  return {
    ...route,
    answers: { kind: 'stream', schema: route.event },
    async run(incoming, house) {
      const asked = await askedOf(route, incoming);
      // Nobody would ever read, or leave, what is opened for it.
      if (incoming.request.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS });
      const gone = new AbortController();
      endWith(asked.access, gone);
      try {
        const { clock, report } = house;
        return eventStream(await route.open(asked, house, gone.signal), { gone, clock, report });
      } catch (error) {
        gone.abort();
        throw error;
      }
    },
  };
}

/** A route that answers in a way of its own, and reads its body itself. */
export function responds<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  route: About &
    Asks<Params, Query, Body> & {
      /** Of its body. */
      schema: z.ZodType;
      type: string;
      respond(asked: Asked<Params, Query, Body>, house: House): Promise<Response>;
    },
): Route {
  return {
    ...route,
    answers: { kind: 'raw', schema: route.schema, type: route.type },
    run: async (incoming, house) => route.respond(await askedOf(route, incoming, {}), house),
  };
}

async function askedOf<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  { method, params, query, body }: About & Asks<Params, Query, Body>,
  { request, access, ...came }: Incoming,
  given?: unknown,
): Promise<Asked<Params, Query, Body>> {
  return {
    params: checked(params, came.params, 'the path'),
    query: checked(query, came.query, 'the query'),
    body: checked(body, given ?? (method === 'GET' ? {} : await jsonBody(request)), 'the body'),
    access,
    key: callersKey(request.headers.get('idempotency-key'), access),
    request,
  };
}

/** A token that is taken back takes its streams with it. */
function endWith(access: Access | null, gone: AbortController): void {
  if (access?.kind !== 'token') return;
  if (access.signal.aborted) gone.abort();
  access.signal.addEventListener('abort', () => gone.abort(), { once: true, signal: gone.signal });
}
