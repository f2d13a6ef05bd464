import * as z from 'zod';
import { CodedError, EXIT } from '../../base/errors.ts';
import { LOG_LEVELS } from '../../contract/config.ts';
import { RULE_NAME } from '../../contract/rule-name.ts';
import { THOUGHT_STATES } from '../../contract/thought.ts';
import { complaintOf } from './complaint.ts';

/** Most characters of a request's text. */
const TEXT_LIMIT = 1_000_000;
/** Most characters of what is written in place of a proposal. */
const CONTENT_LIMIT = 3_000_000;
/** Most characters of a rule; its bytes are bounded, too. */
const RULE_TEXT_LIMIT = 1_048_576;
/** Most ids in one `retry` or `cancel`. */
const IDS_LIMIT = 1000;

const flag = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');
const ID = /^[0-9a-f]{4,64}$/i;
const idPrefix = z
  .string()
  .refine((text) => ID.test(text), { error: ({ input }) => notAnId(String(input)) })
  .transform((text) => text.toLowerCase())
  .meta({
    pattern: ID.source.replace('a-f', 'a-fA-F'),
    description: 'The id of a thought, or at least 4 of its first digits.',
  });
/** Not checked one by one: each gets a result of its own. */
const ids = z.array(z.string().max(200)).min(1).max(IDS_LIMIT);
const ruleName = z.string().min(1).max(255);

/** With a `.` or `..` on its way it would be another file than its text says. */
const absolutePath = z
  .string()
  .regex(/^\/(?!(?:[\s\S]*\/)?\.\.?(?:\/|$))/, 'an absolute path, without . and ..')
  .max(16_384);
/** `provider/model`. */
const model = z
  .string()
  .regex(/^[^/]+\/.+$/, 'provider/model')
  .max(500);

/** A part of a list. */
const pages = {
  limit: z.coerce.number('not a number').int().min(1).max(1000).default(50),
  cursor: z.string().max(200).exactOptional().describe('`next` of the page before.'),
};

const time = z.iso
  .datetime({ offset: true, error: 'a time such as 2026-11-22T08:00:00Z' })
  .transform((text) => Date.parse(text));

/** `GET /v1/thoughts?…` */
export const thoughtsQuery = z.strictObject({
  state: z.enum(THOUGHT_STATES).exactOptional(),
  rule: ruleName.exactOptional(),
  since: time.exactOptional(),
  until: time.exactOptional(),
  unprocessed: flag.exactOptional(),
  path: absolutePath.exactOptional(),
  search: z
    .string()
    .min(1)
    .max(200)
    .exactOptional()
    .describe(
      'A part of its content (the first 280 characters), subject or answer; ASCII letters in any case.',
    ),
  ...pages,
});

/** `GET /v1/vitals` */
export const vitalsQuery = z.strictObject({
  since: time,
  spans: z.coerce.number('a number').int().min(1).max(1000).default(60),
});

/** `POST /v1/thoughts` */
export const thinkBody = z.strictObject({
  text: z
    .string()
    .max(TEXT_LIMIT)
    .refine((text) => text.trim() !== '', 'nothing to think about: the text is empty'),
  rule: ruleName.exactOptional(),
});

/** `POST /v1/embed` */
export const embedBody = z.strictObject({
  texts: z.array(z.string().min(1, 'empty').max(TEXT_LIMIT)).min(1).max(256),
});

/** The `Idempotency-Key` header. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, '1 to 255 printable ASCII characters')
  .optional();

/** `POST /v1/thoughts/retry` */
export const retryBody = z.union([z.strictObject({ ids }), z.strictObject({ dead: z.literal(true) })], {
  error: 'either {"ids": […]} or {"dead": true}',
});

/** `POST /v1/thoughts/cancel` */
export const cancelBody = z.strictObject({ ids });

const numberOrNull = z.number().nullable();

const givenAnswer = z.strictObject({
  promptKey: z.string(),
  answer: z.unknown(),
  call: z.strictObject({
    model: z.string().nullable(),
    firstTokenMs: numberOrNull,
    totalMs: numberOrNull,
    inputTokens: numberOrNull,
    outputTokens: numberOrNull,
    raw: z.string().nullable(),
  }),
});

/** `POST /v1/run` */
export const runBody = z.union(
  [
    z.strictObject({
      rule: ruleName,
      paths: z.array(absolutePath).min(1).max(IDS_LIMIT),
      given: z.record(z.string(), givenAnswer).default({}),
      again: z.boolean().default(false),
    }),
    z.strictObject({ rule: ruleName, existing: z.literal(true), again: z.boolean().default(false) }),
  ],
  { error: 'either {"rule", "paths": […]} or {"rule", "existing": true}' },
);

/** `GET /v1/undo?…`: what a rule has done. */
const ofRule = z.strictObject({ rule: ruleName, since: time.exactOptional() });

/** The same, a page at a time. */
export const undoableQuery = ofRule.extend(pages);

/** `POST /v1/undo` */
export const undoBody = z.union(
  [z.strictObject({ id: idPrefix }), z.strictObject({ last: z.literal(true) }), ofRule],
  {
    error:
      'either {"id"} (a thought id, or at least 4 of its first digits), {"last": true}, or {"rule"}, also with {"since"}',
  },
);

