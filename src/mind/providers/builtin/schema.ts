/** A JSON Schema as far as an answer's shape needs it; unknown keywords are left to the validator. */
export type Schema = Record<string, unknown>;

/** Follows `$ref` within the schema and merges `allOf`. */
export function resolveSchema(schema: Schema, root: Schema, hops = 0): Schema {
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith('#') && hops < 20) {
    let target: unknown = root;
    for (const part of reference.slice(1).split('/').filter(Boolean)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      target = isSchema(target) || Array.isArray(target) ? Reflect.get(target, key) : undefined;
    }
    const { $ref: _reference, ...rest } = schema;
    return isSchema(target) ? resolveSchema({ ...target, ...rest }, root, hops + 1) : rest;
  }
  const parts = listOf(schema['allOf']).map((part) => resolveSchema(part, root, hops + 1));
  return parts.length === 0 || hops >= 20 ? schema : parts.reduce(merge, { ...schema, allOf: undefined });
}

function merge(a: Schema, b: Schema): Schema {
  const properties = {
    ...(isSchema(a['properties']) ? a['properties'] : {}),
    ...(isSchema(b['properties']) ? b['properties'] : {}),
  };
  const required = [...listOfStrings(a['required']), ...listOfStrings(b['required'])];
  return { ...a, ...b, ...(Object.keys(properties).length > 0 ? { properties } : {}), required };
}

/** The types a schema allows; where it names none, what its other keywords imply. */
export function typesOf(schema: Schema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return listOfStrings(type);
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return ['object'];
  if ('items' in schema || 'prefixItems' in schema) return ['array'];
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return ['number'];
  return [];
}

/** Whether a value is a schema object. */
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The schemas of a list keyword; empty where it is none. */
export function listOf(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** The strings of a list; empty where it is none. */
export function listOfStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
