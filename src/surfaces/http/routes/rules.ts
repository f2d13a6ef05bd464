import * as z from 'zod';
import { explanation, pauseView, ruleView, runView } from '../../../contract/api.ts';
import { compareView } from '../../../contract/compare.ts';
import { tryView } from '../../../contract/try.ts';
import { compareBody, explainQuery, pauseBody, runBody, tryBody } from '../input.ts';
import { isProgram } from '../may-call.ts';
import { answers, PLAIN, type Route } from '../route.ts';

/** What rules there are, what they would do, and what they are to do. */
export const ruleRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'listRules',
    costly: true,
    method: 'GET',
    path: '/v1/rules',
    scope: 'read',
    summary: 'Every rule in force, what came of it, and why nothing of it is thought just now.',
    answer: z.array(ruleView),
    handle: (_, { daemon }) => daemon.rules(),
  }),
  answers({
    ...PLAIN,
    name: 'explainFile',
    costly: true,
    method: 'GET',
    path: '/v1/explain',
    scope: 'read',
    summary: 'Why something happened, or did not, to a file.',
    query: explainQuery,
    answer: explanation,
    handle: ({ query }, { daemon }) => daemon.explain(query.path),
  }),
  answers({
    ...PLAIN,
    name: 'tryRule',
    method: 'POST',
    path: '/v1/try',
    scope: 'act',
    summary: 'What a rule makes of a file: prompt, answer, outputs. Writes nothing; asks the model.',
    body: tryBody,
    answer: tryView,
    problems: [
      ...['rule-unknown', 'rule-invalid', 'rule-not-on-files', 'file-denied', 'file-unreadable'],
      ...['model-unknown', 'model-held', 'model-failed', 'answer-unusable', 'output-escapes'],
    ],
    handle: ({ body, access, request }, { daemon }) =>
      daemon.tryRule({ ...body, confined: isProgram(access) }, request.signal),
  }),
  answers({
    ...PLAIN,
    name: 'compareModels',
    method: 'POST',
    path: '/v1/compare',
    scope: 'act',
    summary: 'Lets several models think about the same, one after the other. Writes nothing.',
    body: compareBody,
    answer: compareView,
    problems: ['rule-unknown', 'thought-unknown', 'model-unknown', 'cloud-not-asked', 'nothing-to-compare'],
    handle: ({ body, access, request }, { daemon }) =>
      daemon.compare({ ...body, confined: isProgram(access) }, request.signal),
  }),
  answers({
    ...PLAIN,
    name: 'runRule',
    method: 'POST',
    path: '/v1/run',
    scope: 'act',
    summary: "Queues a rule's thoughts about files that are there already.",
    body: runBody,
    answer: runView,
    once: true,
    problems: ['rule-unknown', 'rule-not-on-files'],
    handle: ({ body, key }, { daemon }) => daemon.run(key === null ? body : { ...body, key }),
  }),
  answers({
    ...PLAIN,
    name: 'pause',
    method: 'POST',
    path: '/v1/pause',
    scope: 'act',
    summary: 'Thinks nothing more of a rule, or nothing at all, until resumed; what runs is finished.',
    body: pauseBody,
    answer: pauseView,
    once: true,
    problems: ['rule-unknown'],
    handle: ({ body: { rule = null } }, { daemon }) => daemon.pause(rule),
  }),
  answers({
    ...PLAIN,
    name: 'resume',
    method: 'POST',
    path: '/v1/resume',
    scope: 'act',
    summary: 'Lifts the pause of a rule, or the one of everything.',
    body: pauseBody,
    answer: pauseView,
    once: true,
    problems: ['rule-unknown'],
    handle: ({ body: { rule = null } }, { daemon }) => daemon.resume(rule),
  }),
];
