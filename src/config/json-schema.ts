import { isMap, type KeyPath } from './key-path.ts';

/** A JSON Schema, as zod writes it. */
export type JsonSchema = Record<string, unknown>;

/** The schema of the value at a path, or null where the schema knows no such place. */
export function schemaAt(schema: unknown, path: KeyPath): JsonSchema | null {
  if (!isMap(schema)) return null;
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const branches = branchesOf(schema);
  if (branches.length > 0) {
    const found = branches.map((branch) => schemaAt(branch, path)).filter((each) => each !== null);
    const names = found.flatMap((each) => ('const' in each ? [each['const']] : []));
    // What tells the branches apart may be any of theirs.
    return names.length > 1 && names.length === found.length ? { enum: names } : (found[0] ?? null);
  }
  if (typeof step === 'number') return schemaAt(schema['items'], rest);
  const { properties, additionalProperties } = schema;
  if (isMap(properties) && Object.hasOwn(properties, step)) return schemaAt(properties[step], rest);
  return isMap(additionalProperties) ? schemaAt(additionalProperties, rest) : null;
}

/** What a value may be, where that is one of several things. */
export function branchesOf(schema: JsonSchema): unknown[] {
  const { anyOf, oneOf } = schema;
  return Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
}

/** The keys a map may have; empty where it may have any. */
export function keysOf(schema: unknown): string[] {
  if (!isMap(schema)) return [];
  const branches = branchesOf(schema);
  if (branches.length > 0) return [...new Set(branches.flatMap(keysOf))];
  return isMap(schema['properties']) ? Object.keys(schema['properties']) : [];
}

/** Every dotted key the schema names, `*` for any name. */
export function allKeys(schema: unknown, prefix = ''): string[] {
  if (!isMap(schema)) return [];
  const dot = prefix === '' ? '' : `${prefix}.`;
  const properties = isMap(schema['properties']) ? Object.entries(schema['properties']) : [];
  const any = isMap(schema['additionalProperties']) ? [['*', schema['additionalProperties']] as const] : [];
  const branches = branchesOf(schema);
  return [
    ...[...properties, ...any].flatMap(([key, value]) => [`${dot}${key}`, ...allKeys(value, `${dot}${key}`)]),
    ...branches.flatMap((branch) => allKeys(branch, prefix)),
    ...(isMap(schema['items']) ? allKeys(schema['items'], `${dot}*`) : []),
  ];
}

/** Whether a schema is a map with keys of its own. */
export function isSection(schema: JsonSchema): boolean {
  return isMap(schema['properties']) && Object.keys(schema['properties']).length > 0;
}

/** What a schema allows, as a phrase: `a whole number from 0 to 10`. */
export function phraseOf(schema: unknown): string {
  if (!isMap(schema)) return 'anything';
  if (typeof schema['title'] === 'string') return schema['title'];
  if (schema['const'] !== undefined) return String(schema['const']);
  if (Array.isArray(schema['enum'])) return `one of: ${schema['enum'].join(', ')}`;
  const branches = branchesOf(schema);
  if (branches.length > 0) return branches.map(phraseOf).join(', or ');
  switch (schema['type']) {
    case 'integer':
      return `a whole number${bounds(schema)}`;
    case 'number':
      return `a number${bounds(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'array':
      return `a list of: ${phraseOf(schema['items']).replace(/^one of: /, '')}`;
    case 'object': {
      const keys = keysOf(schema);
      return keys.length === 0 ? 'a map' : `a map with: ${keys.join(', ')}`;
    }
    default:
      return 'anything';
  }
}

function bounds({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? '' : `, at most ${maximum}`;
}
