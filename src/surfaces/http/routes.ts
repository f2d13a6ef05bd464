import type { Route } from './route.ts';
import { accessRoutes } from './routes/access.ts';
import { daemonRoutes } from './routes/daemon.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { observingRoutes } from './routes/observing.ts';
import { outputRoutes } from './routes/outputs.ts';
import { ruleTextRoutes } from './routes/rule-texts.ts';
import { ruleRoutes } from './routes/rules.ts';
import { thoughtRoutes } from './routes/thoughts.ts';

/** Everything that the HTTP API answers; the app, the OpenAPI document and the checks of scopes come out of it. */
export const ROUTES: readonly Route[] = [
  ...daemonRoutes,
  ...thoughtRoutes,
  ...outputRoutes,
  ...ruleRoutes,
  ...ruleTextRoutes,
  ...accessRoutes,
  ...observingRoutes,
  ...mcpRoutes,
];

/** Whether a route needs no token. */
export function isOpen(method: string, path: string): boolean {
  const asked = method === 'HEAD' ? 'GET' : method;
  return ROUTES.some((route) => route.scope === 'open' && route.method === asked && route.path === path);
}
