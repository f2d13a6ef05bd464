/** JSON Schema as it comes out of a rule; checked when the rule was loaded. */
export type Schema = Record<string, unknown>;

/**
 * A value with its optional properties made comparable: null for one that may not be null means that it is absent,
 * and one that must be present but may be null is null where the model left it out. Small models do both.
 */
export function withoutNulls(schema: Schema, value: unknown): unknown {
  return walk(schema, value, (property, optional, found) => {
    if (found === undefined) return !optional && isNullable(property) ? null : undefined;
    return found === null && optional && !isNullable(property) ? undefined : found;
  });
}

/** The same value with null for every declared property that is absent, so that templates find each of them. */
export function withNulls(schema: Schema, value: unknown): unknown {
  return walk(schema, value, (_property, _optional, found) => (found === undefined ? null : found));
}

type Visit = (property: Schema, optional: boolean, found: unknown) => unknown;

function walk(schema: Schema, value: unknown, visit: Visit): unknown {
  if (Array.isArray(value)) {
    const items = schema['items'];
    return isSchema(items) ? value.map((item: unknown) => walk(items, item, visit)) : value;
  }
  if (!isSchema(value)) return value;
  const properties = propertiesOf(schema);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const out: Schema = { ...value };
  for (const [key, property] of Object.entries(properties)) {
    if (!isSchema(property)) continue;
    const found = visit(property, !required.includes(key), Object.hasOwn(out, key) ? out[key] : undefined);
    if (found === undefined) delete out[key];
    else out[key] = walk(property, found, visit);
  }
  return out;
}

/** Of an object schema, also where it is one of two: the object or null. */
function propertiesOf(schema: Schema): Schema {
  if (isSchema(schema['properties'])) return schema['properties'];
  const objects = alternatives(schema).filter((one) => isSchema(one['properties']));
  const only = objects.length === 1 ? objects[0]?.['properties'] : undefined;
  return isSchema(only) ? only : {};
}

function isNullable(schema: Schema): boolean {
  const { type } = schema;
  if (type === 'null' || (Array.isArray(type) && type.includes('null')) || schema['nullable'] === true)
    return true;
  if (schema['const'] === null || (Array.isArray(schema['enum']) && schema['enum'].includes(null)))
    return true;
  return alternatives(schema).some(isNullable);
}

function alternatives(schema: Schema): Schema[] {
  const list = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(list) ? list.filter(isSchema) : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
