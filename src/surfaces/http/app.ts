import { homedir } from 'node:os';
import { type Context, Hono } from 'hono';
import type { Clock } from '../../base/clock.ts';
import { lazy } from '../../base/lazy.ts';
import type { Random } from '../../base/random.ts';
import type { Access } from '../../contract/access.ts';
import type { Desk } from '../access/desk.ts';
import type { Daemon } from '../daemon.ts';
import { packageVersion } from '../version.ts';
import { createHub } from './hub.ts';
import { mayCall } from './may-call.ts';
import { notThere } from './not-there.ts';
import { problemOf, problemResponse } from './problem.ts';
import type { House, Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { createTurns } from './turns.ts';

export interface AppOptions {
  random: Random;
  /** A command of ours, as a person is to type it. */
  line(command: string): string;
  /** Who is let in. */
  desk: Desk;
  clock: Clock;
  /** Ends every event stream when it aborts. */
  signal: AbortSignal;
  /** Told of errors that a client only sees as `internal`. */
  report(error: unknown): void;
}

/** What whoever serves the app says of each request: who asks; nobody where it does not. */
export interface AppBindings {
  access?: Access;
}

type App = Hono<{ Bindings: AppBindings }>;

/**
 * The HTTP API, `/v1/…`: shapes in contract/, errors as RFC 9457 problem details with our codes. Follows the daemon's
 * live events from this call on, so that a reader who comes late still gets a whole answer.
 */
export function createApp(daemon: Daemon, options: AppOptions): App {
  const { clock, report, desk } = options;
  const document = lazy(async () => {
    // Who never asks for it does not pay for what makes it.
    const { openApiDocument } = await import('./openapi.ts');
    return JSON.stringify(openApiDocument(ROUTES));
  });
  const hub = createHub(daemon, options);
  const turns = createTurns();
  const mcp = lazy(async () => {
    const { createMcpHandler } = await import('../mcp/http.ts');
    return createMcpHandler({
      ...options,
      daemon,
      hub,
      turns,
      version: packageVersion(),
      homedir: homedir(),
    });
  });
  const house: House = { daemon, hub, clock, desk, turns, document, mcp, report };
  const app: App = new Hono();

  app.onError((error) => {
    const problem = problemOf(error);
    if (problem.status >= 500) report(error);
    return problemResponse(problem);
  });
  app.notFound((c) => {
    throw notThere(c.req.method, c.req.path);
  });
  for (const route of ROUTES) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) => answer(route, c, house));
  }
  return app;
}

function answer(route: Route, c: Context<{ Bindings: AppBindings }>, house: House): Promise<Response> {
  const access = c.env?.access ?? null;
  const refused = mayCall(access, route.scope);
  if (refused !== null) throw refused;
  const request = c.req.raw;
  return route.run({ request, params: c.req.param(), query: c.req.query(), access }, house);
}
