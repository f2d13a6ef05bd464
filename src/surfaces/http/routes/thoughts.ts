import * as z from 'zod';
import { changeResult } from '../../../contract/api.ts';
import { streamEvent } from '../../../contract/live-event.ts';
import { pageOf } from '../../../contract/page.ts';
import { thoughtRow, thoughtView } from '../../../contract/thought-view.ts';
import { changeEach } from '../changes.ts';
import { cancelBody, idPath, retryBody, thinkBody, thoughtsQuery } from '../input.ts';
import { answers, PLAIN, type Route, streams } from '../route.ts';
import { followThought } from '../thought-stream.ts';

/** What is, was and will be thought about. */
export const thoughtRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'listThoughts',
    costly: true,
    method: 'GET',
    path: '/v1/thoughts',
    scope: 'read',
    summary: 'Thoughts, the newest first.',
    query: thoughtsQuery,
    answer: pageOf(thoughtRow, 'ThoughtPage'),
    handle: ({ query }, { daemon }) => daemon.thoughts(query),
  }),
  answers({
    ...PLAIN,
    name: 'think',
    method: 'POST',
    path: '/v1/thoughts',
    scope: 'act',
    summary: 'Accepts a request durably. The same `Idempotency-Key` again is the same thought.',
    body: thinkBody,
    status: 202,
    answer: thoughtRow,
    problems: ['rule-unknown', 'request-key-taken', 'disk-full'],
    handle: ({ body, key }, { daemon }) => daemon.think(key === null ? body : { ...body, key }),
    location: ({ id }) => `/v1/thoughts/${id}`,
  }),
  answers({
    ...PLAIN,
    name: 'retryThoughts',
    method: 'POST',
    path: '/v1/thoughts/retry',
    scope: 'act',
    summary: 'Puts dead or cancelled thoughts back into the queue; each has a result of its own.',
    body: retryBody,
    answer: z.array(changeResult),
    once: true,
    handle: ({ body }, { daemon }) =>
      'dead' in body ? daemon.retry(body) : changeEach(body.ids, (ids) => daemon.retry({ ids })),
  }),
  answers({
    ...PLAIN,
    name: 'cancelThoughts',
    method: 'POST',
    path: '/v1/thoughts/cancel',
    scope: 'act',
    summary: 'Cancels thoughts that are not answered yet; each has a result of its own.',
    body: cancelBody,
    answer: z.array(changeResult),
    once: true,
    handle: ({ body }, { daemon }) => changeEach(body.ids, (ids) => daemon.cancel(ids)),
  }),
  answers({
    ...PLAIN,
    name: 'getThought',
    method: 'GET',
    path: '/v1/thoughts/{id}',
    scope: 'read',
    summary: 'Everything about one thought: event, text, prompt, attempts, answer, outputs.',
    params: idPath,
    answer: thoughtView,
    problems: ['thought-unknown', 'thought-ambiguous'],
    handle: ({ params }, { daemon }) => daemon.thought(params.id),
  }),
  streams({
    ...PLAIN,
    name: 'followThought',
    method: 'GET',
    path: '/v1/thoughts/{id}/stream',
    scope: 'read',
    summary: 'One thought until it is processed, its answer word by word.',
    params: idPath,
    event: streamEvent,
    problems: ['thought-unknown', 'thought-ambiguous'],
    open: ({ params }, { daemon, hub }, signal) => followThought(daemon, hub, params.id, signal),
  }),
];
