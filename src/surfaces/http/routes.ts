import type { Route } from './route.ts';
import { daemonRoutes } from './routes/daemon.ts';
import { outputRoutes } from './routes/outputs.ts';
import { ruleRoutes } from './routes/rules.ts';
import { thoughtRoutes } from './routes/thoughts.ts';

/** Everything that the HTTP API answers; the app, the OpenAPI document and the checks of scopes come out of it. */
export const ROUTES: readonly Route[] = [...daemonRoutes, ...thoughtRoutes, ...outputRoutes, ...ruleRoutes];