/** `GET /v1/proposals?…` */
export const proposalsQuery = z.strictObject({ thought: idPrefix.exactOptional(), ...pages });

/** `{thought}/{position}` in the path of a proposal. */
export const proposalPath = z.strictObject({
  thought: idPrefix,
  position: z
    .string()
    .regex(/^\d{1,4}$/, 'the position of an output, from 0')
    .transform(Number),
});

/** `POST /v1/proposals/:thought/:position/approve` */
export const approveBody = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'the digest of a proposal as it was shown'),
  content: z.string().max(CONTENT_LIMIT).exactOptional(),
});

/** `POST /v1/proposals/:thought/:position/reject` */
export const emptyBody = z.strictObject({});

/** `POST /v1/pause` and `POST /v1/resume`; without a rule: everything */
export const pauseBody = z.strictObject({ rule: ruleName.exactOptional() });

/** `GET /v1/explain?path=…` */
export const explainQuery = z.strictObject({
  path: absolutePath,
});

/** `GET /v1/events?…` */
export const eventsQuery = z.strictObject({ tokens: flag.default(true) });

/** `Last-Event-ID` of `GET /v1/events`. */
export const resumeHeader = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .describe(
      'The id of the event that was told last: what came after it is told, also over a restart of the daemon. Where that is not possible, `gap` is told first.',
    ),
});

/** `{id}` in a path. */
export const idPath = z.strictObject({ id: idPrefix });

/** `GET /v1/processes?…` */
export const processesQuery = z.strictObject({
  name: z.string().min(1).max(500).exactOptional(),
  tree: flag.default(false),
  connections: flag.default(false),
});

/** `POST /v1/try` */
export const tryBody = z.strictObject({
  rule: ruleName,
  path: absolutePath,
  model: model.exactOptional(),
  cloud: z.boolean().exactOptional(),
});

/** A rule's own name, never a path. */
const fileName = z.string().regex(RULE_NAME, 'letters, digits, _ . and -, at most 100, the first no sign');
const ruleSource = z.string().max(RULE_TEXT_LIMIT);

/** `{name}` in a path. */
export const rulePath = z.strictObject({ name: fileName });

/** `POST /v1/rules/check` */
export const checkRuleBody = z.strictObject({ name: fileName, text: ruleSource });

/** `POST /v1/rules/try` */
export const tryTextBody = z.strictObject({
  name: fileName,
  text: ruleSource,
  thought: idPrefix,
  model: model.exactOptional(),
  cloud: z.boolean().exactOptional(),
});

/** `PUT /v1/rules/{name}` */
export const saveRuleBody = z.strictObject({ text: ruleSource });

const entityTags = z
  .string()
  .regex(/^\s*"[^"]*"(\s*,\s*"[^"]*")*\s*$/, 'entity tags as they were told, such as "0123456789abcdef"')
  .transform((list) => list.match(/"[^"]*"/g) ?? [])
  .meta({ type: 'string', description: 'The `etag` of the text that is replaced.' });

/** What `PUT /v1/rules/{name}` may replace: exactly one of the two. */
export const savedOver = z.object({
  'If-Match': entityTags.optional(),
  'If-None-Match': z.literal('*').optional().describe('`*`: it is a new rule.'),
});

/** `POST /v1/compare` */
export const compareBody = z.strictObject({
  about: z.union(
    [
      z.strictObject({ text: z.string().min(1).max(TEXT_LIMIT) }),
      z.strictObject({ rule: ruleName, paths: z.array(absolutePath).min(1).max(100) }),
      z.strictObject({ rule: ruleName, last: z.int().min(1).max(100) }),
      z.strictObject({ thought: idPrefix }),
    ],
    { error: 'one of {"text"}, {"rule", "paths": […]}, {"rule", "last"}, {"thought"}' },
  ),
  models: z.array(model).min(1).max(20),
  cloud: z.boolean().exactOptional(),
});

/** `PUT /v1/log-level` */
export const logLevelBody = z.strictObject({
  level: z
    .string()
    .refine((text) => logLevel(text) !== undefined, {
      error: ({ input }) => `\`${input}\` is not a log level; allowed: ${LOG_LEVELS.join(', ')}`,
    })
    .transform((text) => logLevel(text) ?? 'INFO'),
});

function logLevel(text: string) {
  return LOG_LEVELS.find((level) => level === text.toUpperCase());
}

/** Whether it is a thought's id or enough of its first digits. */
export function isIdPrefix(text: string): boolean {
  return ID.test(text);
}

/** What to say of an id that cannot be one. */
export function notAnId(text: string): string {
  return `\`${text.slice(0, 80)}\` is not a thought id, nor at least 4 of its first digits`;
}

/** Input that has the schema's shape, or `request-invalid` naming everything that is wrong with it. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const complaints = result.error.issues.map((issue) => complaintOf(issue, { input, schema, what }));
  const [{ value, allowed } = {}] = complaints;
  throw new CodedError('request-invalid', complaints.map(({ message }) => message).join('; '), {
    value,
    ...(allowed === undefined ? {} : { allowed }),
    exitCode: EXIT.usage,
  });
}
