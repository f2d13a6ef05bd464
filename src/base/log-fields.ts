/** Facts of a log line. Prompts, file contents and secrets are never among them. */
export type LogFields = Record<string, unknown>;

/** Names that belong to the line itself; a field of that name gets a `_` behind it instead of replacing it. */
const RESERVED = new Set(['time', 'level', 'event']);

/** Causes of causes are told this deep. */
const CAUSE_DEPTH = 4;

/** What a line can carry: reserved names moved aside, errors as values, anything unreadable named as such. */
export function lineFields(fields: LogFields): LogFields {
  const out: LogFields = {};
  for (const name of Object.keys(fields))
    out[RESERVED.has(name) ? `${name}_` : name] = readable(fields, name);
  return out;
}

function readable(fields: LogFields, name: string): unknown {
  try {
    const value = fields[name];
    return value instanceof Error ? errorFields(value) : value;
  } catch {
    return '[unreadable]';
  }
}

/** An allow-list, because libraries hang whole requests (with the prompt in them) onto their errors. */
function errorFields(error: Error, depth = CAUSE_DEPTH): LogFields {
  const out: LogFields = { type: error.name, message: error.message };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number'))
    out['code'] = error.code;
  if (error.stack !== undefined) out['stack'] = error.stack;
  if (depth > 0 && error.cause instanceof Error) out['cause'] = errorFields(error.cause, depth - 1);
  if (depth > 0 && error instanceof AggregateError) {
    out['errors'] = error.errors.map((each) =>
      each instanceof Error ? errorFields(each, depth - 1) : String(each),
    );
  }
  return out;
}
