import * as z from 'zod';
import { progressView } from '../../../contract/progress.ts';
import { probeAnswer } from '../probes.ts';
import { answers, PLAIN, type Route, responds } from '../route.ts';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** For those who look in from afar: probes and metrics. */
export const observingRoutes: readonly Route[] = [
  responds({
    ...PLAIN,
    name: 'isLive',
    method: 'GET',
    path: '/livez',
    scope: 'open',
    summary: 'Whether the daemon gets on; 503 only where a restart would help.',
    schema: z.string(),
    type: TEXT,
    respond: async (_, { daemon }) => probeAnswer(await daemon.progress.live()),
  }),
  responds({
    ...PLAIN,
    name: 'isReady',
    method: 'GET',
    path: '/readyz',
    scope: 'open',
    summary: 'Whether it takes work just now; 503 where it does not.',
    schema: z.string(),
    type: TEXT,
    respond: async (_, { daemon }) => probeAnswer(await daemon.progress.ready()),
  }),
  answers({
    ...PLAIN,
    name: 'getProgress',
    method: 'GET',
    path: '/v1/progress',
    scope: 'read',
    summary: 'What the probes say, and why.',
    answer: progressView,
    handle: async (_, { daemon: { progress } }) => ({
      live: await progress.live(),
      ready: await progress.ready(),
    }),
  }),
  responds({
    ...PLAIN,
    name: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    summary: "Metrics in Prometheus's text format.",
    schema: z.string(),
    type: METRICS_TYPE,
    respond: async (_, { daemon }) =>
      new Response(await daemon.metrics(), {
        headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
      }),
  }),
];
