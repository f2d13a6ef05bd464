import * as z from 'zod';
import { CodedError, EXIT } from '../../base/errors.ts';
import { LOG_LEVELS } from '../../contract/config.ts';
import { THOUGHT_STATES } from '../../contract/thought.ts';

/** Most characters of a request's text. */
const TEXT_LIMIT = 1_000_000;
/** Most ids in one `retry` or `cancel`. */
const IDS_LIMIT = 1000;

const flag = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');
const idPrefix = z
  .string()
  .regex(/^[0-9a-f]{4,64}$/i, 'a thought id, or at least 4 of its first hex digits')
  .transform((text) => text.toLowerCase());
const ids = z.array(idPrefix).min(1).max(IDS_LIMIT);
const ruleName = z.string().min(1).max(255);

/** `GET /v1/thoughts?…` */
export const thoughtsQuery = z.strictObject({
  state: z.enum(THOUGHT_STATES).optional(),
  rule: ruleName.optional(),
  since: z.iso
    .datetime({ offset: true, error: 'a time such as 2026-11-22T08:00:00Z' })
    .transform((text) => Date.parse(text))
    .optional(),
  unprocessed: flag.optional(),
  limit: z.coerce.number('a number').int().min(1).max(1000).default(50),
});

/** `POST /v1/thoughts` */
export const thinkBody = z.strictObject({
  text: z
    .string()
    .max(TEXT_LIMIT)
    .refine((text) => text.trim() !== '', 'text that is not empty'),
  rule: ruleName.optional(),
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

/** `GET /v1/explain?path=…` */
export const explainQuery = z.strictObject({
  path: z.string().regex(/^\//, 'an absolute path').max(16_384),
});

/** `GET /v1/events?…` */
export const eventsQuery = z.strictObject({ tokens: flag.default(true) });

/** `:id` in a path. */
export const idParameter = idPrefix;

/** `PUT /v1/log-level` */
export const logLevelBody = z.strictObject({
  level: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(LOG_LEVELS)),
});

/** Input that has the schema's shape, or `request-invalid` naming everything that is wrong with it. */
export function checked<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) =>
    [issue.path.join('.'), issue.message].filter(Boolean).join(': '),
  );
  throw new CodedError('request-invalid', `${what}: ${problems.join('; ')}`, {
    value: offending(input, result.error.issues[0]?.path ?? []),
    exitCode: EXIT.usage,
  });
}

/** The value at an issue's path, where it is something short. */
function offending(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return typeof value === 'string' ? value.slice(0, 200) : typeof value === 'object' ? undefined : value;
}
