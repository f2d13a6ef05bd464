import { CodedError, EXIT } from '../../../base/errors.ts';
import { ruleCheckView, ruleTextView, ruleTryView } from '../../../contract/rule-text.ts';
import { checked, checkRuleBody, rulePath, savedOver, saveRuleBody, tryTextBody } from '../input.ts';
import { answers, PLAIN, type Route } from '../route.ts';

/** The files of rules, for whoever writes one: looked at, checked, tried, saved. */
export const ruleTextRoutes: readonly Route[] = [
  answers({
    ...PLAIN,
    name: 'checkRuleText',
    method: 'POST',
    path: '/v1/rules/check',
    scope: 'act',
    summary: 'Everything that is wrong with a text, were it the file of that rule. Writes nothing.',
    body: checkRuleBody,
    answer: ruleCheckView,
    handle: ({ body }, { daemon }) => daemon.checkRule(body),
  }),
  answers({
    ...PLAIN,
    name: 'tryRuleText',
    method: 'POST',
    path: '/v1/rules/try',
    scope: 'act',
    summary:
      'What a text would make of what a past thought was about, as it was captured then. Writes nothing; asks the model.',
    body: tryTextBody,
    answer: ruleTryView,
    problems: [
      ...['rule-invalid', 'rule-not-on-event', 'thought-unknown', 'nothing-to-compare', 'cloud-not-asked'],
      ...['model-unknown', 'model-impossible', 'model-held', 'model-failed', 'output-escapes'],
    ],
    handle: ({ body, request }, { daemon }) => daemon.tryRuleText(body, request.signal),
  }),
  answers({
    ...PLAIN,
    name: 'getRuleText',
    method: 'GET',
    path: '/v1/rules/{name}',
    scope: 'read',
    summary: 'The file of a rule as it is now, and what is wrong with it.',
    params: rulePath,
    answer: ruleTextView,
    problems: ['rule-file-unknown', 'rule-unreadable'],
    handle: ({ params }, { daemon }) => daemon.ruleText(params.name),
  }),
  answers({
    ...PLAIN,
    name: 'saveRuleText',
    method: 'PUT',
    path: '/v1/rules/{name}',
    scope: 'person',
    summary:
      'Writes the file of a rule, if it is good and still replaces what `If-Match` names; the daemon takes it by itself.',
    params: rulePath,
    body: saveRuleBody,
    headers: savedOver,
    answer: ruleTextView,
    problems: ['rule-invalid', 'rule-changed', 'rule-not-a-file', 'precondition-missing'],
    handle: ({ params, body, request }, { daemon }) =>
      daemon.saveRule({ ...params, ...body, known: knownOf(request.headers) }),
  }),
];

/** What may be replaced. Nobody writes over what they have not seen. */
function knownOf(headers: Headers): string[] | null {
  const given = checked(
    savedOver,
    {
      'If-Match': headers.get('if-match') ?? undefined,
      'If-None-Match': headers.get('if-none-match') ?? undefined,
    },
    'the headers',
  );
  const { 'If-Match': tags, 'If-None-Match': isNew } = given;
  if ((tags === undefined) !== (isNew === undefined)) return tags ?? null;
  throw new CodedError('precondition-missing', 'it is not said what may be replaced', {
    allowed: 'either If-Match with the `etag` of the text, or If-None-Match: * for a new rule',
    next: 'GET the rule first',
    exitCode: EXIT.usage,
  });
}
