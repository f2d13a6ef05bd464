import { isRecord } from '../server/json.ts';

/** A schema whose every object says that it has no further properties, as structured outputs demand. */
export function closed(schema: Record<string, unknown>): Record<string, unknown> {
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, within(key, value)]));
  const isObject = schema['type'] === 'object' || 'properties' in schema;
  return isObject && !('additionalProperties' in schema)
    ? { ...inside, additionalProperties: false }
    : inside;
}

function within(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => (isRecord(each) ? closed(each) : each));
  if (!isRecord(value)) return value;
  if (key !== 'properties' && key !== '$defs' && key !== 'definitions') return closed(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, isRecord(each) ? closed(each) : each]),
  );
}
