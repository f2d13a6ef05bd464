import * as z from 'zod';
import { embedView } from '../../../contract/api.ts';
import { configView } from '../../../contract/config-view.ts';
import {
  beginEvent,
  droppedEvents,
  gapEvent,
  type LiveEvent,
  liveEvent,
} from '../../../contract/live-event.ts';
import { processesView } from '../../../contract/process-view.ts';
import { queueView } from '../../../contract/queue-view.ts';
import { statusView } from '../../../contract/status-view.ts';
import { vitalsSample, vitalsView } from '../../../contract/vitals-view.ts';
import {
  embedBody,
  emptyBody,
  eventsQuery,
  logLevelBody,
  processesQuery,
  resumeHeader,
  vitalsQuery,
} from '../input.ts';
import { jsonResponse } from '../reply.ts';
import { answers, PLAIN, type Route, responds, streams } from '../route.ts';

/** How the daemon and its machine are, and what happens. */
export const daemonRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'getStatus',
    method: 'GET',
    path: '/v1/status',
    scope: 'read',
    summary: 'How the daemon is: senses, queue, holds, providers, database.',
    answer: statusView,
    handle: (_, { daemon }) => daemon.status(),
  }),
  answers({
    ...PLAIN,
    name: 'getQueue',
    method: 'GET',
    path: '/v1/queue',
    scope: 'read',
    summary: 'Where thoughts stand, who thinks those that are ready, and how long they have been waiting.',
    answer: queueView,
    handle: (_, { daemon }) => daemon.queue(),
  }),
  streams({
    ...PLAIN,
    name: 'followEvents',
    method: 'GET',
    path: '/v1/events',
    scope: 'read',
    summary: 'Everything that happens, from now on, or from after the event that `Last-Event-ID` names.',
    query: eventsQuery,
    headers: resumeHeader,
    event: z.union([liveEvent, droppedEvents, gapEvent, beginEvent]),
    async open({ query: { tokens }, request }, { hub }, signal) {
      const want = (event: LiveEvent) => tokens || event.type !== 'token';
      const after = request.headers.get('last-event-id');
      return (await hub.subscribe({ want, after }, signal)).events;
    },
  }),
  responds({
    ...PLAIN,
    name: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    scope: 'read',
    summary: 'This document.',
    schema: z.record(z.string(), z.unknown()),
    type: 'application/json',
    respond: async ({ request }, { document }) =>
      jsonResponse({ status: 200, headers: {}, body: await document() }, request),
  }),
  answers({
    ...PLAIN,
    name: 'getVitals',
    costly: true,
    method: 'GET',
    path: '/v1/vitals',
    scope: 'read',
    summary: 'What was measured of this machine since a time, in as many spans as are asked for.',
    query: vitalsQuery,
    answer: vitalsView,
    handle: ({ query }, { daemon }) => daemon.vitals(query),
  }),
  answers({
    ...PLAIN,
    name: 'measureVitals',
    costly: true,
    method: 'GET',
    path: '/v1/vitals/now',
    scope: 'read',
    summary: "This machine's vitals just now, by metric.",
    answer: vitalsSample,
    handle: (_, { daemon }) => daemon.vitalsNow(),
  }),
  answers({
    ...PLAIN,
    name: 'listProcesses',
    costly: true,
    method: 'GET',
    path: '/v1/processes',
    scope: 'read',
    summary: 'Processes of this machine, as the sense sees them.',
    query: processesQuery,
    answer: processesView,
    handle: ({ query }, { daemon }) => daemon.processes(query),
  }),
  answers({
    ...PLAIN,
    name: 'getConfig',
    method: 'GET',
    path: '/v1/config',
    scope: 'read',
    summary: 'The configuration in force and where each value comes from; secrets are masked.',
    answer: configView,
    handle: (_, { daemon }) => daemon.config(),
  }),
  answers({
    ...PLAIN,
    name: 'embed',
    method: 'POST',
    path: '/v1/embed',
    scope: 'act',
    summary: 'Vectors of texts by the configured model.',
    body: embedBody,
    answer: embedView,
    problems: ['embeddings-off', 'embeddings-failed'],
    handle: ({ body }, { daemon }) => daemon.embed(body.texts),
  }),
  answers({
    ...PLAIN,
    name: 'setLogLevel',
    method: 'PUT',
    path: '/v1/log-level',
    scope: 'act',
    summary: 'Changes the log level until the daemon ends.',
    body: logLevelBody,
    answer: z.object({ level: z.string() }),
    handle: async ({ body: { level } }, { daemon }) => {
      daemon.setLogLevel(level);
      return { level };
    },
  }),
  answers({
    ...PLAIN,
    name: 'stop',
    method: 'POST',
    path: '/v1/stop',
    scope: 'act',
    summary: 'Begins a graceful stop: what runs is finished, the rest is kept for the next start.',
    body: emptyBody,
    status: 202,
    answer: z.object({ stopping: z.literal(true) }),
    handle: async (_, { daemon }) => {
      daemon.stop();
      return { stopping: true as const };
    },
  }),
];
